// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/e2e/service_run.h"

using namespace upselld::e2e;

namespace {

// A rehearsal whose CRM cannot be read, until what `heals` says is done when somebody is told.
struct Broken : Rehearsal {
  explicit Broken(const std::string& now) : Rehearsal(now, {}) {
    REQUIRE(command({"sync"}).code == 0);
    std::filesystem::rename(orders, orders + ".away");
  }
  void heal() const { std::filesystem::rename(orders + ".away", orders); }
  // A shell's words, run by the service between the sync that failed and what comes after it.
  void heals(const std::string& words) const {
    crm.edit("demo.yaml", "currency: EUR",
             "currency: EUR\nnotify: {command: [/bin/sh, -c, \"mv data/orders.csv.away "
             "data/orders.csv; " +
                 words + "\"]}");
  }
  std::size_t models() const { return command({"models"}).json()["models"].size(); }
  Ended once() const {
    return run(UPSELLD_PROGRAM, {"--config", "demo.yaml", "run", "--once"}, crm.folder().path());
  }

  const std::string orders = crm.folder().path("data/orders.csv");
};

}  // namespace

TEST_CASE("service: a training that its cycle did not come to is made up for by the next sync") {
  const Broken broken("2026-11-02T10:00:00Z");
  broken.heals("true");
  REQUIRE(broken.models() == 1);
  const Ended ended = broken.service("2026-11-05T00:00:00Z");
  INFO(ended.err);
  CHECK(ended.code == 0);
  CHECK(count_of(ended.err, "status=failed") == 1);
  CHECK(count_of(ended.err, "event=training_put_off connection=crm") == 1);
  CHECK(broken.models() == 2);
}

TEST_CASE("service: what is due, and not yet begun, is still due after a reload") {
  const Broken broken("2026-11-02T10:00:00Z");
  broken.crm.edit("demo.yaml", "on the 3rd at 05:00", "on the 3rd at 05:30");
  // The sync of 05:00 in Berlin lasted until 05:40, and somebody hung up meanwhile.
  broken.heals("cat > /dev/null; echo 2026-11-03T04:40:00Z > clock; kill -HUP $PPID");
  const Ended ended = broken.service("2026-11-03T12:00:00Z");
  INFO(ended.err);
  CHECK(ended.code == 0);
  CHECK(count_of(ended.err, "event=reloaded") >= 1);
  CHECK(ended.err.find("run=2026-11-03T04:40Z") != std::string::npos);
  CHECK(broken.models() == 2);
}

TEST_CASE("service: when a connection was synced is told by its own syncs alone") {
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  rehearsal.crm.edit("demo.yaml", "    joins: {connection: crm",
                     "    schedule: {sync: monthly on the 1st at 05:00}\n"
                     "    joins: {connection: crm");
  CHECK(rehearsal.service("2026-11-02T10:00:00Z").code == 0);
  // Nothing ran at 05:00 in Berlin, and ten minutes later a person synced the other one.
  rehearsal.set_clock("2026-12-01T04:10:00Z");
  const Ended sync = rehearsal.command({"sync", "--connection", "crm"});
  INFO(sync.err);
  CHECK(sync.code == 0);
  CHECK(sync.json().at("took_part") == nlohmann::json({"crm"}));
  rehearsal.set_clock("2026-12-01T04:20:00Z");
  const Ended ended = rehearsal.service("2026-12-01T04:30:00Z");
  INFO(ended.err);
  CHECK(ended.code == 0);
  CHECK(count_of(ended.err, "event=sync connection=website") == 1);
  CHECK(count_of(ended.err, "event=sync connection=crm") == 0);
}

TEST_CASE("service: a connection of events that failed is due again at the next start") {
  const Rehearsal rehearsal("2026-11-02T10:00:00Z");
  rehearsal.crm.edit("demo.yaml", "    joins: {connection: crm",
                     "    schedule: {sync: monthly on the 1st at 05:00}\n"
                     "    joins: {connection: crm");
  const std::string visits = rehearsal.crm.folder().path("data/web_visits.csv.gz");
  std::filesystem::rename(visits, visits + ".away");
  const auto syncs_of_website = [&] {
    const Ended ended = rehearsal.service("2026-11-02T12:00:00Z");
    INFO(ended.err);
    return count_of(ended.err, "event=sync connection=all") +
           count_of(ended.err, "event=sync connection=website");
  };
  CHECK(syncs_of_website() == 1);
  CHECK(syncs_of_website() == 1);
  std::filesystem::rename(visits + ".away", visits);
  CHECK(syncs_of_website() == 1);
  CHECK(syncs_of_website() == 0);
}

TEST_CASE("service: started by a timer, it repeats no sync that failed before its next time") {
  const Broken broken("2026-11-03T03:50:00Z");
  const auto syncs = [&](const std::string& at, int code) {
    broken.set_clock(at);
    const Ended ended = broken.once();
    INFO(ended.err);
    CHECK(ended.code == code);
    return count_of(ended.err, "event=sync connection=all");
  };
  // The training of the 3rd waits with it.
  CHECK(syncs("2026-11-03T04:00:00Z", 1) == 1);
  CHECK(syncs("2026-11-03T04:15:00Z", 0) == 0);
  CHECK(syncs("2026-11-03T04:30:00Z", 0) == 0);
  broken.heal();
  CHECK(syncs("2026-11-04T04:00:00Z", 0) == 1);
  CHECK(broken.models() == 2);
}

TEST_CASE("service: started by a timer, it exits as the worst of its syncs would") {
  const Broken broken("2026-11-03T03:50:00Z");
  broken.heal();
  const std::string visits = broken.crm.folder().path("data/web_visits.csv.gz");
  std::filesystem::rename(visits, visits + ".away");
  broken.set_clock("2026-11-03T04:00:00Z");
  CHECK(broken.once().code == 3);
  // Without the other one, which is not due, each is a cycle of its own; the last one is good.
  broken.crm.edit("demo.yaml", "  website:",
                  "  rare:\n    plugin: files\n    schedule: {sync: monthly on the 1st at 05:00}\n"
                  "    activities: {path: data/web_visits.csv.gz.away, account: customer_no,\n"
                  "                 at: seen_at, kind: event}\n"
                  "    joins: {connection: crm, by: customer_no}\n\n  website:");
  broken.set_clock("2026-11-04T03:00:00Z");
  CHECK(broken.once().code == 0);
  const auto exits = [&](const std::string& at, int first, int last) {
    broken.set_clock(at);
    const Ended ended = broken.once();
    INFO(ended.err);
    CHECK(count_of(ended.err, "event=sync") == 2);
    CHECK(count_of(ended.err, "exit=" + std::to_string(first)) == 1);
    CHECK(count_of(ended.err, "exit=" + std::to_string(last)) == 1);
    return ended.code;
  };
  CHECK(exits("2026-11-04T04:00:00Z", 3, 0) == 3);
  std::filesystem::rename(broken.orders, broken.orders + ".away");
  CHECK(exits("2026-11-05T04:00:00Z", 3, 1) == 1);
}
