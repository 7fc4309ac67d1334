// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "plugins/salesforce/salesforce_tasks.h"

namespace upselld::plugins::salesforce {

// The items of a batch of tasks, each answered as soon as it is settled.
struct TaskWriter::Pending {
 public:
  Pending(std::size_t count, ReceiptSink& sink)
      : sink_(sink), settled_(count, false), faults_(count) {}

  static std::vector<std::size_t> by_account(std::span<const TaskDraft> batch);

  void settle(std::size_t index, Receipt receipt) {
    settled_[index] = true;
    sink_.answer(index, std::move(receipt));
  }
  void created(std::size_t index, const std::string& id) {
    Receipt receipt;
    receipt.outcome = Receipt::Outcome::accepted;
    receipt.crm_id = id;
    settle(index, std::move(receipt));
  }
  void already_there(std::size_t index, const std::string& id) {
    Receipt receipt;
    receipt.outcome = Receipt::Outcome::already_there;
    receipt.crm_id = id;
    settle(index, std::move(receipt));
  }
  // Not sent because of this error: due again later.
  void put_off(const std::vector<std::size_t>& items, const Error& error, Instant until) {
    Fault fault;
    fault.code = to_text(error.kind);
    fault.message = error.message;
    for (const std::size_t index : items) {
      if (!settled_[index]) settle(index, deferred(fault, error.retry_after.value_or(until)));
    }
  }
  bool is_settled(std::size_t index) const { return settled_[index]; }
  void note(std::size_t index, const Fault& fault) { faults_[index] = fault; }
  const Fault& fault(std::size_t index) const { return faults_[index]; }
  void give_to_fallback(std::size_t index) { for_fallback_.insert(index); }
  bool is_for_fallback(std::size_t index) const { return for_fallback_.count(index) > 0; }
  ReceiptSink& sink() { return sink_; }

  Duration pause;  // before the next request

 private:
  ReceiptSink& sink_;
  std::vector<bool> settled_;
  std::vector<Fault> faults_;
  std::set<std::size_t> for_fallback_;
};

}  // namespace upselld::plugins::salesforce
