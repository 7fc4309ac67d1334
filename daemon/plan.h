// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/decision.h"
#include "daemon/cycle.h"

namespace upselld::daemon {

// One account that would change.
struct PlanRow {
  std::string account, name;
  std::string band_before, band, segment_before, segment;
  std::string score_before, score;  // "18.3", or empty
  std::string action, held, why;
  std::vector<std::string> changes;
  FieldValues values;
  std::string task_subject, task_owner, task_key;
  std::string withdrawal;  // why an open task would be withdrawn
};

// What a sync would write for one connection, and all that must still be so when it is applied.
struct Plan {
  std::string id;
  std::string connection;
  Instant made_at, now, data_as_of;
  bool as_of_given = false;
  std::string settings_hash, playbook_hash, model_version, write;
  int decision_code = 0;
  std::vector<PlanRow> rows;
  std::int64_t accounts = 0, scored = 0, unchanged = 0, kept_fields = 0;
  Counts not_scored, held, tasks_by_owner;         // owners by their id in the CRM
  std::map<std::string, std::string> owner_names;  // of those whose name is known
  std::int64_t new_tasks = 0, withdrawn = 0, bands_up = 0, bands_down = 0;
  std::int64_t fields_waiting = 0, tasks_waiting = 0;  // of earlier runs, that go with it
  std::uint64_t accounts_lost = 0;                     // by the last look at all of them
  std::string limits;                                  // one line
};

inline constexpr Duration kPlanValidFor = hours(24);
inline constexpr double kPlanMovedMax = 0.10;  // share of rows that may be left out
inline constexpr std::size_t kPlanBytesMax = std::size_t{512} << 20;

// The plan of what was decided.
Plan make_plan(App& app, const ConnectionCycle& connection, Instant now);
// Rows of `planned` that are not the same in `again`: by account, with what moved.
std::map<std::string, std::string> moved_rows(const Plan& planned, const Plan& again);

std::string plan_to_json(const Plan& plan);
Result<Plan> plan_from_json(const std::string& text, const std::string& file);
std::string plan_to_text(const Plan& plan, const std::string& file, bool all);

}  // namespace upselld::daemon
