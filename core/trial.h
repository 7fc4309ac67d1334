// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/instant.h"

namespace upselld {

// The first time that a rule sent somebody to an account, or would have if the account were not
// held out. Which of the two was drawn by chance, so comparing what came after tells what contacts
// do. Accounts of one parent group are drawn together and have one trial, as an account alone has:
// what a contact changes decides whether a second one is wanted.
struct Trial {
  std::string account;                // CRM id
  Day day;                            // of the decision
  std::string action;                 // name
  std::string rule;                   // "playbook.yaml:38 upgrade_path"
  std::string task_type;              // call, email, todo
  bool held_out = false;              // nobody was sent
  std::optional<double> probability;  // as told on that day

  bool operator==(const Trial&) const = default;
};

}  // namespace upselld
