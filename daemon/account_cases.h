// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/memory.h"
#include "core/records.h"
#include "core/result.h"
#include "core/score.h"
#include "daemon/settings.h"
#include "playbook/playbook.h"
#include "scoring/features.h"
#include "scoring/model.h"
#include "scoring/settings.h"
#include "store/timeline_walk.h"

namespace upselld::daemon {

// One account with all that a decision about it rests on.
struct AccountCase {
  AccountFacts facts;
  std::optional<Score> score;
  std::string not_scored;  // why there is none
  AccountMemory memory;    // as the last run left it
  std::string group;       // the root of its parents
  bool group_has_open_task = false;
  bool is_task_unsent = false;  // its open task surely is in no CRM yet
  bool is_task_kept = false;    // a withdrawal of it has met what people did with it
  std::uint64_t id_hash = 0;
  std::size_t row = 0;  // first value in AccountCases::rows
  std::size_t row_width = 0;

  // Ours to score and write: neither deleted nor outside `accounts:`.
  bool is_ours() const { return not_scored != "deleted" && not_scored != "out_of_scope"; }
};

// All accounts of one connection at one moment, scored. The order is the walk's: the same for the
// same data.
struct AccountCases {
  std::unique_ptr<store::TimelineWalk> walk;
  std::unique_ptr<const scoring::FeatureTable> table;
  std::unique_ptr<const playbook::Playbook> playbook;
  std::unique_ptr<const scoring::Model> model;  // nullptr: the rules rank
  std::string model_version;
  std::vector<AccountCase> cases;
  std::vector<float> rows;
  double base_rate = 0;  // mean likelihood of the scored accounts; NaN under the rules

  std::span<const float> row_of(const AccountCase& one) const {
    return std::span<const float>(rows).subspan(one.row, one.row_width);
  }
};

class App;
struct Link;

// The built-in features, those of the settings and those that rules ask for, for one connection's
// data. A name that neither knows is invalid_config with its line; of several connections one need
// not know what another one has.
Result<scoring::FeatureTable> feature_table(App& app, const Link& link,
                                            const Vocabulary& vocabulary);

// What scoring needs to know of the settings.
scoring::ScoringSettings scoring_settings(const DaemonSettings& settings,
                                          const ConnectionSettings& connection);

// For trainings: each question is a step of the app's progress, and a signal answers no.
std::function<bool()> may_go_on(App& app);

// The walk over what is kept as of `now`, the features (those of the playbook's rules included) and
// the playbook of a connection, without scores. A playbook that is wrong: invalid_config with all
// its findings.
Result<AccountCases> open_cases(App& app, const Link& link, Instant now);

// Which model ranks: the published one, or none. `model_version` instead of it when not empty.
Result<void> choose_model(App& app, const Link& link, const std::string& model_version,
                          AccountCases& cases);

// Fills in accounts, rows, scores with reasons, memories and groups, as of `now`.
Result<void> score_cases(App& app, const Link& link, Instant now, AccountCases& cases);

}  // namespace upselld::daemon
