// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/file_io.h"
#include "daemon/notify.h"
#include "daemon/notify_command.h"

using namespace upselld;
using namespace upselld::daemon;

namespace {

// Settings whose `notify` is under test.
struct Site {
  explicit Site(const std::string& notify) {
    char pattern[] = "/tmp/upselld-notify-XXXXXX";
    folder = ::mkdtemp(pattern);
    std::ofstream(folder / "orders.csv") << "account,order,at,quantity,unit_price\n";
    std::ofstream(folder / "upselld.yaml")
        << "connections:\n  shop: {plugin: files, order_lines: {path: orders.csv}}\nnotify: "
        << notify << "\n";
    std::filesystem::create_directories(folder / "upselld.state");
    Invocation invocation;
    invocation.config = (folder / "upselld.yaml").string();
    invocation.quiet = true;
    auto opened = App::open(invocation, Access::settings_only);
    if (!opened) FAIL(opened.error().message);
    app = std::move(*opened);
  }
  ~Site() { std::filesystem::remove_all(folder); }

  std::filesystem::path folder;
  std::unique_ptr<App> app;
};

// Takes one request and gives one answer; an empty one: closes without a word.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_, 1) == 0);
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this, answer = std::move(answer)] {
      const int client = ::accept(socket_, nullptr, nullptr);
      char bytes[4'096];
      while (heard_.find("\r\n\r\n{") == std::string::npos || heard_.back() != '}') {
        const auto count = ::recv(client, bytes, sizeof bytes, 0);
        if (count <= 0) break;
        heard_.append(bytes, static_cast<std::size_t>(count));
      }
      ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
      ::close(client);
    });
  }
  ~OneAnswer() {
    ::shutdown(socket_, SHUT_RDWR);  // a test that failed before it connected
    if (thread_.joinable()) thread_.join();
    ::close(socket_);
  }
  std::string address() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/hook/s3cret";
  }
  std::string heard() {
    thread_.join();
    return heard_;
  }

 private:
  int socket_ = -1;
  int port_ = 0;
  std::string heard_;
  std::jthread thread_;
};

std::string with_webhook(const std::string& address) {
  ::setenv("UPSELLD_TEST_HOOK", address.c_str(), 1);
  return "{webhook: {env: UPSELLD_TEST_HOOK}}";
}

const std::vector<Finding> kBroken = {
    {CauseKind::connection_broken, "shop", true, "it cannot be reached"}};

}  // namespace

TEST_CASE("notify: a webhook gets the message as JSON, once") {
  OneAnswer chat("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  const Site site(with_webhook(chat.address()));
  notify(*site.app, kBroken);
  const std::string heard = chat.heard();
  CHECK(heard.starts_with("POST /hook/s3cret HTTP/1.1\r\n"));
  CHECK(heard.find("\"text\":\"upselld shop: it cannot be reached (connection_broken") !=
        std::string::npos);
  CHECK(Notices::open(site.app->settings().state).due().empty());
}

TEST_CASE("notify: a webhook that refuses, is gone or answers nonsense harms nothing, and is due") {
  for (const std::string answer :
       {"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "",
        "\xff\xfe nonsense\r\n\r\n"}) {
    OneAnswer chat(answer);
    const Site site(with_webhook(chat.address()));
    notify(*site.app, kBroken);
    CHECK(Notices::open(site.app->settings().state).due().size() == 1);
  }
}

TEST_CASE("notify: no error names the address, for it is a secret") {
  OneAnswer chat("HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  const std::string closed = "http://127.0.0.1:1/hook/s3cret";
  for (const std::string& address :
       {chat.address(), closed, std::string("ftp://x.example/s3cret"), std::string("s3cret"),
        std::string("http://chat.example/s3cret")}) {
    const Site site(with_webhook(address));
    const auto sent = send_notice(*site.app, "text", "{}");
    REQUIRE_FALSE(sent);
    INFO(sent.error().message);
    CHECK(sent.error().message.find("s3cret") == std::string::npos);
    CHECK(sent.error().message.find("notify: ") == 0);
  }
}

TEST_CASE("notify: a command gets the message on its input, without a shell") {
  const Site site("{command: [/bin/sh, -c, 'cat > \"$0\"', heard.txt]}");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(site.folder);
  const auto sent = send_notice(*site.app, "a message; $(touch made)", "{}");
  std::filesystem::current_path(before);
  REQUIRE(sent);
  CHECK(*read_file(site.folder / "heard.txt", 1'000) == "a message; $(touch made)\n");
  CHECK_FALSE(std::filesystem::exists(site.folder / "made"));
}

TEST_CASE("notify: a command that is missing, fails or never ends is an error and no more") {
  std::stop_source over;
  CHECK_FALSE(run_notify_command({"/no/such/program"}, "x", over.get_token()));
  const auto failed = run_notify_command({"/bin/false"}, "x", over.get_token());
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "notify: command /bin/false: exit 1");
  CHECK(run_notify_command({"/bin/true"}, std::string(1'000'000, 'x'), over.get_token()));
  over.request_stop();
  const auto late = run_notify_command({"/bin/sleep", "1000"}, "x", over.get_token());
  REQUIRE_FALSE(late);
  CHECK(late.error().message.find("took too long") != std::string::npos);
}

TEST_CASE("notify: without a `notify` nothing is kept") {
  const Site site("{}");
  notify(*site.app, kBroken);
  CHECK_FALSE(std::filesystem::exists(site.app->settings().state / "notices.json"));
  CHECK_FALSE(send_notice(*site.app, "x", "{}"));
}
