// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/result.h"

namespace upselld::daemon {

// A command's turn beside a running service: until it is destroyed the service begins no cycle.
class Turn {
 public:
  explicit Turn(int socket) : socket_(socket) {}
  Turn(Turn&& other) noexcept : socket_(other.socket_) { other.socket_ = -1; }
  Turn& operator=(Turn&&) = delete;
  ~Turn();

 private:
  int socket_;
};

// Waits until the service of this state directory gives way; meanwhile says on standard error what
// it does, unless `quiet`. No service that can be reached: nothing, which is no error. A stop that
// was asked for: cancelled. Root, where the directory is another user's: invalid_config, for what
// root writes that user could not read.
Result<std::optional<Turn>> take_turn(const std::filesystem::path& state_directory, bool quiet);

// What the service of this state directory does now, as one JSON object; nothing: none runs, or it
// does not answer.
std::optional<std::string> ask_state(const std::filesystem::path& state_directory);

}  // namespace upselld::daemon
