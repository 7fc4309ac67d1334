// SPDX-License-Identifier: Apache-2.0
#include "daemon/task_questions.h"

#include <utility>

namespace upselld::daemon {

Result<void> TaskQuestions::read() {
  for (const auto state : {store::ApprovalState::pending, store::ApprovalState::approved}) {
    auto listed = ledger_.approvals.list(state);
    if (!listed) return listed.error();
    for (store::Approval& one : *listed) {
      if (one.account.connection != scope_.connection) continue;
      const std::uint32_t account = one.account.number;
      standing_.emplace(account, std::move(one));
    }
  }
  return {};
}

// One question an account and action.
Result<bool> TaskQuestions::ask(store::Transaction& transaction, const AccountCase& one,
                                const CaseDecision& decision) {
  const bool waits = decision.held == hold::kApprovalPending;
  const bool makes_tasks = scope_.write == WriteLevel::fields_and_tasks;
  bool is_asked = false;
  const auto [begin, end] = standing_.equal_range(one.facts.number);
  for (auto at = begin; at != end; ++at) {
    const store::Approval& standing = at->second;
    const bool is_about = standing.action == decision.choice.action;
    const bool is_question = standing.state == store::ApprovalState::pending;
    const bool stands = is_about && (is_question ? waits : !(decision.task && makes_tasks));
    if (stands && is_question) is_asked = true;
    if (stands) continue;
    if (const auto ended = end_one(transaction, standing); !ended) return ended.error();
  }
  standing_.erase(one.facts.number);
  if (is_asked) return true;
  if (!waits || !decision.choice.wish || !makes_tasks) return false;
  const auto answered = was_answered_lately(one, decision);
  if (!answered) return answered.error();
  if (*answered) return false;
  const auto proposed = propose(transaction, one, *decision.choice.wish);
  if (!proposed) return proposed.error();
  return true;
}

Result<void> TaskQuestions::end(store::Transaction& transaction) {
  for (const auto& [account, standing] : standing_) {
    if (const auto ended = end_one(transaction, standing); !ended) return ended;
  }
  standing_.clear();
  return {};
}

// After a no it is as quiet as after an offer that the customer declined.
Result<bool> TaskQuestions::was_answered_lately(const AccountCase& one,
                                                const CaseDecision& decision) const {
  const auto newest = ledger_.approvals.newest(one.facts.number, decision.choice.wish->action);
  if (!newest) return newest.error();
  if (!*newest) return false;
  // A yes that came while the round was being decided: the next one goes by it.
  if ((*newest)->state == store::ApprovalState::approved) return !decision.approval;
  if ((*newest)->state != store::ApprovalState::declined) return false;
  return scope_.at < (*newest)->decided_at + quiet_;
}

Result<void> TaskQuestions::propose(store::Transaction& transaction, const AccountCase& one,
                                    const playbook::TaskWish& wish) {
  const TaskDraft task = {wish.key, one.facts.id, wish.contact, wish.account_owner,    wish.type,
                          wish.due, wish.subject, wish.body,    wish.score_at_creation};
  return ledger_.approvals.propose(transaction,
                                   {{one.facts.number, scope_.connection, one.facts.id},
                                    wish.action,
                                    task,
                                    scope_.at,
                                    store::ApprovalState::pending,
                                    "",
                                    Instant::missing()});
}

Result<void> TaskQuestions::end_one(store::Transaction& transaction,
                                    const store::Approval& approval) {
  return approval.state == store::ApprovalState::pending
             ? ledger_.approvals.withdraw(transaction, approval.task.key)
             : ledger_.approvals.use_up(transaction, approval.task.key);
}

}  // namespace upselld::daemon
