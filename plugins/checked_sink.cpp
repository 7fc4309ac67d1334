// SPDX-License-Identifier: Apache-2.0
#include "plugins/checked_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace upselld::plugins {

void CheckedSink::answer(std::size_t index, Receipt receipt) {
  if (index >= answered_.size()) {
    return note(fmt::format("item {} was answered, of a batch of {}", index, answered_.size()));
  }
  if (answered_[index]) return note(fmt::format("item {} was answered twice", index));
  if (receipt.outcome == Receipt::Outcome::deferred && receipt.until.is_missing()) {
    note(fmt::format("item {} was deferred without a time", index));
  }
  answered_[index] = true;
  inner_.answer(index, std::move(receipt));
}

Result<void> CheckedSink::checkpoint(const Continuation& continuation) {
  if (continuation.bytes.size() > kContinuationBytesMax) {
    note(fmt::format("a continuation of {} bytes, at most {}", continuation.bytes.size(),
                     kContinuationBytesMax));
    return Error{ErrorKind::corrupt, "keep a continuation: " + broken_, {}};
  }
  return inner_.checkpoint(continuation);
}

std::size_t CheckedSink::unanswered() const {
  return static_cast<std::size_t>(std::count(answered_.begin(), answered_.end(), false));
}

}  // namespace upselld::plugins
