// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "daemon/pipeline.h"
#include "daemon/web_pages.h"
#include "tests/support/fake_host.h"

using namespace upselld;
using namespace upselld::daemon;
using namespace upselld::tests;

namespace {

namespace fs = std::filesystem;

// Every statement that any connection of this process runs, from its begin to its end.
class Statements {
 public:
  Statements() {
    texts().clear();
    ::sqlite3_auto_extension(reinterpret_cast<void (*)()>(on_open));
  }
  ~Statements() { ::sqlite3_reset_auto_extension(); }
  Statements(const Statements&) = delete;
  Statements& operator=(const Statements&) = delete;

  static std::set<std::string>& texts() {
    static std::set<std::string> texts;
    return texts;
  }

 private:
  static int on_open(sqlite3* database, char**, const void*) {
    return ::sqlite3_trace_v2(database, SQLITE_TRACE_STMT, on_statement, nullptr);
  }
  static int on_statement(unsigned, void*, void* statement, void*) {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    texts().insert(::sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
    return 0;
  }
};

// What may be gone through, and why.
struct Scan {
  const char* what;
  const char* why;
};
constexpr Scan kMayScan[] = {
    {"SCAN sqlite_master", "the schema itself"},
    {"SCAN names", "words: some hundred"},
    {"SCAN streams", "a few for each connection"},
    {"SCAN r", "runs of events: a dozen for each stream"},
    {"SCAN models", "one row for each model"},
    {"SCAN pauses", "one row for each connection"},
    {"SCAN held_runs", "one row for each connection"},
    {"SCAN audit_head", "one row"},
    {"SCAN e", "headers of the audit, the newest first, to a limit"},
    {"SCAN config_uses", "one row for each kind of text"},
    {"SCAN dropped_runs", "one row for each kind and end"},
    {"SCAN outbox_settled", "one row for each connection, kind and state"},
    {"SCAN runs USING INDEX runs_by_begun", "the newest first, to a limit"},
    {"SCAN runs USING COVERING INDEX runs_by_kind", "counts of runs, which retention keeps few"},
    {"SCAN outbox USING INDEX outbox_tasks", "the newest first, to a limit"},
    {"SCAN outbox USING INDEX outbox_rejected", "what a person has to look at"},
    {"SCAN outbox USING COVERING INDEX outbox_rejected", "the same, counted"},
    {"SCAN outbox USING COVERING INDEX outbox_undelivered", "counts of what is not delivered yet"},
    {"SCAN decisions USING COVERING INDEX decisions_by_rank",
     "a list in the order of its answer, filters tested on the way"},
    {"SCAN accounts USING COVERING INDEX accounts_by_name", "names, to a limit"},
    {"SCAN looked", "the same"},
    {"SCAN (subquery", "rows of a statement above"},
    {"SCAN CONSTANT ROW", "nothing"},
};

// A name alone allows any index of it.
bool may_scan(const std::string& step) {
  for (const Scan& scan : kMayScan) {
    const std::string what = scan.what;
    if (step == what || step.starts_with(what + " USING ")) return true;
    if (what.ends_with("(subquery") && step.starts_with(what)) return true;
  }
  return false;
}

// Steps of the statement's plan that go through more than they should.
std::vector<std::string> scans_of(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* plan = nullptr;
  std::vector<std::string> scans;
  if (::sqlite3_prepare_v2(database, ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &plan, nullptr) !=
      SQLITE_OK) {
    return scans;  // BEGIN, PRAGMA and the like have no plan
  }
  while (::sqlite3_step(plan) == SQLITE_ROW) {
    const std::string step = reinterpret_cast<const char*>(::sqlite3_column_text(plan, 3));
    if (step.starts_with("SCAN ") && !may_scan(step)) scans.push_back(step);
  }
  ::sqlite3_finalize(plan);
  return scans;
}

class FixedDoor : public ServiceDoor {
 public:
  explicit FixedDoor(std::shared_ptr<const Config> config) : config_(std::move(config)) {}
  ServiceState state() const override { return {}; }
  std::shared_ptr<const Config> config() const override { return config_; }
  Result<void> request_sync(const std::string&) override { return {}; }
  void request_reload() override {}

 private:
  std::shared_ptr<const Config> config_;
};

// A shop of files that was synced once, with a model, and its pages.
class Shop {
 public:
  explicit Shop(bool has_model = true) {
    fs::create_directories(folder_);
    write("accounts.csv",
          "id,name,owner,plan\nA1,Sample Works,R1,Basic\nA2,Sample Pipes,R1,Pro\nA3,Other,,Pro\n");
    write("reps.csv", "id,name,email,active\nR1,Rep One,one@reps.example,yes\n");
    write("contacts.csv", "id,account,role,active\nC1,A1,buyer,yes\n");
    write("orders.csv",
          "id,account,placed_at,amount,currency,kind,status\n"
          "O1,A1,2025-03-01,100,EUR,renewal,won\nO2,A2,2025-04-01,50,EUR,renewal,won\n");
    write("activities.csv",
          "id,account,contact,at,kind\nV1,A1,C1,2026-10-02T09:00:00Z,call\n"
          "V2,A2,,2026-10-03T09:00:00Z,login\n");
    write("upselld.yaml",
          "playbook: playbook.yaml\n"
          "connections:\n  shop:\n    plugin: files\n    write: fields_and_tasks\n"
          "    output: out\n    accounts: {path: accounts.csv}\n    reps: {path: reps.csv}\n"
          "    contacts: {path: contacts.csv}\n    orders: {path: orders.csv}\n"
          "    activities: {path: activities.csv}\n");
    write("playbook.yaml",
          "holdout: 0\ntasks: {create: daily at 00:00, owner: [account_owner]}\n"
          "actions:\n  - {action: talk, when: {segment: [active, cooling, at_risk, dormant, "
          "no_purchase]}, task: {type: call, subject: \"{account}: talk\"}}\n");
    invocation_.config = (folder_ / "upselld.yaml").string();
    invocation_.quiet = true;
    invocation_.command = "sync";
    invocation_.as_of = Day::of_civil(2026, 11, 2);
    sync(has_model);
  }
  ~Shop() { fs::remove_all(folder_); }
  Shop(const Shop&) = delete;
  Shop& operator=(const Shop&) = delete;

  WebAnswer ask(const std::string& method, const std::string& path,
                const std::map<std::string, std::string>& query = {},
                const std::string& body = "{}") {
    WebRequest request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.body = body;
    request.peer = "127.0.0.1";
    request.headers = {
        {"host", "127.0.0.1:8710"}, {"origin", "http://127.0.0.1:8710"}, {"cookie", cookie_}};
    return pages_->answer(request);
  }
  void sync_again() {
    const auto config = Config::load(invocation_);
    REQUIRE(config);
    auto app = App::open(invocation_, Access::write, *config);
    REQUIRE(app);
    REQUIRE(run_cycle(**app, {}));
  }
  void lose(const std::string& file) const { REQUIRE(fs::remove(folder_ / file)); }
  // A model that nobody has published.
  void train(const std::string& version) {
    const auto config = Config::load(invocation_);
    REQUIRE(config);
    auto app = App::open(invocation_, Access::write, *config);
    REQUIRE(app);
    put_model(**app, version, /*is_live=*/false);
  }
  // As it is now: an answer is kept for a second.
  nlohmann::json overview() {
    clock_.time = clock_.time + seconds(2);
    return nlohmann::json::parse(ask("GET", "/api/v1/overview").body);
  }
  fs::path database() const { return folder_ / "upselld.state" / "upselld.db"; }

 private:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  void sync(bool has_model) {
    auto config = Config::load(invocation_);
    if (!config) FAIL(config.error().message);
    {
      auto app = App::open(invocation_, Access::write, *config);
      if (!app) FAIL(app.error().message);
      const auto report = run_cycle(**app, {});
      if (!report) FAIL(report.error().message);
      if (has_model) put_model(**app, "m1", /*is_live=*/true);
    }
    door_ = std::make_unique<FixedDoor>(*config);
    WebSettings settings;
    settings.address = "127.0.0.1";
    access_ = std::make_unique<WebAccess>(settings, folder_ / "upselld.state", clock_);
    REQUIRE(access_->open(8710));
    pages_ = std::make_unique<WebPages>(*access_, *door_, invocation_, clock_);
    const auto link = make_login_link(folder_ / "upselld.state", WebRole::operate, clock_);
    REQUIRE(link);
    cookie_ = *access_->log_in(link->substr(link->find('#') + 1));
    cookie_ = cookie_.substr(0, cookie_.find(';'));
  }
  // Three accounts teach nothing: a model that was learnt elsewhere.
  static void put_model(App& app, const std::string& version, bool is_live) {
    auto transaction =
        store::Transaction::begin(app.database(), "model", store::Durability::normal);
    REQUIRE(transaction);
    store::ModelInfo model;
    model.connection = "shop";
    model.version = version;
    model.trained_at = Instant{is_live ? 1 : 2};
    model.card = model.report = "{}";
    const store::ModelFile file{"line.json", "{}"};
    REQUIRE(app.ledger().models.put(*transaction, model, {&file, 1}));
    if (is_live) REQUIRE(app.ledger().models.publish(*transaction, "shop", version, Instant{1}));
    REQUIRE(transaction->commit());
  }

  fs::path folder_ = fs::temp_directory_path() / ("upselld-reads-" + std::to_string(::getpid()));
  FakeClock clock_;
  Invocation invocation_;
  std::unique_ptr<FixedDoor> door_;
  std::unique_ptr<WebAccess> access_;
  std::unique_ptr<WebPages> pages_;
  std::string cookie_;
};

struct Question {
  const char* method;
  const char* path;
  std::map<std::string, std::string> query = {};
  const char* body = "{}";
};

// Each route, and each thing that can be asked of it. Not /audit/verify: it is to read the whole
// chain.
const std::vector<Question>& questions() {
  static const std::vector<Question> all = {
      {"GET", "/-/ready"},
      {"GET", "/metrics"},
      {"GET", "/api/v1/about"},
      {"GET", "/api/v1/overview"},
      {"GET", "/api/v1/settings"},
      {"GET", "/api/v1/models"},
      {"GET", "/api/v1/models", {{"connection", "shop"}}},
      {"GET", "/api/v1/model"},
      {"GET", "/api/v1/model", {{"version", "m1"}}},
      {"GET", "/api/v1/tasks"},
      {"GET", "/api/v1/tasks", {{"state", "open"}}},
      {"GET", "/api/v1/rejected"},
      {"GET", "/api/v1/approvals"},
      {"GET", "/api/v1/accounts"},
      {"GET", "/api/v1/accounts", {{"band", "high"}, {"segment", "active"}, {"sort", "action"}}},
      {"GET", "/api/v1/accounts", {{"held", "any"}, {"sort", "held"}, {"reversed", "yes"}}},
      {"GET", "/api/v1/accounts", {{"search", "A1"}}},
      {"GET", "/api/v1/accounts", {{"search", "sample"}}},
      {"GET", "/api/v1/accounts", {{"search", "ipes"}, {"sort", "segment"}}},
      {"GET", "/api/v1/accounts", {{"search", "#1"}, {"sort", "band"}}},
      {"GET", "/api/v1/account", {{"id", "shop:A1"}}},
      {"GET", "/api/v1/account", {{"id", "Sample Pipes"}}},
      {"GET", "/api/v1/audit"},
      {"GET", "/api/v1/audit", {{"kind", "decided"}, {"before", "9"}}},
      {"GET", "/api/v1/audit", {{"account", "shop:A1"}}},
      {"GET", "/api/v1/audit/entry", {{"sequence", "1"}}},
      {"POST", "/api/v1/accounts/export"},
      {"POST", "/api/v1/audit/export"},
      {"POST", "/api/v1/pause", {}, R"({"why":"test"})"},
      {"POST", "/api/v1/resume"},
      {"POST", "/api/v1/models/decline", {}, R"({"version":"m2"})"},
      {"POST", "/api/v1/models/publish", {}, R"({"version":"m1"})"},
      {"POST", "/api/v1/models/rollback"},
  };
  return all;
}

// Of all statements that ran: the scans that may not be. `of_what` begins the tables' names; empty:
// all tables.
void check_scans(const Shop& shop, const std::vector<std::string>& of_what) {
  const auto ran = Statements::texts();
  CHECK(ran.size() > 40);
  sqlite3* database = nullptr;
  REQUIRE(::sqlite3_open_v2(shop.database().c_str(), &database, SQLITE_OPEN_READONLY, nullptr) ==
          SQLITE_OK);
  for (const std::string& sql : ran) {
    INFO(sql);
    for (const std::string& step : scans_of(database, sql)) {
      INFO(step);
      const bool is_asked_for =
          of_what.empty() ||
          std::any_of(of_what.begin(), of_what.end(),
                      [&](const std::string& table) { return step.starts_with("SCAN " + table); });
      CHECK_FALSE(is_asked_for);
    }
  }
  CHECK(scans_of(database, "SELECT 1 FROM accounts WHERE owner = 'R1'").size() == 1);
  ::sqlite3_close(database);
}

}  // namespace

TEST_CASE("web reads: no page goes through a table that grows with accounts or time") {
  Shop shop;
  shop.train("m2");
  const Statements statements;
  for (const Question& question : questions()) {
    INFO(question.method << " " << question.path);
    const WebAnswer answer =
        shop.ask(question.method, question.path, question.query, question.body);
    INFO(answer.body);
    CHECK(answer.status == 200);
  }
  check_scans(shop, {});
}

TEST_CASE("web reads: no sync goes through what grows with time") {
  Shop shop;
  const Statements statements;
  shop.sync_again();
  check_scans(shop, {"outbox", "audit_", "written_", "decisions"});
}

TEST_CASE("web reads: an account is found by its id, before names that begin like it") {
  Shop shop;
  const auto name_of = [&](const std::string& id) {
    const auto page = nlohmann::json::parse(shop.ask("GET", "/api/v1/account", {{"id", id}}).body);
    return page.contains("facts") ? page["facts"]["name"].get<std::string>() : "";
  };
  CHECK(name_of("A1") == "Sample Works");
  CHECK(name_of("sample WORKS") == "Sample Works");
  CHECK(name_of("sample p") == "Sample Pipes");
  CHECK(name_of("ipe") == "Sample Pipes");
  CHECK(name_of("sample").empty());
  const auto page = nlohmann::json::parse(shop.ask("GET", "/api/v1/account", {{"id", "A1"}}).body);
  CHECK(page["timeline"]["orders"].size() == 1);
  CHECK(page["timeline"]["activity"].size() == 1);
  CHECK(page["facts"]["owner"] == "Rep One");
}

TEST_CASE("web reads: after a pause the next read shows it, whoever reads") {
  Shop shop;
  const auto paused = [&] {
    const auto page = nlohmann::json::parse(shop.ask("GET", "/api/v1/overview").body);
    return page["paused"].size();
  };
  CHECK(paused() == 0);
  CHECK(shop.ask("POST", "/api/v1/pause").status == 200);
  CHECK(paused() == 1);
  CHECK(shop.ask("POST", "/api/v1/resume").status == 200);
  CHECK(paused() == 0);
}

TEST_CASE("web reads: after a sync that failed the figures are those of the last that scored") {
  Shop shop;
  const auto before = shop.overview()["connections"][0]["last"];
  CHECK(before["accounts"] == 3);
  shop.lose("orders.csv");
  shop.sync_again();
  const auto after = shop.overview()["connections"][0]["last"];
  CHECK(after.contains("failed"));
  CHECK(after["run"] != before["run"]);
  for (const char* key : {"accounts", "scored", "bands", "segments"}) {
    CHECK(after[key] == before[key]);
  }
}

TEST_CASE("web reads: the rules rank for want of data, or because no model is in use") {
  Shop shop(/*has_model=*/false);
  const auto model = [&] { return shop.overview()["connections"][0]["model"]; };
  CHECK(model()["is_learnt"] == false);
  CHECK(model()["has_trained"] == false);
  shop.train("m2");
  CHECK(model()["is_learnt"] == false);
  CHECK(model()["has_trained"] == true);
}

TEST_CASE(
    "web reads: the first page says that a model waits, not of one that is live or was declined") {
  Shop shop;
  CHECK(shop.overview()["needs"]["models"].empty());
  shop.train("m2");
  const nlohmann::json waits = {{{"connection", "shop"}, {"version", "m2"}}};
  CHECK(shop.overview()["needs"]["models"] == waits);
  const auto decline = [&](const char* body) {
    return shop.ask("POST", "/api/v1/models/decline", {}, body).status;
  };
  CHECK(decline("{}") == 404);
  CHECK(decline(R"({"version":"m1"})") == 404);
  CHECK(shop.overview()["needs"]["models"] == waits);
  CHECK(decline(R"({"version":"m2"})") == 200);
  CHECK(shop.overview()["needs"]["models"].empty());
}
