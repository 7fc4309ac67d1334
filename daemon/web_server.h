// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "core/host.h"
#include "daemon/commands.h"
#include "daemon/service_door.h"
#include "daemon/settings.h"
#include "daemon/web_connections.h"

namespace upselld::daemon {

// The pages of `upselld run`, at the address of the settings, in threads of their own until the
// object ends. What it is given outlives it.
class WebServer {
 public:
  static Result<std::unique_ptr<WebServer>> start(const WebSettings& settings,
                                                  const std::filesystem::path& state,
                                                  const Invocation& invocation, ServiceDoor& door,
                                                  const Clock& clock, const WebLimits& limits = {});
  virtual ~WebServer() = default;

  virtual int port() const = 0;
};

}  // namespace upselld::daemon
