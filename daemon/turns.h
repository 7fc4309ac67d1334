// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "core/instant.h"

namespace upselld::daemon {

// Who may write into the state directory next, where a service runs: its cycles and the commands
// of people, one at a time, in the order in which they asked. Any thread may call it.
class Turns {
 public:
  using Client = std::uint64_t;  // above 0
  // No longer wait for one command: a cycle is put off instead, and tried again.
  static constexpr Duration kPatience = minutes(1);

  // Waits for the service's own turn. False: a stop was asked for, or another's turn lasted longer
  // than `patience` of real time; then the service no longer waits.
  bool begin_cycle(const std::stop_token& stop, Duration patience = kPatience);
  void end_cycle();

  void ask(Client client);
  // It has done its work, or is gone. Who never asked: nothing happens.
  void leave(Client client);
  // Whose turn it is now, once for each turn of a client.
  std::optional<Client> newly_given();
  // Whether anybody waits for the turn that is now another's.
  bool is_awaited() const;
  // How many come before, the one whose turn it is included.
  std::size_t ahead_of(Client client) const;
  // Called, from any thread, whenever somebody else's turn may have come. Set once, at first.
  void on_change(std::function<void()> told) { told_ = std::move(told); }

 private:
  static constexpr Client kService = 0;

  void give();
  void leave_locked(Client client);

  std::function<void()> told_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Client> waiting_;
  std::optional<Client> holder_;
  bool is_told_ = true;  // of holder_
};

}  // namespace upselld::daemon
