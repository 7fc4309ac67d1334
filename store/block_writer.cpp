// SPDX-License-Identifier: Apache-2.0
#include "store/block_writer.h"

namespace upselld::store {
namespace {

// Some hundred kilobytes each.
constexpr std::size_t kBlocksWaitingMax = 16;

}  // namespace

BlockWriter::BlockWriter(EventRuns& runs) : runs_(runs) {
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

BlockWriter::~BlockWriter() {
  thread_.request_stop();
}

EventBlock BlockWriter::put(const BlockPlace& place, EventBlock&& block) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || waiting_.size() < kBlocksWaitingMax; });
  if (failure_) std::rethrow_exception(failure_);
  waiting_.emplace_back(place, std::move(block));
  changed_.notify_all();
  if (empty_.empty()) return EventBlock();
  EventBlock next = std::move(empty_.back());
  empty_.pop_back();
  return next;
}

void BlockWriter::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || (waiting_.empty() && !writing_); });
  if (failure_) std::rethrow_exception(failure_);
}

void BlockWriter::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  // A wait that is stopped still tells of waiting blocks: hence both.
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); }) &&
         !stop.stop_requested()) {
    auto [place, block] = std::move(waiting_.front());
    waiting_.pop_front();
    writing_ = true;
    lock.unlock();
    std::exception_ptr failure;
    try {
      runs_.write(BlockTable::events, place, pack(block));
    } catch (...) {
      failure = std::current_exception();
    }
    block.clear();
    lock.lock();
    writing_ = false;
    empty_.push_back(std::move(block));
    if (failure) failure_ = failure;
    changed_.notify_all();
    if (failure) return;
  }
}

}  // namespace upselld::store
