// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "plugins/salesforce/salesforce_write.h"

namespace upselld::plugins::salesforce {

// What became of each item of a batch of field updates, until it is answered.
struct FieldWriter::Outcomes {
 public:
  explicit Outcomes(std::size_t count) : receipts_(count), faults_(count) {}

  void settle(std::size_t index, Receipt receipt) { receipts_[index] = std::move(receipt); }
  // Locks are left for another try; all else settles the item.
  void take(std::size_t index, const RowResult& result) {
    if (!result.fault) {
      Receipt done;
      done.outcome = Receipt::Outcome::accepted;
      return settle(index, std::move(done));
    }
    faults_[index] = *result.fault;
    if (class_of(*result.fault) == FaultClass::retry) return;
    settle(index, rejected(*result.fault));
  }
  // What was not sent because of this error is due again later.
  void put_off(const std::vector<std::size_t>& items, const Error& error, Instant until) {
    Fault fault;
    fault.code = to_text(error.kind);
    fault.message = error.message;
    for (const std::size_t index : items) {
      if (!is_settled(index)) settle(index, deferred(fault, error.retry_after.value_or(until)));
    }
  }
  bool is_settled(std::size_t index) const { return receipts_[index].has_value(); }
  bool is_done(std::size_t index) const {
    return is_settled(index) && receipts_[index]->outcome == Receipt::Outcome::accepted;
  }
  bool is_refused(std::size_t index) const {
    return is_settled(index) && receipts_[index]->outcome == Receipt::Outcome::rejected;
  }
  Receipt& receipt(std::size_t index) { return *receipts_[index]; }
  const Fault& last_fault(std::size_t index) const { return faults_[index]; }

 private:
  std::vector<std::optional<Receipt>> receipts_;
  std::vector<Fault> faults_;
};

}  // namespace upselld::plugins::salesforce
