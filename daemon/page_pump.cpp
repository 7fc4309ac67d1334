// SPDX-License-Identifier: Apache-2.0
#include "daemon/page_pump.h"

#include <utility>
#include <variant>

#include "core/page_columns.h"

namespace upselld::daemon {
namespace {

// Storing stops for long while a group is committed: what waits keeps reading at work meanwhile.
constexpr std::size_t kPagesWaitingMax = 1024;
constexpr std::size_t kBytesWaitingMax = 128 * 1024 * 1024;

std::size_t bytes_of(const Result<Page>& page) {
  if (!page) return 0;
  std::size_t bytes = page->text.size();
  std::visit(
      [&](const auto& columns) {
        for_each_column(columns, [&](const char*, const auto& column, bool) {
          bytes += column.size() * sizeof(column[0]);
        });
      },
      page->columns);
  return bytes;
}

}  // namespace

PagePump::PagePump(Connector& connector, std::vector<StreamPlan> plans, const WaitableClock& clock,
                   std::stop_token stop)
    : connector_(connector), plans_(std::move(plans)), clock_(clock), outer_stop_(std::move(stop)) {
  thread_ = std::jthread([this](const std::stop_token& own) { work(own); });
}

PagePump::~PagePump() {
  thread_.request_stop();
  changed_.notify_all();
}

std::optional<PagePump::Item> PagePump::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return finished_ || !items_.empty(); });
  if (items_.empty()) return std::nullopt;
  Item item = std::move(items_.front());
  items_.pop_front();
  bytes_waiting_ -= bytes_of(item.page);
  if (item.page) taken_.emplace_back(item.plan, item.page->next);
  changed_.notify_all();
  return item;
}

void PagePump::committed() {
  const std::lock_guard lock(mutex_);
  for (auto& entry : taken_) durable_.push_back(std::move(entry));
  taken_.clear();
  changed_.notify_all();
}

void PagePump::work(const std::stop_token& stop) {
  std::vector<Place> places;
  for (const StreamPlan& plan : plans_) places.push_back({plan.walk, plan.cursor});
  for (std::size_t first = 0; first < plans_.size(); ++first) {
    std::vector<std::size_t> turns = read_with(first);
    const auto is_done = [&](std::size_t i) { return places[i].ended || stop.stop_requested(); };
    for (std::erase_if(turns, is_done); !turns.empty(); std::erase_if(turns, is_done)) {
      for (const std::size_t i : turns) step(i, places[i], stop);
    }
  }
  settle();
  const std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

std::vector<std::size_t> PagePump::read_with(std::size_t index) const {
  std::vector<std::size_t> all = {index};
  const std::string& together = plans_[index].stream.together;
  for (std::size_t i = index + 1; i < plans_.size(); ++i) {
    if (!together.empty() && plans_[i].stream.together == together) all.push_back(i);
  }
  return all;
}

void PagePump::step(std::size_t index, Place& place, const std::stop_token& stop) {
  if (stop.stop_requested()) return;
  const auto end_with = [&](const Error& error) {
    place.ended = true;
    push({index, place.restarted, error}, stop);
  };
  if (ends_all_) return end_with(*ends_all_);
  if (outer_stop_.stop_requested()) {
    return end_with({ErrorKind::cancelled, "stopped by a signal", {}});
  }
  settle();
  Result<Page> page = connector_.pull(plans_[index].stream, place.walk, place.cursor, PageLimits{});
  if (!page && page.error().kind == ErrorKind::cursor_lost && !place.restarted) {
    place.cursor = Cursor{};
    if (place.walk == Walk::changes) place.walk = Walk::full;
    place.restarted = true;
    return;
  }
  if (!page) {
    note(index, page.error());
    return end_with(page.error());
  }
  unavailable_in_a_row_ = 0;
  place.ended = page->end;
  place.cursor = page->next;
  const std::optional<Instant> not_before = page->not_before;
  const bool is_there = push({index, std::exchange(place.restarted, false), std::move(page)}, stop);
  if (is_there && !place.ended && not_before) wait_for_commit(*not_before, stop);
}

// Each stream would try for long to reach a server that is down. Those read together ask for the
// same: they count once.
void PagePump::note(std::size_t index, const Error& error) {
  const std::string& together = plans_[index].stream.together;
  const bool is_unavailable = error.kind == ErrorKind::unavailable;
  const bool is_counted = unavailable_in_a_row_ > 0 && !together.empty() &&
                          together == plans_[unavailable_].stream.together;
  if (!is_unavailable)
    unavailable_in_a_row_ = 0;
  else if (!is_counted)
    ++unavailable_in_a_row_;
  if (is_unavailable) unavailable_ = index;
  const bool ends_all = error.kind == ErrorKind::budget_exhausted || unavailable_in_a_row_ == 2;
  if (ends_all) ends_all_ = error;
}

bool PagePump::push(Item item, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const std::size_t bytes = bytes_of(item.page);
  const bool room = changed_.wait(lock, stop, [&] {
    return items_.empty() ||
           (items_.size() < kPagesWaitingMax && bytes_waiting_ + bytes <= kBytesWaitingMax);
  });
  if (!room) return false;
  bytes_waiting_ += bytes;
  items_.push_back(std::move(item));
  changed_.notify_all();
  return true;
}

void PagePump::wait_for_commit(Instant until, const std::stop_token& stop) {
  {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return items_.empty() && taken_.empty(); })) {
      return;
    }
  }
  // Whichever stop comes first ends the waiting; step tells them apart.
  std::stop_source either;
  const std::stop_callback own(stop, [&either] { either.request_stop(); });
  const std::stop_callback outer(outer_stop_, [&either] { either.request_stop(); });
  clock_.wait_until(until, either.get_token());
}

void PagePump::settle() {
  std::vector<std::pair<std::size_t, Cursor>> durable;
  {
    const std::lock_guard lock(mutex_);
    durable.swap(durable_);
  }
  for (const auto& [index, cursor] : durable) connector_.settled(plans_[index].stream, cursor);
}

}  // namespace upselld::daemon
