// SPDX-License-Identifier: Apache-2.0
#include "daemon/turns.h"

#include <algorithm>
#include <chrono>

namespace upselld::daemon {

bool Turns::begin_cycle(const std::stop_token& stop, Duration patience) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(kService);
  give();
  const bool is_ours = changed_.wait_for(lock, stop, std::chrono::milliseconds(patience.ms),
                                         [this] { return holder_ == kService; });
  if (!is_ours) leave_locked(kService);
  return is_ours;
}

void Turns::end_cycle() {
  leave(kService);
}

void Turns::ask(Client client) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(client);
  give();
}

void Turns::leave(Client client) {
  {
    const std::lock_guard lock(mutex_);
    leave_locked(client);
  }
  if (told_) told_();
}

void Turns::leave_locked(Client client) {
  waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), client), waiting_.end());
  if (holder_ == client) holder_.reset();
  give();
}

void Turns::give() {
  if (holder_ || waiting_.empty()) return;
  holder_ = waiting_.front();
  waiting_.pop_front();
  is_told_ = false;
  changed_.notify_all();
}

std::optional<Turns::Client> Turns::newly_given() {
  const std::lock_guard lock(mutex_);
  if (is_told_ || !holder_ || holder_ == kService) return std::nullopt;
  is_told_ = true;
  return holder_;
}

bool Turns::is_awaited() const {
  const std::lock_guard lock(mutex_);
  return !waiting_.empty();
}

std::size_t Turns::ahead_of(Client client) const {
  const std::lock_guard lock(mutex_);
  if (holder_ == client) return 0;
  const auto at = std::find(waiting_.begin(), waiting_.end(), client);
  return static_cast<std::size_t>(at - waiting_.begin()) + (holder_ ? 1 : 0);
}

}  // namespace upselld::daemon
