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
    const auto leaves =
        gone->task.is_open() ? stays_behind(gone->task, kept->task) : Result<bool>(false);
    if (!leaves) return leaves.error();
    if (*leaves) {
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
  // Beside one that is open already; and what was not sent yet would be refused, for it is about an
  // account that is no more.
  Result<bool> stays_behind(const TaskMemory& gone, const TaskMemory& kept) const {
    if (kept.is_open()) return true;
    const auto sent = ledger_.outbox.task_of(gone.key);
    if (!sent) return sent.error();
    return *sent && (*sent)->is_surely_unsent();
  }

  // Its account is no more, and its task is known by its key.
  Result<void> withdraw(std::uint32_t from, const TaskMemory& task) {
    const auto decision = ledger_.decisions.latest(from);
    if (!decision) return decision.error();
    if (!*decision) return {};
    const auto added =
        add_delivery(ledger_, transaction_, cycle_.run,
                     {(*decision)->account, cycle_.run, 0,
                      TaskWithdrawal{task.key, "", "this account was merged into another one"}},
                     cycle_.app.clock().now());
    return added ? Result<void>() : Result<void>(added.error());
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
