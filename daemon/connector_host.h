// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "core/host.h"
#include "daemon/clock.h"
#include "daemon/progress.h"
#include "store/budget.h"

namespace upselld::daemon {

// Lines on stderr: "warning: crm: ...". Debug lines are dropped.
std::unique_ptr<Log> make_stderr_log(const std::string& connection, bool quiet);

// The world of one connection.
class ConnectorHost : public Host {
 public:
  // Requests are taken from this budget from now on, by UTC days. It outlives the host.
  virtual void count_against(store::Budget& budget) = 0;
  // Requests sent so far, repeats too.
  virtual std::int64_t calls() const = 0;
  // Of today; nothing where requests are not counted against a budget, or it cannot be read.
  virtual std::optional<store::BudgetStatus> budget() const = 0;
  // When the next day of the budget begins.
  virtual Instant budget_resets_at() const = 0;
};

struct HostSettings {
  std::string connection;
  std::filesystem::path scratch_dir;
  std::string ca_file;  // empty: the system's authorities
  bool quiet = false;
};
// Requests and waiting are steps of `progress`. It and `clock` outlive the host.
std::unique_ptr<ConnectorHost> make_host(const HostSettings& settings, const WaitableClock& clock,
                                         Progress& progress, std::stop_token stop);

}  // namespace upselld::daemon
