// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/records.h"
#include "playbook/account_values.h"
#include "playbook/candidate.h"
#include "playbook/frame.h"
#include "playbook/playbook.h"
#include "playbook/tasks.h"

namespace upselld::playbook {

// What is true of an account whatever the rules say.
struct Marks {
  bool outside_pilot = false;
  bool excluded = false;
  bool paused = false;
  bool opted_out = false;
  bool held_out = false;
};
Marks marks_of(const Playbook& playbook, const Candidate& candidate, const AccountValues& values,
               const Today& today);

// Excluded, opted out and held-out accounts get no action either: the reason's name, or empty.
std::string silenced_by(const Marks& marks);

// Why an account gets no task, the first that applies in the order of core/decision.h; empty: it
// may get the task of `action`. Marks hold whatever the rules say. The other holds are asked only
// when a rule with a task matched: an account that nobody wanted to contact is not "held because of
// an open case", it is low_band or no_rule. `action` is nullptr when no rule matched.
std::string held_by(const Playbook& playbook, const Candidate& candidate,
                    const AccountValues& values, const Marks& marks, const Action* action,
                    const ContactChoice& contact, const Today& today);

// Of these, what may have come up after a task was decided; empty: nothing.
std::string held_meanwhile(const Playbook& playbook, const AccountValues& values,
                           const Marks& marks);

}  // namespace upselld::playbook
