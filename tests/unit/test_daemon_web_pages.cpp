// SPDX-License-Identifier: Apache-2.0
#include "daemon/web_pages.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "daemon/web_routes.h"
#include "tests/support/fake_host.h"

using namespace upselld;
using namespace upselld::daemon;
using namespace upselld::tests;

namespace {

namespace fs = std::filesystem;

class FakeDoor : public ServiceDoor {
 public:
  int reloads = 0;
  std::vector<std::string> syncs;
  std::shared_ptr<const Config> given;
  ServiceState state() const override { return {"waiting", "", {0}, Instant::missing(), false}; }
  std::shared_ptr<const Config> config() const override { return given; }
  Result<void> request_sync(const std::string& connection) override {
    if (connection == "nobody") return Error{ErrorKind::invalid_config, "no such connection", {}};
    syncs.push_back(connection);
    return {};
  }
  void request_reload() override { ++reloads; }
};

struct House {
  fs::path state = fs::temp_directory_path() / ("upselld-pages-" + std::to_string(::getpid()));
  FakeClock clock;
  FakeDoor door;
  Invocation invocation;
  std::unique_ptr<WebAccess> access;
  std::unique_ptr<WebPages> pages;

  House() {
    fs::create_directories(state);
    invocation.config = (state / "upselld.yaml").string();
    invocation.quiet = true;
    std::ofstream(invocation.config)
        << "connections:\n  shop: {plugin: files, order_lines: {path: orders.csv}}\n";
    const auto config = Config::load(invocation);
    REQUIRE(config);
    door.given = *config;
    WebSettings settings;
    settings.address = "127.0.0.1";
    access = std::make_unique<WebAccess>(settings, state, clock);
    REQUIRE(access->open(8710));
    pages = std::make_unique<WebPages>(*access, door, invocation, clock);
  }
  ~House() { fs::remove_all(state); }

  std::string cookie(WebRole role) const {
    const auto link = make_login_link(state, role, clock);
    REQUIRE(link);
    const auto set = access->log_in(link->substr(link->find('#') + 1));
    REQUIRE(set);
    return set->substr(0, set->find(';'));
  }
  WebRequest request(const std::string& method, const std::string& path,
                     WebRole role = WebRole::nobody) const {
    WebRequest made;
    made.method = method;
    made.path = path;
    made.peer = "127.0.0.1";
    made.headers["host"] = "127.0.0.1:8710";
    if (method == "POST") made.headers["origin"] = "http://127.0.0.1:8710";
    if (role != WebRole::nobody) made.headers["cookie"] = cookie(role);
    return made;
  }
  int status(const std::string& method, const std::string& path,
             WebRole role = WebRole::nobody) const {
    return pages->answer(request(method, path, role)).status;
  }
};

std::string value_of(const WebAnswer& answer, const std::string& name) {
  for (const auto& [known, value] : answer.headers) {
    if (known == name) return value;
  }
  return {};
}

}  // namespace

TEST_CASE("web pages: without login nothing but health and the page for logging in") {
  const House house;
  CHECK(house.status("GET", "/-/healthy") == 200);
  CHECK(house.status("GET", "/metrics") == 200);
  CHECK(house.status("GET", "/login") == 200);
  CHECK(house.status("GET", "/login.js") == 200);
  CHECK(house.status("GET", "/style.css") == 200);
  for (const char* path : {"/", "/accounts", "/app.js", "/openapi.json", "/chart.min.js"}) {
    INFO(path);
    CHECK(house.status("GET", path) == 401);
  }
  for (const WebRoute& route : web_routes()) {
    INFO(route.method << " " << route.path);
    CHECK(house.status(route.method, route.path) == 401);
  }
  CHECK(house.status("POST", "/-/sync") == 401);
  CHECK(house.status("POST", "/-/reload") == 401);
}

TEST_CASE("web pages: who may look may do nothing else") {
  House house;
  CHECK(house.status("GET", "/", WebRole::view) == 200);
  CHECK(house.status("GET", "/app.js", WebRole::view) == 200);
  CHECK(house.status("GET", "/chart.min.js", WebRole::view) == 200);
  CHECK(house.status("GET", "/api/v1/openapi.json", WebRole::view) == 200);
  for (const WebRoute& route : web_routes()) {
    INFO(route.method << " " << route.path);
    // There is no data here: a route that is reached says so.
    CHECK(house.status(route.method, route.path, WebRole::view) ==
          (std::string(route.method) == "POST" ? 403 : 404));
  }
  CHECK(house.status("POST", "/-/sync", WebRole::view) == 403);
  CHECK(house.door.syncs.empty());
}

TEST_CASE("web pages: operators ask for syncs and reloads") {
  House house;
  CHECK(house.status("POST", "/-/sync", WebRole::operate) == 202);
  WebRequest named = house.request("POST", "/-/sync", WebRole::operate);
  named.body = R"({"connection":"shop"})";
  CHECK(house.pages->answer(named).status == 202);
  CHECK(house.door.syncs == std::vector<std::string>{"", "shop"});
  named.body = R"({"connection":"nobody"})";
  CHECK(house.pages->answer(named).status == 400);
  const std::string deep(30'000, '[');
  for (const std::string& body :
       {std::string("{"), std::string("[]"), std::string(R"({"connection":["shop"]})"),
        "{\"connection\":" + deep + std::string(deep.size(), ']') + "}"}) {
    named.body = body;
    CHECK(house.pages->answer(named).status == 400);
  }
  CHECK(house.status("POST", "/-/reload", WebRole::operate) == 202);
  CHECK(house.door.reloads == 1);
  CHECK(house.status("GET", "/-/sync", WebRole::operate) == 404);
}

TEST_CASE("web pages: other hosts, other sites and other methods are refused") {
  House house;
  WebRequest foreign = house.request("GET", "/-/healthy");
  foreign.headers["host"] = "evil.example";
  CHECK(house.pages->answer(foreign).status == 421);
  WebRequest crossed = house.request("POST", "/-/sync", WebRole::operate);
  crossed.headers["origin"] = "http://evil.example";
  CHECK(house.pages->answer(crossed).status == 403);
  crossed.headers.erase("origin");
  CHECK(house.pages->answer(crossed).status == 403);
  CHECK(house.door.syncs.empty());
  for (const char* method : {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"}) {
    CHECK(house.status(method, "/", WebRole::operate) == 405);
  }
}

TEST_CASE("web pages: a token is traded for a cookie once") {
  const House house;
  const auto link = make_login_link(house.state, WebRole::view, house.clock);
  REQUIRE(link);
  WebRequest request = house.request("POST", "/api/v1/session");
  request.body = nlohmann::json({{"token", link->substr(link->find('#') + 1)}}).dump();
  const WebAnswer first = house.pages->answer(request);
  CHECK(first.status == 200);
  CHECK(value_of(first, "Set-Cookie").find("HttpOnly") != std::string::npos);
  CHECK(house.pages->answer(request).status == 401);
  request.body = "[]";
  CHECK(house.pages->answer(request).status == 400);
}

TEST_CASE("web pages: every answer tells browsers to run and keep nothing of others") {
  House house;
  WebRequest foreign = house.request("GET", "/");
  foreign.headers["host"] = "evil.example";
  for (const WebAnswer& answer :
       {house.pages->answer(house.request("GET", "/login")),
        house.pages->answer(house.request("GET", "/nothing", WebRole::view)),
        house.pages->answer(foreign)}) {
    const std::string policy = value_of(answer, "Content-Security-Policy");
    CHECK(policy.find("default-src 'none'") == 0);
    CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
    CHECK(policy.find("unsafe") == std::string::npos);
    CHECK(value_of(answer, "X-Content-Type-Options") == "nosniff");
    CHECK(value_of(answer, "Cache-Control") == "no-store");
  }
}

TEST_CASE("web pages: the description names every route and no other") {
  const House house;
  const WebAnswer answer =
      house.pages->answer(house.request("GET", "/api/v1/openapi.json", WebRole::view));
  const auto description = nlohmann::json::parse(answer.body);
  std::set<std::string> described, there = {"GET /metrics",
                                            "GET /-/healthy",
                                            "GET /-/ready",
                                            "POST /-/reload",
                                            "POST /-/sync",
                                            "GET /api/v1/session",
                                            "POST /api/v1/session",
                                            "POST /api/v1/session/end",
                                            "GET /api/v1/openapi.json"};
  for (const auto& [path, methods] : description["paths"].items()) {
    for (const auto& [method, what] : methods.items()) {
      described.insert((method == "get" ? "GET " : "POST ") + path);
      CHECK(what.contains("responses"));
    }
  }
  for (const WebRoute& route : web_routes())
    there.insert(std::string(route.method) + " " + route.path);
  CHECK(described == there);
}

TEST_CASE("web pages: nothing in a page is inline") {
  const House house;
  for (const char* path : {"/login", "/"}) {
    const std::string page = house.pages->answer(house.request("GET", path, WebRole::view)).body;
    CHECK(page.find("<style") == std::string::npos);
    CHECK(page.find(" style=") == std::string::npos);
    CHECK(page.find("://") == std::string::npos);
    for (std::size_t at = page.find("<script"); at != std::string::npos;
         at = page.find("<script", at + 1)) {
      CHECK(page.compare(at, 12, "<script src=") == 0);
    }
  }
}
