// SPDX-License-Identifier: Apache-2.0
#include "store/retention.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "store/audit_header.h"
#include "store/event_pruning.h"
#include "store/models.h"
#include "store/plans.h"
#include "store/runs.h"
#include "store/score_history.h"
#include "store/statements.h"

namespace upselld::store {
namespace {

// Some milliseconds: nobody who waits for the store notices a step.
constexpr std::size_t kRowsAtOnce = 2'000;
constexpr std::size_t kBlocksAtOnce = 16;

}  // namespace

std::uint64_t Dropped::all() const {
  return undo_rows + runs + deliveries + scores + models + audit_payloads + records;
}

std::string Dropped::text() const {
  const std::pair<std::uint64_t, const char*> parts[] = {
      {undo_rows, "undo records"},
      {runs, "runs"},
      {deliveries, "deliveries"},
      {scores, "past scores"},
      {models, "models' files"},
      {audit_payloads, "audit payloads"},
      {records, "old orders, order lines and activities"}};
  std::string text;
  for (const auto& [count, what] : parts) {
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what;
  }
  return text;
}

Retention::Retention(Database& database, const RetentionLimits& limits, const std::string& run,
                     Instant at)
    : database_(database), limits_(limits), run_(run), at_(at), audit_(database) {}

bool Retention::is_wanted(Stage stage) const {
  switch (stage) {
    case Stage::undo:
      return !limits_.undo.is_missing();
    case Stage::runs:
      return !limits_.runs.is_missing();
    case Stage::deliveries:
      return !limits_.deliveries.is_missing();
    case Stage::scores:
      return limits_.scores.has_value();
    case Stage::models:
      return !limits_.models.is_missing();
    case Stage::audit:
      return payloads_through_ > 0;
    case Stage::records:
      return !limits_.records.is_missing();
    case Stage::end:
      return false;
  }
  return false;
}

Result<void> Retention::begin() {
  has_begun_ = true;
  if (!limits_.audit.is_missing()) {
    const auto last = audit_.last_before(limits_.audit);
    if (!last) return last.error();
    payloads_through_ = *last;
  }
  // Deleted rows must not stay readable in free pages.
  return guarded("store: drop what is old",
                 [&] { raw(database_).exec("PRAGMA secure_delete = ON"); });
}

Result<Pruned> Retention::prune(Transaction& transaction, std::uint64_t*& count) {
  switch (stage_) {
    case Stage::undo:
      count = &dropped_.undo_rows;
      return Plans(database_).prune(transaction, limits_.undo, kRowsAtOnce, undo_place_);
    case Stage::runs:
      count = &dropped_.runs;
      return Runs(database_).prune(transaction, limits_.runs, kRowsAtOnce, runs_place_);
    case Stage::deliveries:
      count = &dropped_.deliveries;
      return Outbox(database_).prune(transaction, limits_.deliveries, kRowsAtOnce, outbox_place_);
    case Stage::scores:
      count = &dropped_.scores;
      return ScoreHistory(database_).prune(transaction, *limits_.scores, kRowsAtOnce,
                                           scores_place_);
    case Stage::models:
      count = &dropped_.models;
      return Models(database_).prune(transaction, limits_.models, kRowsAtOnce);
    case Stage::audit:
      count = &dropped_.audit_payloads;
      return audit_.prune(transaction, payloads_through_, kRowsAtOnce, audit_place_);
    case Stage::records:
      count = &dropped_.records;
      return prune_events(database_, transaction, limits_.records, kBlocksAtOnce);
    case Stage::end:
      break;
  }
  UPSELLD_ASSERT(false);
  return Pruned{};
}

// Which rows they were nobody needs to know; from when on there is nothing to be found, they do.
Result<void> Retention::tell(Transaction& transaction) {
  nlohmann::ordered_json payload = nlohmann::ordered_json::object();
  const auto add = [&](const char* name, Instant limit) {
    if (!limit.is_missing()) payload[name] = to_text(limit);
  };
  add("undo_before", limits_.undo);
  add("runs_before", limits_.runs);
  add("deliveries_before", limits_.deliveries);
  if (limits_.scores) payload["scores_before"] = to_text(*limits_.scores);
  add("models_before", limits_.models);
  add("audit_before", limits_.audit);
  add("records_before", limits_.records);
  if (payloads_through_ > 0) payload[kPayloadsThrough] = payloads_through_;
  return audit_.append(transaction, {AuditKind::dropped, at_, run_, {}, payload.dump()});
}

Result<bool> Retention::step() {
  if (!has_begun_) {
    if (const auto begun = begin(); !begun) return begun.error();
  }
  const auto next = [](Stage stage) { return static_cast<Stage>(static_cast<int>(stage) + 1); };
  while (stage_ != Stage::end && !is_wanted(stage_)) stage_ = next(stage_);
  if (stage_ == Stage::end) return false;
  auto transaction = Transaction::begin(database_, "retention", Durability::full);
  if (!transaction) return transaction.error();
  std::uint64_t* count = nullptr;
  const auto pruned = prune(*transaction, count);
  if (!pruned) return pruned.error();
  if (pruned->rows > 0 && !is_told_) {
    if (const auto told = tell(*transaction); !told) return told.error();
  }
  // Also where nothing was old: how far it came may stand in the store.
  if (const auto committed = transaction->commit(); !committed) return committed.error();
  is_told_ = is_told_ || pruned->rows > 0;
  *count += pruned->rows;
  if (pruned->is_done) stage_ = next(stage_);
  return true;
}

}  // namespace upselld::store
