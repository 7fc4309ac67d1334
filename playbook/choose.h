// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/decision.h"
#include "core/memory.h"
#include "playbook/candidate.h"
#include "playbook/frame.h"
#include "playbook/playbook.h"

namespace upselld::playbook {

// A task that a rule asks for and no hold forbids. assign_tasks() says whether it is made.
struct TaskWish {
  std::string account;
  std::string group;
  std::string action;
  std::string key;
  std::string contact;              // id, or empty
  std::string account_owner;        // rep id, or empty
  std::vector<std::string> owners;  // those of tasks.owner that apply, first is best; "": owner
  std::string type;
  Instant due;
  std::string subject;
  std::string body;
  std::string score_at_creation;
  double expected_value = 0;
  std::uint64_t id_hash = 0;
  bool held_out = false;  // only what would have become of it: takes nobody's place
};

// What a held-out account would have got, had the draw spared it.
struct Withheld {
  std::string rule;  // "playbook.yaml:38 upgrade_path"
  TaskWish wish;     // held_out
};

// What is said about one account today, and why. Depends on nothing but choose()'s arguments.
struct Choice {
  std::string segment;
  std::vector<std::string> tags;  // names
  std::optional<Band> band;       // nullopt: not scored
  std::uint8_t decile = 0;        // 0: not scored
  std::string action;             // empty: none
  std::string label;              // of the action
  std::string rule;               // "playbook.yaml:38 upgrade_path", "hold holdout", or empty
  std::string held;               // why no task, or no action; empty: nothing was held back
  std::optional<TaskWish> wish;   // only when tasks are due; held as approval_pending: to be asked
  std::optional<Withheld> withheld;  // likewise; never delivered
  FieldValues fields;                // as they are to stand in the CRM
  // What is different enough to be written: score, band, segment, action, reasons, status, or
  // "first", or "refresh"; empty: leave the CRM alone.
  std::vector<std::string> changes;
  // For the next run. It holds the values last meant: probability and reason_order stay those of
  // `memory` until something is written, so that small steps add up. `task` is not changed here.
  AccountMemory memory;
};

Choice choose(const Playbook& playbook, const Candidate& candidate, const Frame& frame,
              const Today& today);

// What material change there is from what was last meant to `now`: half a point or a tenth of the
// score, band, segment, action, order of the reasons, status; or a refresh that is due.
std::vector<std::string> material_changes(const AccountMemory& before, const Choice& now,
                                          const Candidate& candidate, const Today& today);

}  // namespace upselld::playbook
