// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "scoring/encoder.h"
#include "scoring/forest.h"
#include "scoring/settings.h"
#include "scoring/training_rows.h"

namespace upselld::scoring {

enum class LearnerKind { none, line, trees, both };
const char* to_text(LearnerKind kind);

// Rows to learn from: those of finished snapshots, with what was known at one moment. The values
// stay where they are, in TrainingRows.
struct Lesson {
  RowList rows;
  std::vector<std::uint8_t> positive;
  std::vector<std::uint64_t> account_hash;  // by row: which rows a sample keeps
  std::size_t accounts = 0, positive_accounts = 0, negative_accounts = 0;
  std::size_t positives = 0;
};
// The dates of a span, with the outcomes that were known before `as_of`.
Lesson lesson_of(const TrainingRows& rows, SnapshotSpan dates, Instant as_of);

// Counted in accounts, since rows of one account are hardly evidence of their own.
inline constexpr std::size_t kAccountsMin = 40;
inline constexpr std::size_t kAccountsForTrees = 150;
// The built-in choice for that many accounts; none: too little to learn from.
LearnerKind built_in_choice(const Lesson& lesson);

// A fitted model: the mean of the margins of its parts, corrected where past dates showed that a
// correction pays: slope * mean + level.
struct Learner {
  Encoder encoder;
  std::optional<Line> line;
  std::optional<Forest> forest;
  std::string forest_json;
  double slope = 1, level = 0;

  double margin(std::span<const float> row) const;
  // Log-odds by feature of the encoder; with base() they sum to the margin.
  std::vector<double> contributions(std::span<const float> row) const;
  double base() const;
};

// A logistic of one feature, log(1 + value): what a model has to beat.
struct OneFeature {
  double intercept = 0, weight = 0;
  double probability(float value) const;
};
OneFeature fit_one_feature(const Lesson& lesson, std::size_t column);

}  // namespace upselld::scoring
