// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/result.h"
#include "daemon/app.h"
#include "daemon/service_door.h"

namespace upselld::daemon {

// All figures in Prometheus' text format: of the store, and, where a service's state is given, of
// the service and its process. No account's data, and few labels: connections, bands, states.
// `app` is one opened with Access::read; nothing to read yet is no error, for then there are the
// service's figures alone: give nullptr. Costs some milliseconds; used by one thread.
Result<std::string> metrics_text(App* app, const std::optional<ServiceState>& service);

}  // namespace upselld::daemon
