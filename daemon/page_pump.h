// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/page.h"
#include "core/result.h"
#include "daemon/clock.h"
#include "plugins/connector.h"

namespace upselld::daemon {

// One stream to walk, and where to begin.
struct StreamPlan {
  StreamInfo stream;
  Walk walk = Walk::changes;
  Cursor cursor;
};

// Pulls the pages of one connection in a thread of its own, so that parsing and storing overlap.
// Streams that are read together take turns, a page each. At most 1,024 pages or 128 MiB wait. The
// connector is touched by that thread alone, settled() included.
class PagePump {
 public:
  struct Item {
    std::size_t plan = 0;    // index of the stream plan
    bool restarted = false;  // the cursor was lost: forget it, this page begins from nothing
    Result<Page> page;
  };

  PagePump(Connector& connector, std::vector<StreamPlan> plans, const WaitableClock& clock,
           std::stop_token stop);
  ~PagePump();
  PagePump(const PagePump&) = delete;
  PagePump& operator=(const PagePump&) = delete;

  // The next page, in order of the plans, but of streams read together one page each in turn where
  // the first of them stands; nothing after the last one. An item with an error ends its stream;
  // the other streams go on. After budget_exhausted, or when two streams in a row
  // found the other side unavailable, each of them has the same error, and no call is made.
  std::optional<Item> take();
  // All pages taken so far are durable. Must be called before take() after a page with
  // `not_before`.
  void committed();
  const std::vector<StreamPlan>& plans() const { return plans_; }

 private:
  // Where the walk through one stream is.
  struct Place {
    Walk walk = Walk::changes;
    Cursor cursor;
    bool restarted = false;
    bool ended = false;
  };

  void work(const std::stop_token& stop);
  std::vector<std::size_t> read_with(std::size_t index) const;
  // Pulls a page, or finds that there is none.
  void step(std::size_t index, Place& place, const std::stop_token& stop);
  bool push(Item item, const std::stop_token& stop);
  void wait_for_commit(Instant until, const std::stop_token& stop);
  void settle();
  void note(std::size_t index, const Error& error);

  Connector& connector_;
  const std::vector<StreamPlan> plans_;
  const WaitableClock& clock_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Item> items_;
  std::size_t bytes_waiting_ = 0;                        // in items_
  std::vector<std::pair<std::size_t, Cursor>> taken_;    // by the storing side, not yet durable
  std::vector<std::pair<std::size_t, Cursor>> durable_;  // to be settled by the pulling thread
  bool finished_ = false;
  // Of the pulling thread.
  std::optional<Error> ends_all_;
  int unavailable_in_a_row_ = 0;
  std::size_t unavailable_ = 0;  // the last stream that found it so
  std::stop_token outer_stop_;
  std::jthread thread_;
};

}  // namespace upselld::daemon
