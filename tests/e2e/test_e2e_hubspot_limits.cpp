// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "tests/e2e/hubspot_run.h"

// What an account may ask of whoever reads and writes it: no haste, few errors, nothing twice.
namespace upselld::e2e {
namespace {

using nlohmann::json;

constexpr const char* kFieldWrites = "POST crm/objects/*/batch/update";
constexpr int kBatch = 100;
constexpr int kRunsMost = 8;

int calls_of(const json& counters, const char* kind) {
  return counters.at("calls").value(kind, 0);
}

int fields_of(const json& run) {
  return run.at("delivered").at("fields");
}

int refused_otherwise_than_searches(const SandboxPortal& portal) {
  int refused = 0;
  for (const json& request : portal.requests()) {
    const std::string path = request.at("path");
    refused += request.at("status") == 429 && !path.ends_with("/search") ? 1 : 0;
  }
  return refused;
}

std::map<std::string, int> tasks_by_key(const SandboxPortal& portal) {
  std::map<std::string, int> counts;
  for (const auto& [id, task] : portal.records("tasks")) {
    const json& properties = task.at("properties");
    if (properties.contains("upselld_key")) ++counts[properties.at("upselld_key")];
  }
  return counts;
}

// Everybody sells, and two companies become one.
void work_on(const SandboxPortal& portal) {
  std::string before;
  int place = 0;
  for (const auto& [id, company] : portal.records("companies")) {
    portal.control("edit", {{"object", "deals"},
                            {"properties",
                             {{"dealname", "Late"},
                              {"pipeline", "default"},
                              {"dealstage", "closedwon"},
                              {"amount", "900"},
                              {"closedate", "2026-11-09T12:00:00Z"}}},
                            {"associate", {{"object", "companies"}, {"id", id}, {"type", 5}}}});
    if (++place == 2) {
      portal.control("merge", {{"object", "companies"}, {"primary", before}, {"other", id}});
    }
    if (place == 3) {
      portal.control("edit", {{"object", "companies"}, {"id", id}, {"delete", true}});
    }
    before = id;
  }
}

}  // namespace

TEST_CASE("hubspot limits: nothing is asked faster than the account allows, or written in vain") {
  const HubspotRun crm;
  const SandboxPortal& portal = crm.portal();
  portal.keep_its_limits();
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  const json first = crm.answer({"sync"});
  REQUIRE(fields_of(first) == 150);
  const json counted = portal.counters();
  INFO(counted.dump(1));
  CHECK(counted.at("refused_by_limits") == 0);
  CHECK(calls_of(counted, kFieldWrites) == (fields_of(first) + kBatch - 1) / kBatch);
  // An hour later only what is news is searched for, and nothing has changed.
  crm.set_clock("2026-11-02T10:30:00Z");
  CHECK(fields_of(crm.answer({"sync"})) == 0);
  const json later = portal.counters();
  CHECK(later.at("searches").get<int>() >= counted.at("searches").get<int>() + 10);
  CHECK(later.at("refused_by_limits") == 0);
  CHECK(calls_of(later, kFieldWrites) == calls_of(counted, kFieldWrites));
}

TEST_CASE("hubspot limits: beside another app, in trouble and behind the index each task is one") {
  const HubspotRun crm;
  const SandboxPortal& portal = crm.portal();
  portal.keep_its_limits();
  REQUIRE(crm.upselld({"prepare", "crm"}).code == 0);
  portal.control("switches", {{"noise", true}});
  portal.control("index", {{"delay", "20m"}});
  portal.control("faults", {{"share", 0.05}});
  const auto sync = [&] { return crm.upselld({"--json", "sync"}); };
  sync();
  crm.set_clock("2026-11-09T13:00:00Z");
  work_on(portal);
  for (int i = 0; i < 3; ++i) {
    crm.set_clock("2026-11-09T1" + std::to_string(4 + i) + ":00:00Z");
    sync();
  }
  portal.control("faults", {{"share", 0.0}});
  int runs = 0;
  json last;
  do {
    crm.set_clock("2026-11-1" + std::to_string(runs) + "T09:00:00Z");
    const Ended ended = sync();
    INFO(ended.out << ended.err);
    REQUIRE(ended.code == 0);
    last = ended.json();
  } while (fields_of(last) > 0 && ++runs < kRunsMost);
  const auto keys = tasks_by_key(portal);
  REQUIRE(keys.size() >= 3);
  for (const auto& [key, count] : keys) {
    INFO(key);
    CHECK(count == 1);
  }
  const json counted = portal.counters();
  INFO(counted.dump(1));
  // The other app takes searches of ours; of all else there is enough.
  CHECK(refused_otherwise_than_searches(portal) == 0);
  const int asked = counted.at("searches").get<int>() + counted.at("others").get<int>();
  CHECK(counted.at("refused_by_limits").get<int>() * 20 < asked);
}

}  // namespace upselld::e2e
