// SPDX-License-Identifier: Apache-2.0
#include "scoring/score.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "scoring/feature_pass.h"
#include "scoring/parallel.h"

namespace upselld::scoring {
namespace {

struct Kept {
  AccountFacts account;
  std::vector<float> row;
  std::optional<Score> score;
  std::optional<NotScored> not_scored;
};

// Orders in a year count; the more recent order decides between equals.
Score rule_score(std::span<const float> row, std::size_t count, std::size_t recency) {
  Score score;
  score.model_version = kRulesVersion;
  const auto orders = static_cast<double>(row[count]);
  const auto days = static_cast<double>(row[recency]);
  score.rank_value = (std::isnan(orders) ? 0 : orders) + 1 / (2 + (std::isnan(days) ? 1e9 : days));
  return score;
}

// Then the pipeline tells more than a model of the customer.
bool has_open_upsell(const OrderView& view, const Target& target) {
  if (target.kind != TargetKind::won_opportunity) return false;
  return std::any_of(view.all.begin(), view.all.end(), [&](const SeenOrder& order) {
    return order.status == OrderStatus::open && is_target_kind(order.kind, target);
  });
}

std::optional<NotScored> without_row(const AccountFacts& account) {
  if (!account.deleted_at.is_missing()) return NotScored::deleted;
  if (account.opted_out) return NotScored::opted_out;
  if (!account.in_scope) return NotScored::out_of_scope;
  return std::nullopt;
}

}  // namespace

const char* to_text(NotScored reason) {
  switch (reason) {
    case NotScored::no_purchase:
      return "no_purchase";
    case NotScored::already_open:
      return "already_open";
    case NotScored::opted_out:
      return "opted_out";
    case NotScored::out_of_scope:
      return "out_of_scope";
    case NotScored::deleted:
      return "deleted";
  }
  return "";
}

Score rule_score(std::span<const float> row, const std::vector<std::string>& row_names) {
  const auto column = [&](const char* name) {
    const auto at = std::find(row_names.begin(), row_names.end(), name);
    return static_cast<std::size_t>(at == row_names.end() ? 0 : at - row_names.begin());
  };
  return rule_score(row, column("order_count_365d"), column("days_since_order"));
}

Result<void> score_accounts(const TimelineSource& source, const FeatureTable& table,
                            const Model* model, const ScoringSettings& settings, Instant now,
                            const ScoreOptions& options, const ScoreSink& sink) {
  RowLayout layout;
  if (model != nullptr) {
    auto found = model->layout(table.names());
    if (!found) return found.error();
    layout = std::move(*found);
  }
  const Dictionaries none;
  const Dictionaries& dictionaries = model != nullptr ? model->dictionaries() : none;
  const std::size_t count = table.index_of("order_count_365d").value_or(0);
  const std::size_t recency = table.index_of("days_since_order").value_or(0);
  const Moment moment = moment_now(now, settings.zone);

  auto score_share = [&](std::size_t share, std::vector<Kept>& kept) {
    FeaturePass pass(table, source.vocabulary(), settings, {moment}, dictionaries);
    return source.walk(share, now, [&](const Timeline& timeline) {
      Kept one{timeline.account, {}, std::nullopt, without_row(timeline.account)};
      if (!one.not_scored) {
        pass.open(timeline);
        const auto row = pass.row(0);
        one.row.assign(row.begin(), row.end());
        if (pass.view(0).won.empty()) {
          one.not_scored = NotScored::no_purchase;
        } else if (has_open_upsell(pass.view(0), settings.target)) {
          one.not_scored = NotScored::already_open;
        } else if (model != nullptr) {
          one.score = model->score(row, layout, moment.day, options.with_reasons);
        } else {
          one.score = rule_score(row, count, recency);
        }
      }
      kept.push_back(std::move(one));
    });
  };

  // As many shares as threads are held at a time, so that memory does not grow with accounts.
  const std::size_t shares = source.share_count();
  const std::size_t wave = std::max(1U, options.threads);
  for (std::size_t first = 0; first < shares; first += wave) {
    const std::size_t size = std::min(wave, shares - first);
    std::vector<std::vector<Kept>> kept(size);
    std::vector<Result<void>> results(size);
    for_each_index(size, options.threads,
                   [&](std::size_t i) { results[i] = score_share(first + i, kept[i]); });
    for (std::size_t i = 0; i < size; ++i) {
      if (!results[i]) return in_context("score accounts", results[i].error());
      for (const Kept& one : kept[i]) sink({one.account, one.row, one.score, one.not_scored});
    }
  }
  return {};
}

}  // namespace upselld::scoring
