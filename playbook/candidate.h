// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/memory.h"
#include "core/records.h"
#include "core/score.h"
#include "core/time_zone.h"

namespace upselld::playbook {

// A person's yes to an action that needs one.
struct Approval {
  std::string action;
  Day given_on;
};

// One account as a decision sees it. Points into memory of the caller that outlives the call.
struct Candidate {
  const AccountFacts* account = nullptr;
  // Index = position in Names::features; NaN: missing. Instants are local days since 1970-01-01.
  // Empty: nothing is known (an account that is not scored may still have its row).
  std::span<const float> features;
  const Score* score = nullptr;  // nullptr: not scored
  std::string not_scored;        // why: "no_purchase", "already_open", "opted_out", or another text
  const AccountMemory* memory = nullptr;   // nullptr: never decided about
  std::span<const ContactFacts> contacts;  // all that are known
  bool group_has_open_task = false;  // another account of the parent group has an open task of ours
  bool is_task_unsent = false;       // its own open task is in no CRM yet
  bool is_task_kept = false;         // it was to be withdrawn once, and people had touched it
  std::string group;                 // see parent_groups(); empty: the account stands alone
  std::optional<Approval> approval;  // the newest answer, if it is a yes that is not used up
  std::uint64_t id_hash = 0;         // see tie_hash()
};

// The day and the run that a decision belongs to.
struct Today {
  Day day;
  Instant midnight;  // when `day` begins: windows end here
  Instant now;       // of the run; under --as-of its midnight
  TimeZone zone = TimeZone::utc();
  bool tasks_due = false;    // this is the day's first sync at or after tasks.create
  bool has_trained = false;  // there was enough to learn a model from, in use or not
  Instant data_as_of;        // upper bound of the last pull
  std::string instance = "upselld";
  bool several = false;  // connections that bring accounts: the keys of tasks name theirs
  std::string salt;      // secret of this installation: hold-out and ties
  std::string model_version;
  std::string currency;
  double base_rate = std::nan("");  // likelihood of the average account; NaN: not known
  Duration horizon = days(90);
  Duration refresh = days(7);  // fields are meant again so long after they were last
  // Least rank_value at which a contact is worth its cost; NaN: costs and effect are not known.
  double worth_from = std::nan("");
};

// Order among equals, and membership of the hold-out group: different hashes, so that held-out
// accounts are not the losers of every tie. Tasks go to one account of a parent group, so a group
// is held out as a whole; an account that stands alone is its own (see parent_groups()).
std::uint64_t tie_hash(const std::string& salt, const AccountFacts& account);
bool is_held_out(const std::string& salt, const std::string& connection, const std::string& group,
                 double share);

// The root of each account's parents, as an id; the account's own id when it has none. Loops end at
// their smallest id. In the order of `accounts`.
std::vector<std::string> parent_groups(std::span<const AccountFacts* const> accounts);

}  // namespace upselld::playbook
