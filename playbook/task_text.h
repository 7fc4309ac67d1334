// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/records.h"
#include "playbook/account_values.h"
#include "playbook/candidate.h"
#include "playbook/playbook.h"

namespace upselld::playbook {

// What a task is about, for its texts.
struct TaskSubject {
  const Playbook& playbook;
  const Action& action;  // has a task
  const Candidate& candidate;
  const AccountValues& values;
  const ContactFacts* contact = nullptr;
  Instant due;
};

// One line; the account and the action's label when a value turned out to be missing.
std::string tell_subject(const TaskSubject& about, const Today& today);
// The action's own lines, then those every task ends with.
std::string tell_body(const TaskSubject& about, const Today& today);

}  // namespace upselld::playbook
