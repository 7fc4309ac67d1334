// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "daemon/config.h"
#include "daemon/progress.h"
#include "daemon/service_door.h"

namespace upselld::daemon {

// The service's side of its door: the loop says what it does and takes what was asked of it. Any
// thread may call it.
class ServiceRequests : public ServiceDoor {
 public:
  // `progress` is that of the loop's cycles, and outlives this; nullptr: nobody tells of any.
  explicit ServiceRequests(const Progress* progress = nullptr) : progress_(progress) {}

  ServiceState state() const override;
  std::shared_ptr<const Config> config() const override;
  Result<void> request_sync(const std::string& connection) override;
  void request_reload() override;

  // After each good load.
  void loaded(std::shared_ptr<const Config> config);
  void begins(const std::string& doing, const std::string& connection, Instant at);
  void waits(Instant at, Instant next_at);
  // Connections that were asked for, each once; empty text: all. None is an empty list.
  std::vector<std::string> take_syncs();
  bool take_reload();

 private:
  const Progress* progress_;
  mutable std::mutex mutex_;
  ServiceState state_;
  std::shared_ptr<const Config> config_;
  std::set<std::string> syncs_;
  bool reload_ = false;
};

}  // namespace upselld::daemon
