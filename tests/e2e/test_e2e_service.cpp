// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <vector>

#include "tests/e2e/service_run.h"

using namespace upselld::e2e;

TEST_CASE("service: syncs at its times, trains at its own, and makes up for what was missed once") {
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  const Ended first = rehearsal.service("2026-11-05T00:00:00Z");
  INFO(first.err);
  REQUIRE(first.code == 0);
  // At once, for it never ran; then on the 3rd and 4th at 05:00 in Berlin.
  CHECK(count_of(first.err, "event=sync connection=all") == 3);
  CHECK(first.err.find("run=2026-11-02T10:00Z") != std::string::npos);
  CHECK(first.err.find("run=2026-11-03T04:00Z") != std::string::npos);
  CHECK(first.err.find("run=2026-11-04T04:00Z") != std::string::npos);
  CHECK(count_of(first.err, "times_passed_over") == 0);

  rehearsal.set_clock("2026-11-07T12:00:00Z");
  const Ended second = rehearsal.service("2026-11-07T20:00:00Z");
  INFO(second.err);
  REQUIRE(second.code == 0);
  CHECK(count_of(second.err, "event=sync connection=all") == 1);
  CHECK(second.err.find("run=2026-11-07T12:00Z") != std::string::npos);
  CHECK(second.err.find("event=times_passed_over connection=crm job=sync "
                        "since=2026-11-05T04:00:00Z count=2") != std::string::npos);
  CHECK(rehearsal.status()["runs"].size() == 4);
}

TEST_CASE("what was decided stands until the hour of tasks, not if the clock was set back") {
  const Rehearsal rehearsal("2026-11-02T04:10:00Z");
  const auto sync = [&](const std::string& at) {
    rehearsal.set_clock(at);
    const Ended ended = rehearsal.command({"sync"});
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    return ended.json();
  };
  const auto early = sync("2026-11-02T04:10:00Z");
  CHECK(early.at("delivered").at("tasks") == 0);
  CHECK(sync("2026-11-02T05:50:00Z").at("decided_by") == early.at("run_id"));
  const auto tasks = sync("2026-11-02T06:10:00Z");  // 07:10 in Berlin
  CHECK_FALSE(tasks.contains("decided_by"));
  CHECK(tasks.at("delivered").at("tasks") > 0);
  CHECK(sync("2026-11-02T07:10:00Z").at("decided_by") == tasks.at("run_id"));
  CHECK_FALSE(sync("2026-11-02T05:40:00Z").contains("decided_by"));
}

TEST_CASE("service: what a person has in hand is waited for") {
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  const std::string lock = rehearsal.crm.folder().path("demo.state/lock");
  rehearsal.crm.folder().write("demo.state/lock", "pid 1 upselld plan\n");
  const int held = ::open(lock.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(held >= 0);
  REQUIRE(::flock(held, LOCK_EX | LOCK_NB) == 0);
  const Ended ended = rehearsal.service("2026-11-02T10:02:30Z");
  INFO(ended.err);
  CHECK(ended.code == 0);
  CHECK(count_of(ended.err, "event=sync_put_off") == 3);
  CHECK(count_of(ended.err, "event=sync connection") == 0);
  ::close(held);
}

TEST_CASE("service: a hangup takes new settings when they are right, SIGTERM ends it") {
  const DemoCrm crm({.accounts = 120, .months = 12, .seed = 7});
  Notices notices(crm.folder().path("notices"));
  Running service(crm, notices.path());
  notices.wait_for("READY=1");
  notices.wait_for("WATCHDOG=1");
  service.line_with("event=sync connection=all");
  crm.edit("demo.yaml", "currency: EUR", "curency: EUR");
  service.send(SIGHUP);
  const std::string refused = service.line_with("event=reload_refused");
  CHECK(refused.find("unknown key \\\"curency\\\"") != std::string::npos);
  crm.edit("demo.yaml", "curency: EUR", "currency: EUR");
  service.send(SIGHUP);
  service.line_with("event=reloaded");

  const Ended other = run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "run"}, crm.folder().path());
  CHECK(other.code == 1);
  CHECK(other.err.find("another service runs on this state directory") != std::string::npos);
  // Between cycles nothing is held: a person's command works.
  const Ended pause = run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "pause"}, crm.folder().path());
  CHECK(pause.code == 0);

  service.send(SIGTERM);
  service.line_with("event=stopped");
  CHECK(service.exit_code() == 0);
  notices.wait_for("STOPPING=1");
}

TEST_CASE("service: a command that writes waits for the cycle, status says what goes on") {
  const DemoCrm crm({.accounts = 300, .months = 20, .seed = 7});
  const auto command = [&](const std::vector<std::string>& words) {
    std::vector<std::string> all = {"--config", "demo.yaml", "--quiet", "--json"};
    all.insert(all.end(), words.begin(), words.end());
    return run(UPSELLD_PROGRAM, all, crm.folder().path());
  };
  Notices notices(crm.folder().path("notices"));
  Running service(crm, notices.path());
  notices.wait_for("STATUS=train crm");
  const nlohmann::json during = command({"status"}).json()["service"];
  CHECK(during["doing"] == "sync");
  CHECK(during["stage"].get<std::string>().ends_with(" crm"));
  const Ended retry = command({"rejected", "retry"});
  INFO(retry.err);
  CHECK(retry.code == 0);
  // It had its turn, so the cycle is over.
  CHECK(command({"status"}).json()["runs"][0]["status"] == "done");
  service.line_with("event=sync connection=all");
  service.send(SIGTERM);
  CHECK(service.exit_code() == 0);
  CHECK(command({"status"}).json()["service"].is_null());
}

TEST_CASE(
    "service: a stop in the middle of a training stores nothing of it, the next sync trains") {
  const DemoCrm crm({.accounts = 300, .months = 20, .seed = 7});
  const auto models = [&] {
    return run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "--quiet", "--json", "models"},
               crm.folder().path())
        .json()["models"]
        .size();
  };
  Notices notices(crm.folder().path("notices"));
  {
    Running service(crm, notices.path());
    notices.wait_for("STATUS=train crm");
    service.send(SIGTERM);
    CHECK(service.line_with("event=sync connection=all").find("status=stopped") !=
          std::string::npos);
    service.line_with("event=stopped");
    CHECK(service.exit_code() == 0);
  }
  CHECK(models() == 0);
  // Made up for at the next start, not at the next scheduled time.
  const Ended next =
      run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "run", "--once"}, crm.folder().path());
  INFO(next.err);
  CHECK(count_of(next.err, "event=sync connection=all") == 1);
  CHECK(models() == 1);
}

TEST_CASE("service: a sync that failed is made up for at the next start, one that ended is not") {
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  const std::string orders = rehearsal.crm.folder().path("data/orders.csv");
  const auto syncs = [&](const std::string& status) {
    const Ended ended = rehearsal.service("2026-11-02T12:00:00Z");
    INFO(ended.err);
    CHECK(ended.code == 0);
    CHECK(count_of(ended.err, "times_passed_over") == 0);
    // The other connection did not fail and is left alone.
    const int count = count_of(ended.err, "event=sync connection=");
    return count == count_of(ended.err, "status=" + status) ? count : -1;
  };
  std::filesystem::rename(orders, orders + ".away");
  CHECK(syncs("failed") == 1);
  CHECK(syncs("failed") == 1);
  std::filesystem::rename(orders + ".away", orders);
  CHECK(syncs("done") == 1);
  CHECK(syncs("done") == 0);
}

TEST_CASE("service: a store of a former version is upgraded when it starts, after it was copied") {
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  REQUIRE(rehearsal.service("2026-11-02T12:00:00Z").code == 0);
  const Ended undone =
      run("/usr/bin/python3",
          {"-c",
           "import sqlite3\n"
           "db = sqlite3.connect('demo.state/upselld.db')\n"
           "db.executescript('DROP TRIGGER outbox_settles; DROP TRIGGER"
           " outbox_forgets; DROP INDEX outbox_by_settlement; DROP INDEX runs_by_kind; DROP TABLE"
           " outbox_settled; DROP TABLE dropped_runs; DROP TABLE standing_rounds;"
           " DROP INDEX accounts_by_name; DROP INDEX accounts_by_root; DROP INDEX"
           " event_blocks_by_place; DROP INDEX outbox_tasks; DROP INDEX outbox_rejected;"
           " DROP INDEX decisions_by_band; DROP INDEX models_by_stored; DROP TABLE sweeps_ended;"
           " DROP TABLE accounts_lost; DROP TABLE dropped_events;"
           " CREATE TABLE touched_accounts (mark);"
           " ALTER TABLE models DROP COLUMN declined_at_ms;"
           " ALTER TABLE audit_payloads RENAME COLUMN form TO is_compressed;"
           " ALTER TABLE outbox DROP COLUMN doubted_at_ms;"
           " PRAGMA user_version = 3')"},
          rehearsal.crm.folder().path());
  INFO(undone.err);
  REQUIRE(undone.code == 0);
  rehearsal.crm.folder().write("old.db", rehearsal.crm.folder().read("demo.state/upselld.db"));
  Notices notices(rehearsal.crm.folder().path("notices"));
  ::setenv("NOTIFY_SOCKET", notices.path().c_str(), 1);
  const Ended service = rehearsal.service("2026-11-02T12:00:00Z");
  ::unsetenv("NOTIFY_SOCKET");
  INFO(service.err);
  CHECK(service.code == 0);
  // A service manager that waits for its start is asked for time.
  notices.wait_for("EXTEND_TIMEOUT_USEC=300000000");
  notices.wait_for("READY=1");
  CHECK(rehearsal.crm.folder().has("demo.state/upselld.db.before-13"));
  CHECK(rehearsal.status()["runs"].size() == 1);
  // So is a backup of it, which stays as it was.
  const std::string old = rehearsal.crm.folder().read("old.db");
  const Ended restored = rehearsal.command({"restore", "old.db"});
  INFO(restored.err);
  CHECK(restored.code == 0);
  CHECK(rehearsal.status()["runs"].size() == 1);
  CHECK(rehearsal.crm.folder().read("old.db") == old);
  rehearsal.crm.folder().write("old.db", "");
  CHECK(rehearsal.command({"restore", "old.db"}).code == 1);
  CHECK(rehearsal.status()["runs"].size() == 1);
}
