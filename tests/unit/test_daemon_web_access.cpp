// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/web_access.h"
#include "tests/support/fake_host.h"

using namespace upselld;
using namespace upselld::daemon;
using namespace upselld::tests;

namespace {

namespace fs = std::filesystem;

struct Place {
  fs::path state = fs::temp_directory_path() / ("upselld-access-" + std::to_string(::getpid()));
  Place() { fs::create_directories(state); }
  ~Place() { fs::remove_all(state); }
};

WebSettings at_loopback() {
  WebSettings settings;
  settings.address = "127.0.0.1";
  settings.port = 8710;
  return settings;
}

struct Access {
  explicit Access(WebSettings settings = at_loopback())
      : web(std::move(settings), place.state, clock) {
    REQUIRE(web.open(8710));
  }
  std::string token(WebRole role) const {
    const auto link = make_login_link(place.state, role, clock);
    REQUIRE(link);
    return link->substr(link->find('#') + 1);
  }
  // What a browser sends back of what was set.
  static WebRequest with_cookie(const std::string& set) {
    WebRequest request;
    request.peer = "127.0.0.1";
    request.headers["host"] = "127.0.0.1:8710";
    request.headers["cookie"] = "other=1; " + set.substr(0, set.find(';'));
    return request;
  }
  Place place;
  FakeClock clock;
  WebAccess web;
};

WebRequest to_host(const std::string& host, const std::string& peer = "127.0.0.1") {
  WebRequest request;
  request.headers["host"] = host;
  request.peer = peer;
  return request;
}

}  // namespace

TEST_CASE("web access: a link logs in once, with its role") {
  Access access;
  for (const WebRole role : {WebRole::view, WebRole::operate}) {
    const std::string token = access.token(role);
    const auto cookie = access.web.log_in(token);
    REQUIRE(cookie);
    CHECK(cookie->find("; HttpOnly; SameSite=Strict") != std::string::npos);
    CHECK(access.web.user_of(Access::with_cookie(*cookie)).role == role);
    CHECK_FALSE(access.web.log_in(token));
  }
}

TEST_CASE("web access: a link ends after ten minutes, a session after twelve hours") {
  Access access;
  const std::string late = access.token(WebRole::view), soon = access.token(WebRole::view);
  access.clock.time = access.clock.time + kLinkHolds - milliseconds(1);
  const auto cookie = access.web.log_in(soon);
  REQUIRE(cookie);
  access.clock.time = access.clock.time + milliseconds(1);
  CHECK_FALSE(access.web.log_in(late));
  access.clock.time = access.clock.time + kSessionHolds - milliseconds(2);
  CHECK(access.web.user_of(Access::with_cookie(*cookie)).role == WebRole::view);
  access.clock.time = access.clock.time + milliseconds(1);
  CHECK(access.web.user_of(Access::with_cookie(*cookie)).role == WebRole::nobody);
}

TEST_CASE("web access: links of a former service are worth nothing, and tokens stand in no file") {
  Access access;
  const std::string token = access.token(WebRole::operate);
  for (const auto& entry : fs::recursive_directory_iterator(access.place.state)) {
    CHECK(entry.path().string().find(token) == std::string::npos);
    if (!entry.is_regular_file()) continue;
    CHECK((entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all)) ==
          fs::perms::none);
    std::ifstream file(entry.path());
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    CHECK(text.find(token) == std::string::npos);
  }
  REQUIRE(access.web.open(8710));
  CHECK_FALSE(access.web.log_in(token));
  forget_login_links(access.place.state);
  CHECK_FALSE(make_login_link(access.place.state, WebRole::view, access.clock));
}

TEST_CASE("web access: nonsense logs nobody in") {
  Access access;
  for (const std::string& token : {std::string(), std::string("../address"), std::string(64, '0'),
                                   std::string(100'000, 'a')}) {
    CHECK_FALSE(access.web.log_in(token));
  }
  for (const char* cookie : {"upselld_8710=", "upselld_8710=x", "upselld_87=1", "a; b; c"}) {
    CHECK(access.web.user_of(Access::with_cookie(cookie)).role == WebRole::nobody);
  }
}

TEST_CASE("web access: who logs out is out") {
  Access access;
  const auto cookie = access.web.log_in(access.token(WebRole::operate));
  REQUIRE(cookie);
  const WebRequest request = Access::with_cookie(*cookie);
  CHECK(access.web.log_out(request).find("Max-Age=0") != std::string::npos);
  CHECK(access.web.user_of(request).role == WebRole::nobody);
}

TEST_CASE("web access: only our own hosts are served") {
  const Access access;
  for (const char* host : {"127.0.0.1:8710", "localhost:8710", "LOCALHOST:8710", "[::1]:8710"}) {
    CHECK(access.web.is_meant_for_us(to_host(host)));
  }
  for (const char* host : {"", "evil.example:8710", "127.0.0.1", "127.0.0.1:8711", "localhost",
                           "127.0.0.1:8710.evil.example"}) {
    INFO(host);
    CHECK_FALSE(access.web.is_meant_for_us(to_host(host)));
  }
}

TEST_CASE("web access: a post must come from a page of the host it goes to") {
  WebRequest request = to_host("127.0.0.1:8710");
  CHECK_FALSE(WebAccess::is_of_our_page(request));
  for (const char* origin :
       {"null", "http://evil.example", "http://127.0.0.1:9", "127.0.0.1:8710"}) {
    request.headers["origin"] = origin;
    CHECK_FALSE(WebAccess::is_of_our_page(request));
  }
  request.headers["origin"] = "http://127.0.0.1:8710";
  CHECK(WebAccess::is_of_our_page(request));
}

TEST_CASE("web access: the proxy's header is believed from the proxy's address alone") {
  WebSettings settings = at_loopback();
  settings.address = "10.0.0.5";
  settings.public_address = "https://upselld.company.example";
  settings.proxy_address = "10.0.0.2";
  settings.proxy_header = "X-Remote-User";
  settings.operators = {"anna"};
  Access access(settings);
  const auto who = [&](const char* peer, const char* name) {
    WebRequest request = to_host("upselld.company.example", peer);
    if (name != nullptr) request.headers["x-remote-user"] = name;
    return access.web.user_of(request);
  };
  CHECK(who("10.0.0.2", "anna").role == WebRole::operate);
  CHECK(who("10.0.0.2", "anna").name == "anna");
  CHECK(who("10.0.0.2", "bo").role == WebRole::view);
  CHECK(who("10.0.0.2", nullptr).role == WebRole::nobody);
  CHECK(who("10.0.0.9", "anna").role == WebRole::nobody);
  CHECK(access.web.is_meant_for_us(to_host("upselld.company.example", "10.0.0.2")));
  // Reached from elsewhere, nobody but the proxy may ask.
  CHECK_FALSE(access.web.is_meant_for_us(to_host("upselld.company.example", "10.0.0.9")));
  const auto cookie = access.web.log_in(access.token(WebRole::view));
  REQUIRE(cookie);
  CHECK(cookie->find("; Secure") != std::string::npos);
}
