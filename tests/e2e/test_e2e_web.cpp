// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>

#include "tests/e2e/service_run.h"

using namespace upselld::e2e;

namespace {

struct Answer {
  int status = 0;
  std::string head, body;
  nlohmann::json json() const { return nlohmann::json::parse(body); }
};

// The demo after one sync, with a service that listens at a free port and has nothing to do.
class Service {
 public:
  Service() {
    REQUIRE(crm.upselld({"sync"}).code == 0);
    crm.edit("demo.yaml", "schedule: {publish: automatic}",
             "schedule: {publish: automatic, sync: monthly on the 1st at 05:00}\n"
             "notify: {webhook: {env: CHAT_URL}}\nweb: {listen: \"127.0.0.1:0\"}");
    running_ = std::make_unique<Running>(crm);
    const std::string line = line_with("event=web_server");
    port_ = std::atoi(line.substr(line.find("port=") + 5).c_str());
    REQUIRE(port_ > 0);
  }
  std::string line_with(const std::string& part) const { return running_->line_with(part); }
  nlohmann::json command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--config", "demo.yaml", "--quiet", "--json"});
    return run(UPSELLD_PROGRAM, arguments, crm.folder().path()).json();
  }
  // All that comes back, until the service ends it.
  std::string exchange(const std::string& bytes) const {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    where.sin_port = htons(static_cast<std::uint16_t>(port_));
    REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0);
    // It may have heard enough before the end.
    [[maybe_unused]] const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ::shutdown(socket, SHUT_WR);
    std::string all;
    char piece[65536];
    for (ssize_t count = 0; (count = ::recv(socket, piece, sizeof piece, 0)) > 0;) {
      all.append(piece, static_cast<std::size_t>(count));
    }
    ::close(socket);
    return all;
  }
  Answer send(const std::string& bytes) const {
    const std::string all = exchange(bytes);
    const std::size_t end = all.find("\r\n\r\n");
    REQUIRE(end != std::string::npos);
    return {std::atoi(all.substr(9, 3).c_str()), all.substr(0, end), all.substr(end + 4)};
  }
  Answer get(const std::string& target, const std::string& cookie = {}) const {
    return send("GET " + target + " HTTP/1.1\r\nHost: " + host() + "\r\nCookie: " + cookie +
                "\r\n\r\n");
  }
  Answer post(const std::string& target, const std::string& cookie,
              const std::string& body = "{}") const {
    return send("POST " + target + " HTTP/1.1\r\nHost: " + host() + "\r\nOrigin: http://" + host() +
                "\r\nCookie: " + cookie + "\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
  }
  // The cookie that a link's login sets.
  std::string log_in(const std::vector<std::string>& command_line) const {
    const std::string link = command(command_line)["link"];
    const std::string token = link.substr(link.find('#') + 1);
    const Answer answer = post("/api/v1/session", "", nlohmann::json({{"token", token}}).dump());
    REQUIRE(answer.status == 200);
    const std::size_t begin = answer.head.find("Set-Cookie: ") + 12;
    return answer.head.substr(begin, answer.head.find(';', begin) - begin);
  }
  int end() const {
    running_->send(SIGTERM);
    return running_->exit_code();
  }

  DemoCrm crm{{.accounts = 120, .months = 12, .seed = 7}};

 private:
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }

  std::unique_ptr<Running> running_;
  int port_ = 0;
};

unsigned seed_of_test() {
  const char* given = std::getenv("UPSELLD_TEST_SEED");
  return given != nullptr ? static_cast<unsigned>(std::atoi(given)) : 20261122U;
}

}  // namespace

TEST_CASE("web: a service is ready once a sync has ended, not when one has begun") {
  const Service service;
  const auto mark = [&](const std::string& sql) {
    return run("/usr/bin/python3",
               {"-c",
                "import sqlite3\n"
                "db = sqlite3.connect('demo.state/upselld.db', timeout=30)\n"
                "db.execute(\"" +
                    sql + "\"); db.commit()"},
               service.crm.folder().path())
        .code;
  };
  REQUIRE(mark("UPDATE runs SET status = 0, finished_at_ms = NULL") == 0);
  const Answer begun = service.get("/-/ready");
  CHECK(begun.status == 503);
  CHECK(begun.body == "not ready: no sync has ended yet\n");
  REQUIRE(mark("UPDATE runs SET status = 1, finished_at_ms = started_at_ms") == 0);
  CHECK(service.get("/-/ready").status == 200);
}

TEST_CASE("web: a service is not ready while one connection fails, whatever another does") {
  Service service;
  const auto sync = [&](const char* connection) {
    return run(UPSELLD_PROGRAM,
               {"--config", "demo.yaml", "--quiet", "sync", "--connection", connection},
               service.crm.folder().path())
        .code;
  };
  const std::string orders = service.crm.folder().path("data/orders.csv");
  std::filesystem::rename(orders, orders + ".away");
  CHECK(sync("crm") == 1);
  CHECK(sync("website") == 0);
  const Answer failing = service.get("/-/ready");
  CHECK(failing.status == 503);
  CHECK(failing.body.find("not ready: the last sync of crm failed: run ") == 0);
  std::filesystem::rename(orders + ".away", orders);
  CHECK(sync("crm") == 0);
  CHECK(service.get("/-/ready").status == 200);
}

TEST_CASE("web: pages show what the commands say, beside a service") {
  Service service;
  CHECK(service.get("/-/healthy").body == "healthy\n");
  CHECK(service.get("/-/ready").body == "ready\n");
  const std::string metrics = service.get("/metrics").body;
  for (const char* figure : {"upselld_service_busy 0\n", "upselld_last_sync_success 1\n",
                             "process_resident_memory_bytes "}) {
    INFO(metrics);
    CHECK(metrics.find(figure) != std::string::npos);
  }
  CHECK(service.get("/api/v1/overview").status == 401);
  const std::string view = service.log_in({"dashboard"});

  const auto listed = service.command({"accounts", "--top", "1000"})["accounts"];
  const auto page = service.get("/api/v1/accounts?count=7&offset=3", view).json();
  CHECK(page["found"] == listed.size());
  REQUIRE(page["rows"].size() == 7);
  for (std::size_t i = 0; i < 7; ++i) CHECK(page["rows"][i]["account"] == listed[i + 3]["account"]);

  const std::string id = listed[0]["account"];
  const auto account = service.get("/api/v1/account?id=crm:" + id, view).json();
  const auto explained = service.command({"explain", id});
  for (const char* key : {"score", "band", "segment", "action", "reasons", "rule"}) {
    CHECK(account["decision"][key] == explained[key]);
  }
  CHECK(account["timeline"]["orders"].size() > 0);

  const auto description = service.get("/api/v1/openapi.json", view).json();
  for (const auto& [path, methods] : description["paths"].items()) {
    if (!methods.contains("get")) continue;
    INFO(path);
    const std::string query = path == "/api/v1/account"       ? "?id=crm:" + id
                              : path == "/api/v1/audit/entry" ? "?sequence=1"
                                                              : "";
    const Answer answer = service.get(path + query, view);
    // So few accounts have no model.
    CHECK(answer.status == (path == "/api/v1/model" ? 404 : 200));
    // Links to secrets are settings, and stay here.
    CHECK(answer.body.find("CHAT_URL") == std::string::npos);
  }
  CHECK(service.get("/api/v1/audit/verify", view).json()["valid"] == true);
  CHECK(service.get("/api/v1/account?id=nobody", view).status == 404);
  CHECK(service.get("/api/v1/accounts?count=many", view).status == 400);
  CHECK(service.get("/api/v1/accounts?sort=magic", view).status == 400);
  CHECK(service.get("/api/v1/accounts?search=crm%3A" + id, view).json()["found"] == 1);
  CHECK(service.get("/api/v1/accounts?search=%25", view).json()["found"] == 0);
  CHECK(service.end() == 0);
}

TEST_CASE("web: who may act pauses, exports and syncs, and the audit says so") {
  Service service;
  const std::string view = service.log_in({"dashboard"});
  const std::string operate = service.log_in({"dashboard", "--operate"});
  CHECK(service.post("/api/v1/pause", view).status == 403);
  CHECK(service.command({"status"})["paused"].empty());

  CHECK(service.post("/api/v1/pause", operate, R"({"why":"stock-taking"})").status == 200);
  CHECK(service.command({"status"})["paused"][0]["why"] == "stock-taking");
  CHECK(service.get("/api/v1/overview", view).json()["paused"][0]["why"] == "stock-taking");
  CHECK(service.post("/api/v1/resume", operate).status == 200);
  // Cut inside a character.
  std::string long_why = "x";
  while (long_why.size() < 600) long_why += "ä";
  CHECK(service.post("/api/v1/pause", operate, R"({"why":")" + long_why + "\"}").status == 200);
  CHECK(service.command({"status"})["paused"].size() == 1);
  CHECK(service.post("/api/v1/resume", operate).status == 200);
  CHECK(service.command({"status"})["paused"].empty());

  const Answer csv = service.post("/api/v1/accounts/export", operate, R"({"band":"high"})");
  CHECK(csv.status == 200);
  const auto high = service.command({"accounts", "--top", "1000", "--band", "high"})["accounts"];
  CHECK(csv_rows(csv.body).size() == high.size());
  CHECK(service.post("/api/v1/audit/export", operate).status == 200);
  int exported = 0, paused = 0;
  const auto audit = service.command({"audit", "list", "--top", "10"});
  for (const auto& entry : audit["entries"]) {
    exported += entry["kind"] == "exported" ? 1 : 0;
    paused += entry["kind"] == "paused" ? 1 : 0;
  }
  CHECK(exported == 2);
  CHECK(paused == 4);

  CHECK(service.post("/-/sync", operate).status == 202);
  service.line_with("event=sync connection=all");
  CHECK(service.get("/api/v1/overview", view).json()["runs"].size() == 2);
  CHECK(service.post("/-/reload", operate).status == 202);
  service.line_with("event=reloaded");
  CHECK(service.post("/api/v1/session/end", view).status == 200);
  CHECK(service.get("/api/v1/overview", view).status == 401);
  CHECK(service.end() == 0);
}

TEST_CASE("web: garbage is refused, and the next is answered") {
  Service service;
  const std::string cookie = service.log_in({"dashboard"});
  const unsigned seed = seed_of_test();
  INFO("UPSELLD_TEST_SEED=" << seed);
  std::mt19937 random(seed);
  const std::string host = "\r\nHost: localhost\r\nCookie: " + cookie + "\r\n";
  const std::string good[] = {
      "GET /api/v1/accounts?search=a%20b&count=5 HTTP/1.1" + host + "\r\n",
      "GET /-/healthy HTTP/1.1" + host + "Range: bytes=0-3\r\nExpect: 100-continue\r\n\r\n",
      "POST /api/v1/session HTTP/1.1" + host + "Content-Length: 14\r\n\r\n{\"token\":\"ab\"}",
      "POST /-/sync HTTP/1.1" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"};
  for (int i = 0; i < 400; ++i) {
    std::string bytes = good[random() % 4];
    for (auto changes = 1 + random() % 6; changes > 0; --changes) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 40));
          break;
        case 2:
          bytes.erase(at, random() % 20);
          break;
        default:
          bytes += good[random() % 4];
      }
      if (bytes.empty()) bytes = " ";
    }
    service.exchange(bytes);
  }
  CHECK(service.get("/-/healthy").body == "healthy\n");
  CHECK(service.get("/api/v1/overview", cookie).status == 200);
  CHECK(service.end() == 0);
}

TEST_CASE("web: whatever a page is asked with, it answers or refuses, and never fails") {
  Service service;
  const std::string cookie = service.log_in({"dashboard", "--operate"});
  const unsigned seed = seed_of_test();
  INFO("UPSELLD_TEST_SEED=" << seed);
  std::mt19937 random(seed);
  const std::string known = service.command({"accounts", "--top", "1"})["accounts"][0]["account"];
  const std::string values[] = {"",
                                "0",
                                "7",
                                "-1",
                                "99999999999999999999",
                                "1e9",
                                "%00",
                                "%27%20OR%201=1--",
                                "%22",
                                "%25",
                                "crm:",
                                "crm:" + known,
                                known,
                                "%F0%9F%98%80",
                                "%FF%FE",
                                "../..",
                                "decided",
                                "high",
                                "score",
                                "rules-1",
                                std::string(5'000, 'a')};
  const std::string bodies[] = {
      "",
      "null",
      "[]",
      "{}",
      R"({"connection":7,"why":[],"key":{},"answer":"yes"})",
      R"({"connection":"crm","key":"k","answer":"no","version":"\u0000"})",
      "{\"why\":\"\xff\xfe\"}",
      std::string(2'000, '[')};
  struct Page {
    std::string path;
    std::vector<std::string> parameters;
    bool has_body = false;
  };
  std::vector<Page> pages;
  const auto description = service.get("/api/v1/openapi.json", cookie).json();
  for (const auto& [path, methods] : description["paths"].items()) {
    if (path.find("session") != std::string::npos) continue;
    for (const auto& [method, of] : methods.items()) {
      Page page{path, {}, method == "post"};
      for (const auto& one : of.value("parameters", nlohmann::json::array())) {
        page.parameters.push_back(one["name"]);
      }
      pages.push_back(std::move(page));
    }
  }
  REQUIRE(pages.size() > 15);
  for (int i = 0; i < 600; ++i) {
    const Page& page = pages[random() % pages.size()];
    std::string target = page.path + "?";
    for (const std::string& name : page.parameters) {
      if (random() % 2 == 0) target += name + "=" + values[random() % std::size(values)] + "&";
    }
    const std::string body = bodies[random() % std::size(bodies)];
    const Answer answer =
        page.has_body ? service.post(target, cookie, body) : service.get(target, cookie);
    INFO(target << "\n" << body << "\n" << answer.body);
    CHECK((answer.status < 500 || answer.status == 503));
  }
  CHECK(service.get("/-/healthy").body == "healthy\n");
  CHECK(service.end() == 0);
}

TEST_CASE("web: a link is for a service that runs") {
  const DemoCrm crm{{.accounts = 60, .months = 6, .seed = 7}};
  const Ended ended = crm.upselld({"dashboard"});
  CHECK(ended.code == 1);
  CHECK(ended.err.find("no service runs on") != std::string::npos);
}
