// SPDX-License-Identifier: Apache-2.0
#include "daemon/control_socket.h"

#include "core/kill_point.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>
#include <vector>

namespace upselld::daemon {
namespace {

using Json = nlohmann::json;
using Steady = std::chrono::steady_clock;

constexpr const char* kName = "control.sock";
constexpr int kNewsMs = 1'000;

// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

struct Client {
  Descriptor socket;
  Steady::time_point came_at;
  std::string request;
  bool waits = false;  // for its turn
  std::string told;    // the state that it heard last
};

enum class Keep { yes, no };

bool is_ours(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == 0 || peer.uid == ::geteuid();
}

// False: the client does not read, or is gone. Never waits.
bool tell(int socket, const std::string& line) {
  const std::string text = line + '\n';
  const auto sent = ::send(socket, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(text.size());
}

std::string refusal(const char* why) {
  return Json{{"error", why}}.dump();
}

class Server : public ControlSocket {
 public:
  Server(Descriptor listening, Descriptor waker, Turns& turns, std::function<std::string()> state)
      : listening_(std::move(listening)),
        waker_(std::move(waker)),
        turns_(turns),
        state_(std::move(state)) {
    turns_.on_change([this] { wake(); });
    thread_ = std::jthread([this](const std::stop_token& stop) {
      const std::stop_callback at_stop(stop, [this] { wake(); });
      while (!stop.stop_requested()) serve();
    });
  }
  ~Server() override {
    thread_ = {};  // asks it to stop, and waits
    turns_.on_change({});
    for (const auto& [id, client] : clients_) turns_.leave(id);
  }

 private:
  void wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(waker_.number(), &one, sizeof one);
  }

  void serve() {
    std::vector<pollfd> polled = {{listening_.number(), POLLIN, 0}, {waker_.number(), POLLIN, 0}};
    std::vector<Turns::Client> ids;
    for (const auto& [id, client] : clients_) {
      polled.push_back({client.socket.number(), POLLIN | POLLRDHUP, 0});
      ids.push_back(id);
    }
    if (::poll(polled.data(), polled.size(), clients_.empty() ? -1 : kNewsMs) < 0) return;
    if (polled[1].revents != 0) {
      std::uint64_t count = 0;
      [[maybe_unused]] const auto read = ::read(waker_.number(), &count, sizeof count);
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
      Client& client = clients_.at(ids[i]);
      const short seen = polled[i + 2].revents;
      if (seen != 0 && take(ids[i], client, seen) == Keep::no) drop(ids[i]);
    }
    drop_silent();
    give_turns();
    tell_news();
    if (polled[0].revents != 0) accept();
  }

  void accept() {
    Descriptor socket(
        ::accept4(listening_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.number() < 0) {
      // Out of descriptors it would be there to take at once, again and again.
      if (errno != EAGAIN) ::poll(nullptr, 0, kNewsMs);
      return;
    }
    if (!is_ours(socket.number())) {
      tell(socket.number(), refusal("only the service's own user, and root, may ask"));
      return;
    }
    if (clients_.size() >= kClientsMax) {
      tell(socket.number(), refusal("too many commands wait for the service"));
      return;
    }
    clients_.emplace(++last_, Client{std::move(socket), Steady::now(), {}, false, {}});
  }

  // After its request a client has nothing more to say.
  Keep take(Turns::Client id, Client& client, short seen) {
    char bytes[1'024];
    const auto count = ::recv(client.socket.number(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? Keep::yes : Keep::no;
    if (count == 0 || client.waits) return Keep::no;
    client.request.append(bytes, static_cast<std::size_t>(count));
    const std::size_t end = client.request.find('\n');
    if (end == std::string::npos) {
      const bool goes_on = client.request.size() < kRequestBytesMax && (seen & POLLRDHUP) == 0;
      return goes_on ? Keep::yes : refuse(client, "a request is one line of at most 4 KiB");
    }
    const Json request = Json::parse(client.request.substr(0, end), nullptr, false);
    const auto ask = request.is_object() ? request.find("ask") : request.end();
    if (end + 1 != client.request.size() || ask == request.end() || !ask->is_string()) {
      return refuse(client, "a request is {\"ask\":\"turn\"} or {\"ask\":\"state\"}");
    }
    if (*ask == "state") {
      tell(client.socket.number(), state_());
      return Keep::no;
    }
    if (*ask != "turn") return refuse(client, "only a turn or the state can be asked for");
    client.waits = true;
    turns_.ask(id);
    return Keep::yes;
  }

  static Keep refuse(const Client& client, const char* why) {
    tell(client.socket.number(), refusal(why));
    return Keep::no;
  }

  void drop(Turns::Client id) {
    clients_.erase(id);
    turns_.leave(id);
  }

  void drop_silent() {
    const auto latest = Steady::now() - std::chrono::milliseconds(kRequestTimeMax.ms);
    std::vector<Turns::Client> silent;
    for (const auto& [id, client] : clients_) {
      if (!client.waits && client.came_at < latest) silent.push_back(id);
    }
    for (const Turns::Client id : silent) drop(id);
  }

  void give_turns() {
    while (const auto given = turns_.newly_given()) {
      const auto client = clients_.find(*given);
      const bool heard = client != clients_.end() &&
                         tell(client->second.socket.number(), Json{{"turn", true}}.dump());
      kill_point("control.turn_given");
      if (!heard) drop(*given);
    }
  }

  // A client that does not read misses news; its turn it must hear of.
  void tell_news() {
    const auto now = Steady::now();
    if (now < news_at_) return;
    std::string state;
    for (auto& [id, client] : clients_) {
      if (!client.waits || turns_.ahead_of(id) == 0) continue;
      if (state.empty()) state = state_();
      if (state == client.told) continue;
      client.told = state;
      tell(client.socket.number(), state);
      news_at_ = now + std::chrono::milliseconds(kNewsMs);
    }
  }

  const Descriptor listening_, waker_;
  Turns& turns_;
  const std::function<std::string()> state_;
  std::map<Turns::Client, Client> clients_;  // of the thread
  Turns::Client last_ = 0;
  Steady::time_point news_at_{};
  std::jthread thread_;
};

Error failed(const char* doing) {
  return {ErrorKind::io,
          std::string("control socket: ") + doing + ": " + std::strerror(errno) +
              ": check owner and permissions of the state directory",
          {}};
}

}  // namespace

SocketPath::SocketPath(const std::filesystem::path& state_directory)
    : folder(::open(state_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}
SocketPath::~SocketPath() {
  if (folder >= 0) ::close(folder);
}
std::string SocketPath::text() const {
  return "/proc/self/fd/" + std::to_string(folder) + "/" + kName;
}

Result<std::unique_ptr<ControlSocket>> ControlSocket::open(
    const std::filesystem::path& state_directory, Turns& turns,
    std::function<std::string()> state) {
  const SocketPath path(state_directory);
  if (path.folder < 0) return failed("open the state directory");
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  Descriptor waker(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (socket.number() < 0 || waker.number() < 0) return failed("make");
  if (::unlinkat(path.folder, kName, 0) != 0 && errno != ENOENT) return failed("replace");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.text().copy(address.sun_path, sizeof address.sun_path - 1);
  // The rights are those of the descriptor at the time of binding: never open to others.
  if (::fchmod(socket.number(), 0600) != 0 ||
      ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.number(), static_cast<int>(kClientsMax)) != 0) {
    return failed("bind");
  }
  kill_point("control.bound");
  return std::unique_ptr<ControlSocket>(
      std::make_unique<Server>(std::move(socket), std::move(waker), turns, std::move(state)));
}

}  // namespace upselld::daemon
