// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/web_connections.h"

using namespace upselld;
using namespace upselld::daemon;

namespace {

// Moved by the test while other threads look.
class HandClock : public Clock {
 public:
  Instant now() const override { return {0}; }
  Duration steady() const override {
    const std::lock_guard lock(mutex_);
    ++asked_;
    more_.notify_all();
    return {ms.load()};
  }
  // Until it was asked that often again.
  void wait_for_asked(int times) const {
    std::unique_lock lock(mutex_);
    const int until = asked_ + times;
    more_.wait(lock, [&] { return asked_ >= until; });
  }
  std::atomic<std::int64_t> ms = 0;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable more_;
  mutable int asked_ = 0;
};

class Client {
 public:
  Client() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    // Far more than any answer takes: a server that forgets a client fails a test, and hangs none.
    const timeval patience{60, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  explicit Client(int port) : Client() { connect(port); }
  void connect(int port) const {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    where.sin_port = htons(static_cast<std::uint16_t>(port));
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const std::string& bytes) const {
    [[maybe_unused]] const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  // Until the other side ends it.
  std::string rest() const {
    std::string all;
    char bytes[4096];
    ssize_t count = 0;
    while ((count = ::recv(socket_, bytes, sizeof bytes, 0)) > 0) {
      all.append(bytes, static_cast<std::size_t>(count));
    }
    const bool is_open = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    INFO("the other side does not end it");
    REQUIRE_FALSE(is_open);
    return all;
  }

 private:
  int socket_;
};

struct Server {
  explicit Server(const WebLimits& limits = {}) {
    auto listening = WebConnections::listen(
        "127.0.0.1", 0, limits, clock, [this](const std::string& bytes, const std::string& peer) {
          ++answers;
          return peer + " said " + bytes;
        });
    REQUIRE(listening);
    connections = std::move(*listening);
    connections->serve();
  }
  HandClock clock;
  std::atomic<int> answers = 0;
  std::unique_ptr<WebConnections> connections;
  int port() const { return connections->port(); }
};

// Takes all file descriptors that the process may have, until it ends.
class NoFiles {
 public:
  NoFiles() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    rlimit few = before_;
    few.rlim_cur = 256;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    for (int file = 0; (file = ::dup(STDOUT_FILENO)) >= 0;) files_.push_back(file);
    REQUIRE(errno == EMFILE);
  }
  ~NoFiles() {
    for (const int file : files_) ::close(file);
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }

 private:
  rlimit before_{};
  std::vector<int> files_;
};

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

TEST_CASE("web connections: a request is whole when its body is, and no byte before or after") {
  const WebLimits limits{.head_bytes_max = 100, .body_bytes_max = 10};
  const auto what = [&](const std::string& bytes) { return arrived(bytes, limits).what; };
  CHECK(what("") == Arrival::unfinished);
  CHECK(what("GET / HTTP/1.1\r\n") == Arrival::unfinished);
  CHECK(arrived(std::string(kGet) + "GET /more", limits).bytes == std::string(kGet).size());
  const std::string post = "POST / HTTP/1.1\r\ncontent-LENGTH: 3\r\n\r\n";
  CHECK(what(post + "ab") == Arrival::unfinished);
  CHECK(what(post + "abc") == Arrival::whole);
  CHECK(arrived(post + "abcd", limits).bytes == post.size() + 3);
}

TEST_CASE("web connections: a head of the greatest length may come in pieces of any size") {
  const WebLimits limits{.head_bytes_max = 100, .body_bytes_max = 10};
  const std::string begin = "GET / HTTP/1.1\r\nHost: ";
  const auto request = [&](std::size_t head) {
    return begin + std::string(head - begin.size(), 'a') + "\r\n\r\n";
  };
  const std::string longest = request(100);
  for (std::size_t size = 0; size < longest.size(); ++size) {
    INFO(size << " bytes");
    CHECK(arrived(longest.substr(0, size), limits).what == Arrival::unfinished);
  }
  CHECK(arrived(longest, limits).what == Arrival::whole);
  CHECK(arrived(request(101), limits).what == Arrival::head_too_long);
  CHECK(arrived(request(101).substr(0, 104), limits).what == Arrival::head_too_long);
}

TEST_CASE("web connections: what is too long, or no request at all, is known early") {
  const WebLimits limits{.head_bytes_max = 100, .body_bytes_max = 10};
  const auto what = [&](const std::string& bytes) { return arrived(bytes, limits).what; };
  CHECK(what("GET /" + std::string(200, 'a')) == Arrival::head_too_long);
  CHECK(what("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n") == Arrival::body_too_long);
  for (const char* wrong : {"\x16\x03\x01", " GET / HTTP/1.1\r\n", "get / HTTP/1.1\r\n",
                            "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                            "POST / HTTP/1.1\r\nContent-Length:\r\n\r\n",
                            "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"}) {
    INFO(wrong);
    CHECK(what(wrong) == Arrival::garbage);
  }
}

TEST_CASE("web connections: one request is answered, and what follows it is not") {
  const Server server;
  const Client client(server.port());
  client.send(std::string(kGet) + kGet + "\x01\x02");
  CHECK(client.rest() == std::string("127.0.0.1 said ") + kGet);
  CHECK(server.answers == 1);
}

TEST_CASE("web connections: what breaks a limit is refused, and nobody is asked about it") {
  const Server server({.head_bytes_max = 1'000, .body_bytes_max = 1'000});
  const auto answer = [&](const std::string& bytes) {
    const Client client(server.port());
    client.send(bytes);
    return client.rest().substr(0, 12);
  };
  CHECK(answer("GET /" + std::string(2'000, 'a')) == "HTTP/1.1 431");
  CHECK(answer("POST / HTTP/1.1\r\nContent-Length: 2000\r\n\r\n") == "HTTP/1.1 413");
  CHECK(answer("\x16\x03\x01 garbage") == "HTTP/1.1 400");
  CHECK(server.answers == 0);
}

TEST_CASE("web connections: clients that send slowly make room for those that send") {
  const Server server({.connections_max = 8});
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 30; ++i) {
    slow.push_back(std::make_unique<Client>(server.port()));
    slow.back()->send("G");
  }
  for (int i = 0; i < 20; ++i) {
    const Client client(server.port());
    client.send(kGet);
    CHECK(client.rest() == std::string("127.0.0.1 said ") + kGet);
  }
  CHECK(server.answers == 20);
}

TEST_CASE("web connections: without files to spare a client waits, and is answered later") {
  const Server server;
  const Client client;
  {
    const NoFiles none;
    client.connect(server.port());
    client.send(kGet);
    // Looked at, refused for want of files, looked at again.
    server.clock.wait_for_asked(3);
    CHECK(server.answers == 0);
  }
  CHECK(client.rest() == std::string("127.0.0.1 said ") + kGet);
}

TEST_CASE("web connections: a request that takes too long is given up") {
  Server server;
  const Client slow(server.port());
  slow.send("GET / HTT");
  // Answered: so the slow one is known.
  const Client other(server.port());
  other.send(kGet);
  REQUIRE_FALSE(other.rest().empty());
  server.clock.ms += WebLimits().reading.ms;
  CHECK(slow.rest().empty());
}

TEST_CASE("web connections: two do not share a port") {
  const Server server;
  const HandClock clock;
  const auto second = WebConnections::listen("127.0.0.1", server.port(), {}, clock,
                                             [](const auto&, const auto&) { return ""; });
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find("listen at 127.0.0.1:") == 0);
}
