// SPDX-License-Identifier: Apache-2.0
#include <httplib.h>

#include <catch2/catch.hpp>
#include <thread>

#include "plugins/http/headers.h"
#include "plugins/http/wire.h"
#include "tests/support/fake_host.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using namespace upselld::plugins;

// A server on this machine that says back what it was asked.
class EchoServer {
 public:
  EchoServer() {
    server_.set_tcp_nodelay(true);
    server_.set_keep_alive_timeout(1);
    const auto echo = [](const httplib::Request& request, httplib::Response& response) {
      response.set_header("X-Own", "yes");
      response.set_content(request.method + " " + request.target + " " + request.body,
                           "text/plain");
    };
    server_.Get("/echo", echo);
    server_.Post("/echo", echo);
    server_.Patch("/echo", echo);
    server_.Get("/large", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(std::string(5'000, 'x'), "text/plain");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::jthread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~EchoServer() { server_.stop(); }
  std::string url(const std::string& target) const {
    return "http://127.0.0.1:" + std::to_string(port_) + target;
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::jthread thread_;
};

HttpRequest request(const std::string& method, const std::string& url) {
  HttpRequest made;
  made.method = method;
  made.url = url;
  return made;
}

}  // namespace

TEST_CASE("wire: method, target and body arrive as given, and the answer comes back") {
  const EchoServer server;
  const tests::FakeClock clock;
  const auto wire = make_wire({}, clock, {});
  HttpRequest patch = request("PATCH", server.url("/echo?q=a%20b%2Bc"));
  patch.body = "{}";
  patch.headers = {{"Content-Type", "application/json"}};
  const auto answer = wire->exchange(patch);
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body == "PATCH /echo?q=a%20b%2Bc {}");
  CHECK(header(*answer, "x-own") == "yes");
  CHECK(wire->exchange(request("GET", server.url("/echo")))->body == "GET /echo ");
  CHECK(wire->exchange(request("GET", server.url("/nowhere")))->status == 404);
}

TEST_CASE("wire: nobody there, too large an answer and a stop are told apart") {
  const EchoServer server;
  const tests::FakeClock clock;
  std::stop_source stopper;
  WireSettings settings;
  settings.response_bytes_max = 1'000;
  const auto wire = make_wire(settings, clock, stopper.get_token());
  const auto nobody = wire->exchange(request("GET", "http://127.0.0.1:1/"));
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().kind == ErrorKind::unavailable);
  const auto large = wire->exchange(request("GET", server.url("/large")));
  REQUIRE_FALSE(large);
  CHECK(large.error().kind == ErrorKind::corrupt);
  CHECK(large.error().message.find("/large") != std::string::npos);
  const auto plain = wire->exchange(request("GET", "http://acme.example/"));
  REQUIRE_FALSE(plain);
  CHECK(plain.error().kind == ErrorKind::invalid_config);
  stopper.request_stop();
  const auto stopped = wire->exchange(request("GET", server.url("/echo")));
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().kind == ErrorKind::cancelled);
}
