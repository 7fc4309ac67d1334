// SPDX-License-Identifier: Apache-2.0
#include "daemon/control_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/control_socket.h"
#include "daemon/interrupt.h"
#include "daemon/service_state.h"
#include "daemon/state_owner.h"
#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::json;

constexpr int kLookAgainMs = 200;
constexpr int kStateMsMax = 5'000;
constexpr std::size_t kAnswerBytesMax = 64 * 1'024;

// A connection to the service's socket; -1: there is none.
class Connection {
 public:
  explicit Connection(const std::filesystem::path& state_directory) {
    const SocketPath path(state_directory);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.text().copy(address.sun_path, sizeof address.sun_path - 1);
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (path.folder >= 0 && socket_ >= 0 &&
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      return;
    }
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  ~Connection() {
    if (socket_ >= 0) ::close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_open() const { return socket_ >= 0; }
  int release() { return std::exchange(socket_, -1); }
  // A service that refuses may have closed already: what it said is there to be read.
  void ask(const std::string& what) const {
    const std::string line = Json{{"ask", what}}.dump() + '\n';
    [[maybe_unused]] const auto sent = ::send(socket_, line.data(), line.size(), MSG_NOSIGNAL);
  }
  // The next line. Nothing: the other side closed, said too much, or no line came in time.
  std::optional<std::string> line(int ms_max) {
    for (;;) {
      const std::size_t end = bytes_.find('\n');
      if (end != std::string::npos) {
        std::string line = bytes_.substr(0, end);
        bytes_.erase(0, end + 1);
        return line;
      }
      if (bytes_.size() > kAnswerBytesMax) return std::nullopt;
      pollfd polled{socket_, POLLIN, 0};
      if (::poll(&polled, 1, ms_max) <= 0) {
        is_late_ = true;
        return std::nullopt;
      }
      char bytes[4'096];
      const auto count = ::recv(socket_, bytes, sizeof bytes, 0);
      is_late_ = false;
      if (count <= 0) return std::nullopt;
      bytes_.append(bytes, static_cast<std::size_t>(count));
    }
  }
  // Why there was no line.
  bool is_late() const { return is_late_; }

 private:
  int socket_ = -1;
  std::string bytes_;
  bool is_late_ = false;
};

}  // namespace

Turn::~Turn() {
  if (socket_ >= 0) ::close(socket_);
}

Result<std::optional<Turn>> take_turn(const std::filesystem::path& state_directory, bool quiet) {
  if (auto owned = check_owner(state_directory); !owned) return owned.error();
  Connection service(state_directory);
  if (!service.is_open()) return std::optional<Turn>();
  service.ask("turn");
  std::string told;
  for (;;) {
    if (stop_signal().stop_requested()) {
      return Error{ErrorKind::cancelled, "stopped while the service was waited for", {}};
    }
    const auto line = service.line(kLookAgainMs);
    if (!line && service.is_late()) continue;
    if (!line) return std::optional<Turn>();  // it ended: what it held is free
    const Json answer = Json::parse(*line, nullptr, false);
    if (!answer.is_object()) return std::optional<Turn>();
    if (answer.contains("turn")) return std::optional<Turn>(Turn(service.release()));
    if (answer.contains("error")) {
      const std::string why = answer["error"].is_string() ? answer["error"].get<std::string>() : "";
      return Error{ErrorKind::busy, "ask the service for a turn: " + printable(why, 200), {}};
    }
    const std::string doing = state_sentence(answer);
    if (!quiet && doing != told) std::fprintf(stderr, "waiting for it: %s\n", doing.c_str());
    told = doing;
  }
}

std::optional<std::string> ask_state(const std::filesystem::path& state_directory) {
  Connection service(state_directory);
  if (!service.is_open()) return std::nullopt;
  service.ask("state");
  return service.line(kStateMsMax);
}

}  // namespace upselld::daemon
