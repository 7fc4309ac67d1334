// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "daemon/turns.h"

namespace upselld::daemon {

// STATE/control.sock, where commands meet the service: a command that writes asks for its turn and
// has it until it closes the connection; anyone of the same user, or root, asks what is going on.
//
// Each side writes lines of JSON. A client writes one: {"ask":"turn"} or {"ask":"state"}. The
// answer to the second is the state. To the first it is the state whenever that changed, at most
// once a second, and at last {"turn":true}. A client that is refused is told {"error":"..."}.
// Clients that are slow, silent or half closed, or write more or other than that, are dropped.
//
// The service makes one and owns it; a thread of its own serves all clients.
class ControlSocket {
 public:
  static constexpr std::size_t kClientsMax = 32;
  static constexpr std::size_t kRequestBytesMax = 4'096;
  static constexpr Duration kRequestTimeMax = seconds(5);

  virtual ~ControlSocket() = default;

  // `state` gives the state as one JSON object; it is called by the socket's thread. A socket that
  // a killed service left is replaced: the caller has the service's lock. `turns` outlives this.
  static Result<std::unique_ptr<ControlSocket>> open(const std::filesystem::path& state_directory,
                                                     Turns& turns,
                                                     std::function<std::string()> state);
};

// A state directory's path may be longer than a socket's may be: so it is named by a descriptor.
struct SocketPath {
  // Opens the folder; -1 with errno where that fails.
  explicit SocketPath(const std::filesystem::path& state_directory);
  ~SocketPath();
  SocketPath(const SocketPath&) = delete;
  SocketPath& operator=(const SocketPath&) = delete;

  std::string text() const;

  int folder = -1;
};

}  // namespace upselld::daemon
