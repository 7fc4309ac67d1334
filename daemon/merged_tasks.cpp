// SPDX-License-Identifier: Apache-2.0
#include "daemon/merged_tasks.h"

#include "daemon/add_delivery.h"

namespace upselld::daemon {
namespace {

bool goes_before(const TaskMemory& gone, const TaskMemory& kept) {
  if (gone.key.empty() || kept.key.empty()) return !gone.key.empty();
  if (gone.is_open() != kept.is_open()) return gone.is_open();
  if (gone.closed_at == kept.closed_at) return gone.decided_on > kept.decided_on;
  return kept.closed_at.is_missing() || gone.closed_at > kept.closed_at;
}

class Folding {
 public:
  Folding(Cycle& cycle, store::Transaction& transaction)
      : cycle_(cycle), ledger_(cycle.app.ledger()), transaction_(transaction) {}

  Result<void> fold(std::uint32_t from, std::uint32_t into) {
    const auto gone = ledger_.decisions.memory(from);
    if (!gone) return gone.error();
    auto kept = ledger_.decisions.memory(into);
    if (!kept) return kept.error();
    if (gone->task.is_open() && kept->task.is_open()) {
      if (const auto withdrawn = withdraw(from, gone->task); !withdrawn) return withdrawn;
    } else if (goes_before(gone->task, kept->task)) {
      kept->task = gone->task;
      const auto remembered = ledger_.decisions.remember(transaction_, into, *kept);
      if (!remembered) return remembered;
    }
    if (const auto fell = ledger_.rounds.fall(transaction_); !fell) return fell;
    return ledger_.decisions.remove(transaction_, from);
  }

 private:
  // Its account is no more, and its task is known by its key.
  Result<void> withdraw(std::uint32_t from, const TaskMemory& task) {
    const auto decision = ledger_.decisions.latest(from);
    if (!decision) return decision.error();
    if (!*decision) return {};
    return add_delivery(
        ledger_, transaction_, cycle_.run,
        {(*decision)->account, cycle_.run, 0,
         TaskWithdrawal{task.key, "", "this account was merged with one that has a task already"}},
        cycle_.app.clock().now());
  }

  Cycle& cycle_;
  Ledger& ledger_;
  store::Transaction& transaction_;
};

}  // namespace

Result<void> fold_merged_tasks(Cycle& cycle) {
  Ledger& ledger = cycle.app.ledger();
  const auto merged = ledger.decisions.merged_away();
  if (!merged) return merged.error();
  if (merged->empty()) return {};
  auto transaction = store::Transaction::begin(ledger.database, "merged", store::Durability::full);
  if (!transaction) return transaction.error();
  Folding folding(cycle, *transaction);
  for (const auto& [from, into] : *merged) {
    if (const auto folded = folding.fold(from, into); !folded) return folded;
  }
  return transaction->commit();
}

}  // namespace upselld::daemon
