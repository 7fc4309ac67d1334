// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/instant.h"
#include "core/result.h"
#include "store/pruned.h"

namespace upselld::store {

class Database;
class Statements;
class Transaction;

inline constexpr double kScoreStep = 0.5;  // points; smaller moves are not kept

// Each account's score (100 x probability) over the days, kept only where it moved by half a point
// since the last one kept. Written inside the caller's transaction, read from any connection.
class ScoreHistory {
 public:
  explicit ScoreHistory(Database& database);
  ~ScoreHistory();

  // nullopt: the account has no score any more. Noting a day twice keeps the last.
  Result<void> note(Transaction& transaction, std::uint32_t account, Day day,
                    std::optional<double> score);
  Result<void> remove(Transaction& transaction, std::uint32_t account);
  // Forgets what stands before `day`, but keeps each account's newest value up to it. Looks at that
  // many accounts at most, after `place`, which it moves on; begin with 0.
  Result<Pruned> prune(Transaction& transaction, Day day, std::size_t accounts_max,
                       std::uint32_t& place);

  // The score as it stood on that day; nothing when there was none yet.
  Result<std::optional<double>> score_at(std::uint32_t account, Day day) const;
  // The newest `count_max` changes of one account, oldest first. No score any more is nullopt.
  using Change = std::pair<Day, std::optional<double>>;
  Result<std::vector<Change>> changes(std::uint32_t account, std::size_t count_max) const;
  // score_at() for all accounts that had one, by account number.
  Result<void> each_at(Day day,
                       const std::function<void(std::uint32_t account, double score)>& visit) const;

 private:
  Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace upselld::store
