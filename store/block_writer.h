// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "store/event_runs.h"

namespace upselld::store {

// Packs and writes event blocks in a thread of its own, in the order in which they came, while the
// caller sorts the next ones. From the first put() until finish() or destruction that thread alone
// may use the connection below `runs`.
class BlockWriter {
 public:
  explicit BlockWriter(EventRuns& runs);
  // Blocks that are still waiting are dropped.
  ~BlockWriter();
  BlockWriter(const BlockWriter&) = delete;
  BlockWriter& operator=(const BlockWriter&) = delete;

  // Waits while many blocks wait. Gives an empty block that has memory of an earlier one. Throws
  // what writing an earlier block threw.
  EventBlock put(const BlockPlace& place, EventBlock&& block);
  // All blocks are written, or throws what writing one threw.
  void finish();

 private:
  void work(const std::stop_token& stop);

  EventRuns& runs_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::pair<BlockPlace, EventBlock>> waiting_;
  bool writing_ = false;
  std::vector<EventBlock> empty_;
  std::exception_ptr failure_;
  std::jthread thread_;
};

}  // namespace upselld::store
