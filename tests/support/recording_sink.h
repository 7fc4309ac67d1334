// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/delivery.h"

namespace upselld::tests {

// Keeps what a connector answers.
class RecordingSink final : public ReceiptSink {
 public:
  std::map<std::size_t, Receipt> receipts;
  std::vector<std::string> checkpoints;
  std::size_t repeated = 0;

  void answer(std::size_t index, Receipt receipt) override {
    if (!receipts.emplace(index, std::move(receipt)).second) ++repeated;
  }
  Result<void> checkpoint(const Continuation& continuation) override {
    checkpoints.push_back(continuation.bytes);
    return {};
  }
  // -1: not answered.
  int outcome(std::size_t index) const {
    const auto found = receipts.find(index);
    return found == receipts.end() ? -1 : static_cast<int>(found->second.outcome);
  }
  bool has(std::size_t index, Receipt::Outcome wanted) const {
    return outcome(index) == static_cast<int>(wanted);
  }
};

}  // namespace upselld::tests
