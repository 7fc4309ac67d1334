// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/delivery.h"

namespace upselld::plugins {

inline constexpr std::size_t kContinuationBytesMax = 1024 * 1024;

// Stands between a plugin and the pipeline's sink while one batch is sent. Only the first answer of
// each item passes.
class CheckedSink final : public ReceiptSink {
 public:
  CheckedSink(ReceiptSink& inner, std::size_t count) : inner_(inner), answered_(count, false) {}

  void answer(std::size_t index, Receipt receipt) override;
  Result<void> checkpoint(const Continuation& continuation) override;

  std::size_t unanswered() const;
  // The first promise that was broken; empty: none.
  const std::string& broken_promise() const { return broken_; }

 private:
  void note(std::string what) {
    if (broken_.empty()) broken_ = std::move(what);
  }

  ReceiptSink& inner_;
  std::vector<bool> answered_;
  std::string broken_;
};

}  // namespace upselld::plugins
