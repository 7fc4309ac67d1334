// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "daemon/decision_store.h"

namespace upselld::daemon {

// Tasks that need a person's yes, in one round of decisions: what is asked, what is no longer
// asked, and which yes is used up. A question and a yes stand while their account's action stays
// the same. Made for the round and used within its transaction.
class TaskQuestions {
 public:
  // After a no nobody is asked for `quiet`.
  TaskQuestions(Ledger& ledger, const DecisionScope& scope, Duration quiet)
      : ledger_(ledger), scope_(scope), quiet_(quiet) {}

  // Reads what stands in the scope's connection.
  Result<void> read();
  // Whether a question about the account stands now.
  Result<bool> ask(store::Transaction& transaction, const AccountCase& one,
                   const CaseDecision& decision);
  // Nothing is decided about the account: what stands about it stays.
  void leave(std::uint32_t account) { standing_.erase(account); }
  // The accounts that were neither asked about nor left are there no more.
  Result<void> end(store::Transaction& transaction);

 private:
  Result<bool> was_answered_lately(const AccountCase& one, const CaseDecision& decision) const;
  Result<void> propose(store::Transaction& transaction, const AccountCase& one,
                       const playbook::TaskWish& wish);
  Result<void> end_one(store::Transaction& transaction, const store::Approval& approval);

  Ledger& ledger_;
  const DecisionScope& scope_;
  Duration quiet_;
  std::multimap<std::uint32_t, store::Approval> standing_;  // pending or approved, by account
};

}  // namespace upselld::daemon
