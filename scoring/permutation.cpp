// SPDX-License-Identifier: Apache-2.0
#include "scoring/permutation.h"

#include <numeric>
#include <utility>
#include <vector>

#include "scoring/random.h"
#include "scoring/train_rows.h"

namespace upselld::scoring {

TrainingRows permuted(const TrainingRows& rows, std::uint64_t seed) {
  TrainingRows made = rows;
  Random random(seed);
  for (DateRows& date : made.dates) {
    std::vector<std::uint32_t> from(date.size());  // whose outcome a row has
    std::iota(from.begin(), from.end(), 0U);
    for (std::size_t i = date.size(); i > 1; --i) {
      const std::size_t j = random.below(static_cast<std::uint32_t>(i));
      std::swap(date.positive[i - 1], date.positive[j]);
      std::swap(date.positive_known_at[i - 1], date.positive_known_at[j]);
      std::swap(from[i - 1], from[j]);
    }
    std::vector<std::uint32_t> to(date.size());
    for (std::uint32_t i = 0; i < from.size(); ++i) to[from[i]] = i;
    for (auto& one : date.withdrawn) one.row = to[one.row];
  }
  return made;
}

Result<PermutationCheck> check_permuted(const TimelineSource& source, const FeatureTable& table,
                                        const ScoringSettings& settings, Instant now, int seeds,
                                        unsigned threads) {
  const auto rows = gather_rows(source, table, settings, now, threads);
  if (!rows) return in_context("train on permuted outcomes", rows.error());
  PermutationCheck check;
  for (check.seeds = 0; check.seeds < seeds; ++check.seeds) {
    const auto seed = static_cast<std::uint64_t>(check.seeds) + 1;
    const auto training = train_rows(permuted(*rows, seed), table, settings, now, threads);
    if (!training) return training.error();
    if (training->publishable) check.publishable.push_back(seed);
    check.reasons.push_back(training->reason);
  }
  return check;
}

}  // namespace upselld::scoring
