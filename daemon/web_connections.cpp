// SPDX-License-Identifier: Apache-2.0
#include "daemon/web_connections.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace upselld::daemon {
namespace {

constexpr std::size_t kBytesAtOnce = 16 * 1024;
constexpr int kLookAgainMs = 500;
constexpr int kBacklog = 64;

struct Client {
  enum class Phase { reading, answering, writing, parting };
  int socket = -1;
  std::uint64_t number = 0;
  std::string peer;
  Phase phase = Phase::reading;
  std::string bytes;  // of the request, then of the answer
  std::size_t sent = 0;
  std::int64_t deadline_ms = 0;
};

struct Job {
  std::uint64_t client = 0;
  std::string bytes, peer;
};

std::string refusal(const char* status) {
  return std::string("HTTP/1.1 ") + status +
         "\r\nContent-Length: 0\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
}

Error failed(const std::string& what) {
  return {ErrorKind::io, what + ": " + std::strerror(errno), {}};
}

std::string peer_of(const sockaddr_storage& from) {
  char text[INET6_ADDRSTRLEN] = "";
  const void* address =
      from.ss_family == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(&from)->sin6_addr)
          : &reinterpret_cast<const sockaddr_in*>(&from)->sin_addr;
  ::inet_ntop(from.ss_family, address, text, sizeof text);
  return text;
}

Result<int> open_socket(const std::string& address, int port) {
  sockaddr_storage where{};
  socklen_t size = sizeof(sockaddr_in);
  auto* four = reinterpret_cast<sockaddr_in*>(&where);
  auto* six = reinterpret_cast<sockaddr_in6*>(&where);
  if (::inet_pton(AF_INET, address.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(static_cast<std::uint16_t>(port));
  } else if (::inet_pton(AF_INET6, address.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(static_cast<std::uint16_t>(port));
    size = sizeof(sockaddr_in6);
  } else {
    return Error{ErrorKind::invalid_config, address + " is no address", {}};
  }
  const int file = ::socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (file < 0) return failed("make a socket");
  const int yes = 1;
  // Restarting at once, but never two at one port.
  ::setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(file, reinterpret_cast<const sockaddr*>(&where), size) != 0 ||
      ::listen(file, kBacklog) != 0) {
    const Error error = failed("listen at " + address + ":" + std::to_string(port));
    ::close(file);
    return error;
  }
  return file;
}

int port_of(int file) {
  sockaddr_storage where{};
  socklen_t size = sizeof where;
  ::getsockname(file, reinterpret_cast<sockaddr*>(&where), &size);
  return ntohs(where.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&where)->sin6_port
                                           : reinterpret_cast<sockaddr_in*>(&where)->sin_port);
}

class Sockets : public WebConnections {
 public:
  Sockets(int listener, int waker, const WebLimits& limits, const Clock& clock, Answerer answerer)
      : listener_(listener),
        waker_(waker),
        limits_(limits),
        clock_(clock),
        answerer_(std::move(answerer)) {}

  ~Sockets() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    has_job_.notify_all();
    wake();
    if (poller_.joinable()) poller_.join();
    for (std::thread& thread : answerers_) thread.join();
    for (const Client& client : clients_) ::close(client.socket);
    ::close(listener_);
    ::close(waker_);
  }

  int port() const override { return port_of(listener_); }
  void serve() override {
    for (unsigned i = 0; i < limits_.threads; ++i) answerers_.emplace_back([this] { answer(); });
    poller_ = std::thread([this] { look_after_clients(); });
  }

 private:
  void look_after_clients();
  void answer();
  void accept_all();
  void take_answers();
  void read_some(Client& client);
  void write_some(Client& client);
  void drain(Client& client);
  void begin_writing(Client& client, std::string bytes);
  bool make_room();

  void wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(waker_, &one, sizeof one);
  }
  std::int64_t now() const { return clock_.steady().ms; }
  static void end(Client& client) {
    ::close(client.socket);
    client.socket = -1;
  }

  const int listener_, waker_;
  const WebLimits limits_;
  const Clock& clock_;
  const Answerer answerer_;
  std::vector<Client> clients_;  // the poller's alone
  std::uint64_t accepted_ = 0;
  bool out_of_files_ = false;  // until it is looked again
  std::mutex mutex_;           // of all below
  std::condition_variable has_job_;
  std::deque<Job> jobs_;
  std::vector<std::pair<std::uint64_t, std::string>> answers_;
  bool stopping_ = false;
  std::vector<std::thread> answerers_;
  std::thread poller_;
};

void Sockets::look_after_clients() {
  std::vector<pollfd> waits;
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    const bool accepts = !out_of_files_;
    waits.assign({{accepts ? listener_ : -1, POLLIN, 0}, {waker_, POLLIN, 0}});
    for (const Client& client : clients_) {
      // One that is being answered is not looked at: hung up, it would be ready all the time.
      const bool is_ours = client.phase == Client::Phase::answering;
      const short events = client.phase == Client::Phase::writing ? POLLOUT : POLLIN;
      waits.push_back({is_ours ? -1 : client.socket, events, 0});
    }
    ::poll(waits.data(), waits.size(), clients_.empty() && accepts ? -1 : kLookAgainMs);
    out_of_files_ = false;
    const std::int64_t at = now();
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      Client& client = clients_[i];
      const bool is_ready = waits[i + 2].revents != 0;
      if (client.phase == Client::Phase::answering) continue;
      if (is_ready && client.phase == Client::Phase::reading) read_some(client);
      if (is_ready && client.phase == Client::Phase::writing) write_some(client);
      if (is_ready && client.phase == Client::Phase::parting) drain(client);
      const bool waits_for_us = client.phase == Client::Phase::answering;
      if (client.socket >= 0 && !waits_for_us && at >= client.deadline_ms) end(client);
    }
    take_answers();
    std::erase_if(clients_, [](const Client& client) { return client.socket < 0; });
    if (waits[0].revents != 0) accept_all();
  }
}

// A client that went away while it was answered is found when the answer is written.
void Sockets::take_answers() {
  std::uint64_t ignored = 0;
  [[maybe_unused]] const auto count = ::read(waker_, &ignored, sizeof ignored);
  std::vector<std::pair<std::uint64_t, std::string>> answers;
  {
    const std::lock_guard lock(mutex_);
    answers.swap(answers_);
  }
  for (auto& [number, bytes] : answers) {
    for (Client& client : clients_) {
      if (client.number == number) begin_writing(client, std::move(bytes));
    }
  }
}

void Sockets::accept_all() {
  while (true) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const int file = ::accept4(listener_, reinterpret_cast<sockaddr*>(&from), &size,
                               SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (file < 0) {
      const bool is_short =
          errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      // Where nobody makes room, the same client would wake us again and again.
      if (is_short) out_of_files_ = !make_room();
      return;
    }
    if (clients_.size() >= limits_.connections_max) make_room();
    if (clients_.size() >= limits_.connections_max) {
      ::close(file);
      continue;
    }
    Client client;
    client.socket = file;
    client.number = ++accepted_;
    client.peer = peer_of(from);
    client.deadline_ms = now() + limits_.reading.ms;
    clients_.push_back(std::move(client));
  }
}

// The oldest of those that are still sending their request goes; false: there is none.
bool Sockets::make_room() {
  const auto slow = std::find_if(clients_.begin(), clients_.end(), [](const Client& client) {
    return client.phase == Client::Phase::reading;
  });
  if (slow == clients_.end()) return false;
  end(*slow);
  clients_.erase(slow);
  return true;
}

void Sockets::read_some(Client& client) {
  char bytes[kBytesAtOnce];
  const ssize_t count = ::recv(client.socket, bytes, sizeof bytes, 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return end(client);
  client.bytes.append(bytes, static_cast<std::size_t>(count));
  const Arrived request = arrived(client.bytes, limits_);
  switch (request.what) {
    case Arrival::unfinished:
      return;
    case Arrival::head_too_long:
      return begin_writing(client, refusal("431 Request Header Fields Too Large"));
    case Arrival::body_too_long:
      return begin_writing(client, refusal("413 Payload Too Large"));
    case Arrival::garbage:
      return begin_writing(client, refusal("400 Bad Request"));
    case Arrival::whole:
      break;
  }
  client.phase = Client::Phase::answering;
  client.bytes.resize(request.bytes);
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({client.number, std::move(client.bytes), client.peer});
  }
  has_job_.notify_one();
}

void Sockets::begin_writing(Client& client, std::string bytes) {
  client.bytes = std::move(bytes);
  client.sent = 0;
  client.phase = Client::Phase::writing;
  client.deadline_ms = now() + limits_.writing.ms;
  write_some(client);
}

void Sockets::write_some(Client& client) {
  while (client.sent < client.bytes.size()) {
    const ssize_t count = ::send(client.socket, client.bytes.data() + client.sent,
                                 client.bytes.size() - client.sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return end(client);
    client.sent += static_cast<std::size_t>(count);
  }
  // Closing at once, with bytes unread, would take the answer away from the client again.
  ::shutdown(client.socket, SHUT_WR);
  client.bytes = {};
  client.phase = Client::Phase::parting;
  client.deadline_ms = now() + limits_.parting.ms;
}

void Sockets::drain(Client& client) {
  char bytes[kBytesAtOnce];
  const ssize_t count = ::recv(client.socket, bytes, sizeof bytes, 0);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) end(client);
}

void Sockets::answer() {
  std::unique_lock lock(mutex_);
  while (true) {
    has_job_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    std::string bytes = answerer_(job.bytes, job.peer);
    lock.lock();
    answers_.emplace_back(job.client, std::move(bytes));
    wake();
  }
}

// Of the first Content-Length of a head, without case; nothing: no number.
std::optional<std::size_t> body_size(const std::string& head) {
  static constexpr const char* kName = "\r\ncontent-length:";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
  const auto at = std::search(head.begin(), head.end(), kName, kName + std::strlen(kName), same);
  if (at == head.end()) return 0;
  std::size_t size = 0, digits = 0;
  for (auto c = at + static_cast<std::ptrdiff_t>(std::strlen(kName)); *c != '\r'; ++c) {
    if (*c == ' ' || *c == '\t') continue;
    if (*c < '0' || *c > '9' || ++digits > 9) return std::nullopt;
    size = size * 10 + static_cast<std::size_t>(*c - '0');
  }
  return digits == 0 ? std::nullopt : std::optional(size);
}

}  // namespace

Arrived arrived(const std::string& bytes, const WebLimits& limits) {
  if (!bytes.empty() && (bytes[0] < 'A' || bytes[0] > 'Z')) return {Arrival::garbage};
  const std::size_t end = bytes.find("\r\n\r\n");
  // Of a head whose end is not here its last three bytes may belong to that end.
  const std::size_t head =
      end != std::string::npos ? end : bytes.size() - std::min<std::size_t>(bytes.size(), 3);
  if (head > limits.head_bytes_max) return {Arrival::head_too_long};
  if (end == std::string::npos) return {Arrival::unfinished};
  const auto size = body_size(bytes.substr(0, end + 2));
  if (!size) return {Arrival::garbage};
  if (*size > limits.body_bytes_max) return {Arrival::body_too_long};
  const std::size_t all = end + 4 + *size;
  return bytes.size() >= all ? Arrived{Arrival::whole, all} : Arrived{Arrival::unfinished};
}

Result<std::unique_ptr<WebConnections>> WebConnections::listen(const std::string& address, int port,
                                                               const WebLimits& limits,
                                                               const Clock& clock,
                                                               Answerer answerer) {
  const auto listener = open_socket(address, port);
  if (!listener) return listener.error();
  const int waker = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (waker < 0) {
    const Error error = failed("make an event descriptor");
    ::close(*listener);
    return error;
  }
  return std::unique_ptr<WebConnections>(
      std::make_unique<Sockets>(*listener, waker, limits, clock, std::move(answerer)));
}

}  // namespace upselld::daemon
