// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/instant.h"
#include "core/result.h"

namespace upselld::daemon {

struct Config;

// What the service does now, as pages and commands tell it.
struct ServiceState {
  std::string doing = "waiting";         // or "sync", "sync and train"
  std::string connection;                // of the sync; "all"; empty while waiting
  Instant since;                         // when that began
  Instant next_at = Instant::missing();  // the next sync by schedule
  // What was asked for and did not begin yet.
  bool sync_is_asked = false;
  std::string stage = "";   // "pull crm"; empty between cycles
  std::uint64_t steps = 0;  // of the stage: records, calls, accounts, rounds
  std::uint64_t moves = 0;  // of all time
};

// What stands between the service's loop and those who ask it things: the web server's threads,
// the control socket's. Any thread may call it.
class ServiceDoor {
 public:
  virtual ~ServiceDoor() = default;

  virtual ServiceState state() const = 0;
  // Settings and playbook that the service goes by now.
  virtual std::shared_ptr<const Config> config() const = 0;
  // A sync of this connection (empty: of all) as soon as none runs. Asked twice before it began is
  // once. A connection that the settings do not have is invalid_config.
  virtual Result<void> request_sync(const std::string& connection) = 0;
  // Settings and playbook are read anew before the next sync, as after a hangup.
  virtual void request_reload() = 0;
};

}  // namespace upselld::daemon
