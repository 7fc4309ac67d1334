// SPDX-License-Identifier: Apache-2.0
#include "daemon/service_requests.h"

#include <utility>

#include "daemon/interrupt.h"

namespace upselld::daemon {

ServiceState ServiceRequests::state() const {
  const Progress::Seen seen = progress_ == nullptr ? Progress::Seen() : progress_->seen();
  const std::lock_guard lock(mutex_);
  ServiceState state = state_;
  state.sync_is_asked = !syncs_.empty();
  state.stage = seen.what;
  state.steps = seen.steps;
  state.moves = seen.moves;
  return state;
}

std::shared_ptr<const Config> ServiceRequests::config() const {
  const std::lock_guard lock(mutex_);
  return config_;
}

Result<void> ServiceRequests::request_sync(const std::string& connection) {
  {
    const std::lock_guard lock(mutex_);
    const bool is_known = config_ != nullptr && config_->settings.connection(connection) != nullptr;
    if (!connection.empty() && !is_known) {
      return Error{ErrorKind::invalid_config,
                   "there is no connection " + connection + " in the settings",
                   {}};
    }
    syncs_.insert(connection);
  }
  wake_up();
  return {};
}

void ServiceRequests::request_reload() {
  {
    const std::lock_guard lock(mutex_);
    reload_ = true;
  }
  wake_up();
}

void ServiceRequests::loaded(std::shared_ptr<const Config> config) {
  const std::lock_guard lock(mutex_);
  config_ = std::move(config);
}

void ServiceRequests::begins(const std::string& doing, const std::string& connection, Instant at) {
  const std::lock_guard lock(mutex_);
  state_.doing = doing;
  state_.connection = connection;
  state_.since = at;
}

void ServiceRequests::waits(Instant at, Instant next_at) {
  const std::lock_guard lock(mutex_);
  if (state_.doing != "waiting") state_.since = at;
  state_.doing = "waiting";
  state_.connection.clear();
  state_.next_at = next_at;
}

std::vector<std::string> ServiceRequests::take_syncs() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> taken(syncs_.begin(), syncs_.end());
  syncs_.clear();
  // All is first in order, and holds every other.
  if (!taken.empty() && taken.front().empty()) taken.resize(1);
  return taken;
}

bool ServiceRequests::take_reload() {
  const std::lock_guard lock(mutex_);
  const bool was = reload_;
  reload_ = false;
  return was;
}

}  // namespace upselld::daemon
