// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/records.h"
#include "core/result.h"
#include "core/score.h"
#include "core/timeline.h"
#include "scoring/features.h"
#include "scoring/model.h"
#include "scoring/settings.h"

namespace upselld::scoring {

inline constexpr const char* kRulesVersion = "rules-1";

enum class NotScored {
  no_purchase,
  already_open,  // an order of the kind that is predicted
  opted_out,
  out_of_scope,
  deleted
};
const char* to_text(NotScored reason);

// One account's answer. Valid during the call of the sink only.
struct ScoredAccount {
  const AccountFacts& account;
  std::span<const float> row;  // empty for opted_out, out_of_scope and deleted
  std::optional<Score> score;  // or `not_scored` says why there is none
  std::optional<NotScored> not_scored;
};
using ScoreSink = std::function<void(const ScoredAccount&)>;

struct ScoreOptions {
  unsigned threads = 1;       // never changes a result
  bool with_reasons = false;  // for every account; explaining one later is Model::explain
};

// Scores every account as of `now`: windows and "days since" begin at the local midnight of the day
// of `now` and end at `now`. Without a model the rule scorer rules-1 ranks (orders in 365 days,
// then the more recent order) and gives no probability. The sink is called by the caller's thread,
// in the order of shares and of accounts in a share, whatever the number of threads.
Result<void> score_accounts(const TimelineSource& source, const FeatureTable& table,
                            const Model* model, const ScoringSettings& settings, Instant now,
                            const ScoreOptions& options, const ScoreSink& sink);

// The rule scorer's answer for one row again, from the names of its columns.
Score rule_score(std::span<const float> row, const std::vector<std::string>& row_names);

}  // namespace upselld::scoring
