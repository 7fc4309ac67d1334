// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/time_zone.h"
#include "daemon/notices.h"
#include "daemon/notify.h"

using namespace upselld;
using namespace upselld::daemon;

namespace {

const Instant kNow = *parse_instant("2026-11-02T10:00:00Z", "iso", TimeZone::utc());

struct State {
  State() {
    char pattern[] = "/tmp/upselld-notices-XXXXXX";
    folder = ::mkdtemp(pattern);
  }
  ~State() { std::filesystem::remove_all(folder); }
  // As the next run finds it: each run opens it anew.
  std::vector<Notice> after(const std::vector<Finding>& findings, Instant now = kNow) const {
    Notices notices = Notices::open(folder);
    notices.note(findings, now);
    REQUIRE(notices.save());
    return notices.due();
  }
  void sent(const Notice& notice) const {
    Notices notices = Notices::open(folder);
    notices.sent(notice);
    REQUIRE(notices.save());
  }
  std::filesystem::path folder;
};

Finding broken(bool holds, const std::string& connection = "crm") {
  return {CauseKind::connection_broken, connection, holds, "it cannot be reached"};
}

RunReport report_of(const std::string& connection) {
  RunReport report;
  report.connections.emplace_back().connection = connection;
  return report;
}

bool says(const std::vector<Finding>& findings, CauseKind kind, bool holds) {
  for (const Finding& each : findings) {
    if (each.kind == kind && each.connection == "crm") return each.holds == holds;
  }
  return false;
}

bool is_silent_of(const std::vector<Finding>& findings, CauseKind kind) {
  for (const Finding& each : findings) {
    if (each.kind == kind && each.connection == "crm") return false;
  }
  return true;
}

}  // namespace

TEST_CASE("notices: a cause is told once when it begins and once when it is over") {
  const State state;
  const auto first = state.after({broken(true)});
  REQUIRE(first.size() == 1);
  CHECK_FALSE(first[0].is_over);
  CHECK(first[0].since == kNow);
  state.sent(first[0]);
  CHECK(state.after({broken(true)}, kNow + hours(1)).empty());
  CHECK(state.after({}).empty());  // a run that could not find out
  const auto over = state.after({broken(false)}, kNow + hours(2));
  REQUIRE(over.size() == 1);
  CHECK(over[0].is_over);
  CHECK(over[0].since == kNow);
  state.sent(over[0]);
  CHECK(state.after({broken(false)}).empty());
  CHECK(state.after({broken(true)}).size() == 1);
}

TEST_CASE("notices: what could not be sent stays due, and what nobody heard of ends in silence") {
  const State state;
  CHECK(state.after({broken(true)}).size() == 1);
  CHECK(state.after({broken(true)}).size() == 1);
  CHECK(state.after({broken(false)}).empty());
  const auto again = state.after({broken(true)});
  REQUIRE(again.size() == 1);
  state.sent(again[0]);
  CHECK(state.after({broken(false)}).size() == 1);
  // Back before the end was told: the same cause still.
  CHECK(state.after({broken(true)}).empty());
}

TEST_CASE("notices: causes and connections are told apart") {
  const State state;
  const Finding held{CauseKind::run_held, "crm", true, "held"};
  CHECK(state.after({broken(true), broken(true, "shop"), held}).size() == 3);
  Notices notices = Notices::open(state.folder);
  notices.keep_only({"crm"});
  CHECK(notices.open_causes().size() == 2);
}

TEST_CASE("notices: a damaged file is begun anew, and others cannot read it") {
  const State state;
  for (const char* text : {"", "{", "[1, {\"cause\":\"x\"}, {\"cause\":7}]", "\"\"", "[null]"}) {
    std::ofstream(state.folder / "notices.json") << text;
    CHECK(Notices::open(state.folder).due().empty());
  }
  CHECK(state.after({broken(true)}).size() == 1);
  struct stat info {};
  REQUIRE(::stat((state.folder / "notices.json").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("notices: another model that waits is told of, the same one is not") {
  const State state;
  const auto waits = [](const std::string& version) {
    return Finding{CauseKind::model_waits, "crm", !version.empty(), "see " + version};
  };
  state.sent(state.after({waits("m-1")}).at(0));
  CHECK(state.after({waits("m-1")}).empty());
  const auto due = state.after({waits("m-2")});
  REQUIRE(due.size() == 1);
  CHECK_FALSE(due[0].is_over);
  CHECK(due[0].text == "see m-2");
  state.sent(due[0]);
  CHECK(state.after({waits("")}).at(0).is_over);
}

TEST_CASE("notices: what a run says of each cause") {
  RunReport report = report_of("crm");
  ConnectionReport& crm = report.connections[0];
  report.pulls.emplace_back().connection = "crm";
  CHECK(says(findings_of(report), CauseKind::connection_broken, false));
  CHECK(says(findings_of(report), CauseKind::run_held, false));
  CHECK(is_silent_of(findings_of(report), CauseKind::model_refused));
  CHECK(is_silent_of(findings_of(report), CauseKind::rows_rejected));

  crm.held_because = "bands moved 20 % of 15 %";
  CHECK(says(findings_of(report), CauseKind::run_held, true));
  crm.model_publishable = false;
  CHECK(says(findings_of(report), CauseKind::model_refused, true));
  crm.model_publishable = true;
  CHECK(says(findings_of(report), CauseKind::model_refused, false));
  CHECK(is_silent_of(findings_of(report), CauseKind::model_waits));
  crm.model_waits = "m-7";
  CHECK(says(findings_of(report), CauseKind::model_waits, true));
  crm.model_waits = "";
  CHECK(says(findings_of(report), CauseKind::model_waits, false));
  crm.fields = 95;
  crm.rejected = 5;
  CHECK(says(findings_of(report), CauseKind::rows_rejected, false));
  crm.rejected = 6;
  CHECK(says(findings_of(report), CauseKind::rows_rejected, true));

  // A connection that broke says nothing of what comes after.
  crm.failed = "salesforce: pull accounts: HTTP 401: Hooli Ltd";
  crm.failed_kind = ErrorKind::unauthorized;
  report.pulls[0].broken = ErrorKind::unauthorized;
  const auto findings = findings_of(report);
  CHECK(says(findings, CauseKind::connection_broken, true));
  CHECK(is_silent_of(findings, CauseKind::run_held));
  for (const Finding& each : findings) CHECK(each.text.find("Hooli") == std::string::npos);
}

TEST_CASE("notices: a run that failed as a whole is one, a stop by a person is none") {
  CHECK(findings_of("crm", {ErrorKind::cancelled, "stopped", {}}).empty());
  CHECK(findings_of("crm", {ErrorKind::busy, "in use", {}}).empty());
  const auto findings = findings_of("crm", {ErrorKind::io, "write /x/Hooli: disk full", {}});
  CHECK(says(findings, CauseKind::connection_broken, true));
  CHECK(findings[0].text.find("Hooli") == std::string::npos);
}

TEST_CASE("notices: what a chat shows") {
  const Notice notice{CauseKind::run_held, "crm", false, kNow, "nothing is written"};
  CHECK(text_of("shop", notice) ==
        "shop crm: nothing is written (run_held, since 2026-11-02T10:00:00Z)");
  const auto json = nlohmann::json::parse(json_of("shop", notice));
  CHECK(json["text"] == text_of("shop", notice));
  CHECK(json["cause"] == "run_held");
  CHECK(json["over"] == false);
}
