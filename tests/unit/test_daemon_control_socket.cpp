// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/time_zone.h"
#include "daemon/control_client.h"
#include "daemon/control_socket.h"
#include "daemon/service_state.h"

using namespace upselld;
using namespace upselld::daemon;

namespace {

// A folder whose path is longer than a socket's may be, with a service's socket in it.
struct Desk {
  Desk() {
    char pattern[] = "/tmp/upselld-control-XXXXXX";
    top = ::mkdtemp(pattern);
    folder = top / std::string(100, 'a') / std::string(100, 'b');
    std::filesystem::create_directories(folder);
    auto opened = ControlSocket::open(folder, turns, [] { return R"({"doing":"sync"})"; });
    REQUIRE(opened);
    socket = std::move(*opened);
  }
  ~Desk() {
    socket.reset();
    std::filesystem::remove_all(top);
  }

  int connected() const {
    const SocketPath path(folder);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.text().copy(address.sun_path, sizeof address.sun_path - 1);
    const int client = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return client;
  }
  // Says it, ends its own side if `half_closed`, and reads until the socket closes.
  std::string answer(const std::string& said, bool half_closed = false) const {
    const int client = connected();
    [[maybe_unused]] const auto sent = ::send(client, said.data(), said.size(), MSG_NOSIGNAL);
    if (half_closed) ::shutdown(client, SHUT_WR);
    std::string heard;
    char bytes[512];
    for (ssize_t count; (count = ::recv(client, bytes, sizeof bytes, 0)) > 0;) {
      heard.append(bytes, static_cast<std::size_t>(count));
    }
    ::close(client);
    return heard;
  }
  bool serves() const { return ask_state(folder) == R"({"doing":"sync"})"; }

  std::filesystem::path top, folder;
  Turns turns;
  std::unique_ptr<ControlSocket> socket;
};

}  // namespace

TEST_CASE("control socket: tells the state, and is open to its own user only") {
  const Desk desk;
  CHECK(desk.serves());
  struct stat info {};
  REQUIRE(::stat((desk.folder / "control.sock").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(desk.answer("{\"ask\":\"state\"}\n", /*half_closed=*/true) == "{\"doing\":\"sync\"}\n");
}

TEST_CASE("control socket: another user is refused, though the file lets it in") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can become another user");
    return;
  }
  const Desk desk;
  ::chmod(desk.top.c_str(), 0755);
  ::chmod((desk.folder / "control.sock").c_str(), 0666);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (::setuid(65'534) != 0) ::_exit(9);
    const auto said = ask_state(desk.folder);
    ::_exit(said && said->find("only the service's own user") != std::string::npos ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(desk.serves());
}

TEST_CASE(
    "control socket: a command's turn comes after the cycle and lasts until it is given back") {
  Desk desk;
  REQUIRE(desk.turns.begin_cycle({}));
  std::optional<Turn> given;
  std::jthread command([&] {
    auto turn = take_turn(desk.folder, /*quiet=*/true);
    if (turn && *turn) given.emplace(std::move(**turn));
  });
  desk.turns.end_cycle();
  command.join();
  REQUIRE(given);
  CHECK_FALSE(desk.turns.begin_cycle({}, milliseconds(0)));
  given.reset();
  CHECK(desk.turns.begin_cycle({}, minutes(10)));
}

TEST_CASE("control socket: root does not write into another user's directory") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can give a folder away");
    return;
  }
  const Desk desk;
  REQUIRE(::chown(desk.folder.c_str(), 65'534, 65'534) == 0);
  const auto turn = take_turn(desk.folder, /*quiet=*/true);
  REQUIRE_FALSE(turn);
  CHECK(turn.error().message.find("runuser -u ") != std::string::npos);
  CHECK(desk.serves());
}

TEST_CASE("control socket: without a service there is nothing to wait for") {
  char pattern[] = "/tmp/upselld-control-XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(pattern);
  const auto turn = take_turn(folder, /*quiet=*/true);
  REQUIRE(turn);
  CHECK_FALSE(*turn);
  CHECK_FALSE(ask_state(folder));
  CHECK_FALSE(ask_state(folder / "missing"));
  std::filesystem::remove_all(folder);
}

TEST_CASE("control socket: a service that ends lets its clients go") {
  Desk desk;
  REQUIRE(desk.turns.begin_cycle({}));
  std::jthread command([&] {
    const auto turn = take_turn(desk.folder, /*quiet=*/true);
    CHECK((turn && !*turn));
  });
  while (desk.turns.ahead_of(1) == 0 || !desk.serves()) std::this_thread::yield();
  desk.socket.reset();
}

TEST_CASE("control socket: what a killed service left is replaced") {
  Desk desk;
  Turns others;
  auto second = ControlSocket::open(desk.folder, others, [] { return R"({"doing":"more"})"; });
  REQUIRE(second);
  CHECK(ask_state(desk.folder) == R"({"doing":"more"})");
}

TEST_CASE("control socket: other words are refused, and cost nobody else anything") {
  const Desk desk;
  const std::string refused[] = {"\n",
                                 "GET / HTTP/1.1\r\n\r\n",
                                 "{}\n",
                                 "[]\n",
                                 "{\"ask\":7}\n",
                                 "{\"ask\":\"shutdown\"}\n",
                                 "{\"ask\":\"state\"} \n{\"ask\":\"state\"}\n",
                                 std::string("\0\xff\xfe\n", 4),
                                 std::string(ControlSocket::kRequestBytesMax, '['),
                                 std::string(1'000'000, 'x')};
  for (const std::string& said : refused) {
    INFO(said.substr(0, 40));
    const std::string heard = desk.answer(said);
    // The sender of a flood may find its connection reset before it reads why.
    CHECK((heard.starts_with("{\"error\":") || said.size() > 100'000));
    CHECK(desk.serves());
  }
  CHECK(desk.answer("", /*half_closed=*/true).empty());
  CHECK(desk.answer("{\"ask\":", /*half_closed=*/true).find("doing") == std::string::npos);
  CHECK(desk.serves());
}

TEST_CASE("control socket: slow clients hold up none, and there are never too many") {
  Desk desk;
  std::vector<int> slow;
  for (std::size_t i = 0; i + 1 < ControlSocket::kClientsMax; ++i) {
    slow.push_back(desk.connected());
    REQUIRE(::send(slow.back(), "{", 1, MSG_NOSIGNAL) == 1);
  }
  CHECK(desk.serves());
  slow.push_back(desk.connected());
  CHECK(desk.answer("{\"ask\":\"state\"}\n").find("too many") != std::string::npos);
  for (const int client : slow) ::close(client);
  while (!desk.serves()) std::this_thread::yield();
}

TEST_CASE("control socket: who closes half of its connection, or talks on, loses its turn") {
  Desk desk;
  for (const bool talks : {false, true}) {
    const int client = desk.connected();
    const std::string ask = "{\"ask\":\"turn\"}\n";
    REQUIRE(::send(client, ask.data(), ask.size(), MSG_NOSIGNAL) > 0);
    char bytes[64];
    REQUIRE(::recv(client, bytes, sizeof bytes, 0) > 0);
    CHECK_FALSE(desk.turns.begin_cycle({}, milliseconds(0)));
    if (talks) {
      REQUIRE(::send(client, "more", 4, MSG_NOSIGNAL) == 4);
    } else {
      ::shutdown(client, SHUT_WR);
    }
    CHECK(desk.turns.begin_cycle({}, minutes(10)));
    desk.turns.end_cycle();
    ::close(client);
  }
}

TEST_CASE("service state: tells in words what it tells in JSON") {
  ServiceState state;
  state.doing = "sync";
  state.connection = "all";
  state.since = *parse_instant("2026-11-02T10:00:00Z", "iso", TimeZone::utc());
  state.stage = "pull crm";
  state.steps = 12'300;
  const auto busy = nlohmann::json::parse(state_json(state));
  CHECK(busy["stage"] == "pull crm");
  CHECK(state_sentence(busy) == "sync of all since 2026-11-02T10:00:00Z: pull crm, 12,300 steps");
  state.doing = "waiting";
  state.connection.clear();
  state.next_at = state.since + hours(1);
  state.stage.clear();
  const auto idle = nlohmann::json::parse(state_json(state));
  CHECK(state_sentence(idle) ==
        "waiting since 2026-11-02T10:00:00Z; next sync 2026-11-02T11:00:00Z");
  CHECK(state_sentence(nlohmann::json::parse("{\"doing\":7,\"steps\":\"x\"}")).empty());
}
