// SPDX-License-Identifier: Apache-2.0
#include "store/score_history.h"

#include <algorithm>

#include "store/statements.h"

namespace upselld::store {
namespace {

constexpr const char* kBefore =
    "SELECT score FROM score_history WHERE account = ? AND day < ? ORDER BY day DESC LIMIT 1";
constexpr const char* kUpTo =
    "SELECT score FROM score_history WHERE account = ? AND day <= ? ORDER BY day DESC LIMIT 1";
constexpr const char* kNewest =
    "SELECT day, score FROM score_history WHERE account = ? ORDER BY day DESC LIMIT ?";
constexpr const char* kPut =
    "INSERT INTO score_history (account, day, score) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (account, day) DO UPDATE SET score = ?3";
constexpr const char* kNextAccount =
    "SELECT account FROM score_history WHERE account > ? ORDER BY account LIMIT 1";
constexpr const char* kDropBefore =
    "DELETE FROM score_history WHERE account = ?1 AND day <"
    " (SELECT max(day) FROM score_history WHERE account = ?1 AND day <= ?2)";
constexpr const char* kDrop = "DELETE FROM score_history WHERE account = ? AND day = ?";

std::optional<double> score_of(SQLite::Statement& row, int column) {
  if (row.isColumnNull(column)) return std::nullopt;
  return row.getColumn(column).getDouble();
}

bool moved(const std::optional<double>& before, const std::optional<double>& now) {
  if (before.has_value() != now.has_value()) return true;
  return now && std::abs(*now - *before) >= kScoreStep;
}

}  // namespace

ScoreHistory::ScoreHistory(Database& database)
    : database_(database), statements_(std::make_unique<Statements>(database)) {}
ScoreHistory::~ScoreHistory() = default;

Result<void> ScoreHistory::note(Transaction&, std::uint32_t account, Day day,
                                std::optional<double> score) {
  return guarded("store: note a score", [&] {
    std::optional<double> before;
    {
      auto query = statements_->use(kBefore);
      query->bind(1, account);
      query->bind(2, day.number);
      if (query->executeStep()) before = score_of(*query, 0);
    }
    // Compared with the day before, so that the last of a day's notes wins in any order of tries.
    auto change = statements_->use(moved(before, score) ? kPut : kDrop);
    change->bind(1, account);
    change->bind(2, day.number);
    if (moved(before, score) && score) change->bind(3, *score);
    change->exec();
  });
}

Result<void> ScoreHistory::remove(Transaction&, std::uint32_t account) {
  return guarded("store: remove scores", [&] {
    SQLite::Statement remove(raw(database_), "DELETE FROM score_history WHERE account = ?");
    remove.bind(1, account);
    remove.exec();
  });
}

Result<Pruned> ScoreHistory::prune(Transaction&, Day day, std::size_t accounts_max,
                                   std::uint32_t& place) {
  return guarded("store: prune scores", [&] {
    Pruned pruned;
    for (std::size_t i = 0; i < accounts_max; ++i) {
      auto next = statements_->use(kNextAccount);
      next->bind(1, place);
      if (!next->executeStep()) return pruned;
      place = next->getColumn(0).getUInt();
      auto drop = statements_->use(kDropBefore);
      drop->bind(1, place);
      drop->bind(2, day.number);
      pruned.rows += static_cast<std::uint64_t>(drop->exec());
    }
    pruned.is_done = false;
    return pruned;
  });
}

Result<std::optional<double>> ScoreHistory::score_at(std::uint32_t account, Day day) const {
  return guarded("store: read a score", [&] {
    auto query = statements_->use(kUpTo);
    query->bind(1, account);
    query->bind(2, day.number);
    return query->executeStep() ? score_of(*query, 0) : std::nullopt;
  });
}

Result<std::vector<ScoreHistory::Change>> ScoreHistory::changes(std::uint32_t account,
                                                                std::size_t count_max) const {
  return guarded("store: read an account's scores", [&] {
    auto query = statements_->use(kNewest);
    query->bind(1, account);
    query->bind(2, static_cast<std::int64_t>(count_max));
    std::vector<Change> changes;
    while (query->executeStep()) {
      changes.emplace_back(Day{query->getColumn(0).getInt()}, score_of(*query, 1));
    }
    std::reverse(changes.begin(), changes.end());
    return changes;
  });
}

Result<void> ScoreHistory::each_at(
    Day day, const std::function<void(std::uint32_t account, double score)>& visit) const {
  return guarded("store: read scores", [&] {
    SQLite::Statement query(raw(database_),
                            "SELECT account, max(day), score FROM score_history WHERE day <= ?"
                            " GROUP BY account ORDER BY account");
    query.bind(1, day.number);
    while (query.executeStep()) {
      const std::optional<double> score = score_of(query, 2);
      if (score) visit(query.getColumn(0).getUInt(), *score);
    }
  });
}

}  // namespace upselld::store
