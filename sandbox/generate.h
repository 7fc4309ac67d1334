// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/result.h"

namespace upselld::sandbox {

struct GenerateOptions {
  int accounts = 1000;
  int months = 24;
  std::uint64_t seed = 1;
  std::string world = "additive";
  Civil end = {2026, 11, 1};  // the first day after the history: the first of a month
  int horizon_days = 90;      // of the true probabilities
  bool observer = false;      // also write what the files allow to know at best
  double holdout = 0;         // where tasks do something: share of accounts that get none
  std::string tasks;          // likewise: a file of tasks instead of the world's own policy
  std::string out;            // folder; made when missing
};

inline constexpr int kAccountsMost = 900'000;  // ids have six digits
inline constexpr int kMonthsLeast = 2;
inline constexpr int kMonthsMost = 240;
inline constexpr int kHorizonDaysMost = 366;
inline constexpr double kHoldoutMost = 0.9;

struct WrittenFile {
  std::string name;  // below the folder
  std::int64_t rows = 0;
};

// Writes a whole CRM history as CSV (docs/generator.md lists files and columns) and, apart, in
// "truth/", what nobody could know. Account by account: memory does not grow with their number.
// Same options, same bytes. Options out of range and folders that cannot be written are errors.
Result<std::vector<WrittenFile>> generate(const GenerateOptions& options);

}  // namespace upselld::sandbox
