// SPDX-License-Identifier: Apache-2.0
#include "bench/simulation/invariants.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>

#include "core/settings.h"
#include "store/database.h"
#include "store/outbox.h"
#include "store/timeline_walk.h"
#include "tests/support/walk_text.h"

namespace upselld::simulation {

namespace {

using store::DeliveryKind;
using store::DeliveryState;

constexpr Instant kFarAway{4'102'444'800'000};  // 2100-01-01

bool is_same(const std::string& wanted, const std::string& standing) {
  if (wanted == standing) return true;
  const auto a = parse_number(wanted), b = parse_number(standing);
  return a && b && std::abs(*a - *b) < 0.051;
}

bool was_edited(const World& world, const std::string& account, Field field) {
  return std::any_of(world.own_edits().begin(), world.own_edits().end(), [&](const OwnEdit& edit) {
    return edit.account == account && edit.field == field;
  });
}

std::map<std::string, std::vector<std::string>> records_of(const std::filesystem::path& database,
                                                           const World& world,
                                                           std::string& problem) {
  const auto walk =
      store::TimelineWalk::open(database, {world.name(),
                                           {{"seats", AttributeKind::number, {}, false},
                                            {"industry", AttributeKind::text, {}, false},
                                            {"region", AttributeKind::text, {}, false}}});
  if (!walk) {
    problem = walk.error().message;
    return {};
  }
  auto lines = store::test::lines_by_account(store::test::walk_text(**walk, kFarAway));
  // What upselld saw change from run to run, a fresh pull cannot know; nor who was deleted before.
  std::erase_if(lines, [](const auto& each) { return each.first.ends_with("deleted true"); });
  for (auto& [account, events] : lines) {
    std::erase_if(events,
                  [](const std::string& line) { return line.find(" became '") != line.npos; });
  }
  return lines;
}

}  // namespace

void check_truthful(const Ended& run, Violations& violations) {
  if (run.code == -9) return;
  if (run.code < 0 || run.code == 2) {
    violations.insert("upselld ended with " + std::to_string(run.code) + ": " +
                      run.err.substr(0, 300));
    return;
  }
  if (!run.json.is_object() || run.code != 0) return;
  bool is_success = run.json.value("status", "") == "done";
  int done = 0, left = 0;
  for (const nlohmann::json& each : run.connections()) {
    done += Ended::delivered(each, "fields") + Ended::delivered(each, "tasks") +
            Ended::delivered(each, "withdrawn");
    left += each.value("deferred", 0) + each.value("unknown", 0);
    is_success = is_success && each.value("rejected", 0) == 0 && !each.contains("failed");
  }
  if (!is_success || (done == 0 && left > 0)) {
    violations.insert("exit 0, and it was no success: " + run.json.dump().substr(0, 300));
  }
}

void check_keys(const World& world, Violations& violations) {
  std::map<std::string, int> counts;
  for (const std::string& key : world.task_keys()) {
    if (++counts[key] > 1) violations.insert("two tasks with the key " + key);
  }
}

void check_edits(const World& world, Violations& violations) {
  for (const OwnEdit& edit : world.own_edits()) {
    if (!edit.must_stay || world.is_gone(edit.account)) continue;
    const std::string standing = world.text(edit.account, edit.field);
    if (standing != edit.value) {
      violations.insert("a person's edit was overwritten: " + edit.account + " " +
                        to_text(edit.field) + " \"" + edit.value + "\" became \"" + standing +
                        "\"");
    }
  }
}

void check_delivered(const Program& program, const World& world, Violations& violations) {
  auto database =
      store::Database::open(program.folder() / "state" / "upselld.db", store::OpenMode::read_only);
  if (!database) {
    violations.insert("open the store: " + database.error().message);
    return;
  }
  store::Outbox outbox(*database);
  const auto all = outbox.list({.connection = world.name(), .count_max = 1'000'000});
  if (!all) {
    violations.insert("read the outbox: " + all.error().message);
    return;
  }
  std::map<std::pair<std::string, DeliveryKind>, const store::Delivery*> newest;
  for (const store::Delivery& delivery : *all) {
    const bool is_left =
        delivery.state == DeliveryState::meant || delivery.state == DeliveryState::sending ||
        delivery.state == DeliveryState::unknown || delivery.state == DeliveryState::deferred;
    if (is_left && !world.is_gone(delivery.account.id)) {
      violations.insert(std::string("left in the outbox: ") + store::to_text(delivery.kind()) +
                        " of " + delivery.account.id + " " + store::to_text(delivery.state) + " " +
                        delivery.receipt.code + " " + delivery.receipt.message);
    }
    if (delivery.state == DeliveryState::done) {
      newest[{delivery.account.id, delivery.kind()}] = &delivery;
    }
  }
  for (const auto& [key, delivery] : newest) {
    if (key.second != DeliveryKind::fields || world.is_gone(key.first)) continue;
    const FieldValues& values = delivery->receipt.stored;
    for (std::size_t f = 0; f < kFieldCount; ++f) {
      const auto field = static_cast<Field>(f);
      const bool is_looked_at = field != Field::data_as_of && field != Field::pause_until;
      if (!is_looked_at || !values[f] || was_edited(world, key.first, field)) continue;
      const std::string standing = world.text(key.first, field);
      if (!is_same(*values[f], standing)) {
        violations.insert(std::string("delivered, and not there: ") + key.first + " " +
                          to_text(field) + " \"" + *values[f] + "\", there is \"" + standing +
                          "\"");
      }
    }
  }
  const auto standing = world.task_keys();
  const std::set<std::string> keys(standing.begin(), standing.end());
  for (const store::Delivery& delivery : *all) {
    const bool is_made =
        delivery.kind() == DeliveryKind::task && delivery.state == DeliveryState::done;
    if (is_made && !keys.contains(delivery.task_key)) {
      violations.insert("a task that was delivered is not there: " + delivery.task_key);
    }
  }
}

namespace {

// What the audit says was done in the CRM: accounts whose fields were written, keys of tasks; and
// the runs that decided. A write whose answer was lost may have been done: when another takes its
// place before anybody looked, that it was superseded is what the audit can say.
struct Told {
  std::set<std::string> accounts, task_keys, runs;
};

Told told_by_audit(const std::filesystem::path& exported) {
  Told told;
  std::map<std::string, std::string> accounts;  // by the audit's name for them
  std::ifstream lines(exported);
  for (std::string line; std::getline(lines, line);) {
    const auto entry = nlohmann::json::parse(line);
    const std::string kind = entry.at("kind");
    if (kind == "decided") told.runs.insert(entry.at("run"));
    if (kind != "meant" && kind != "superseded" && kind != "done") continue;
    const auto& payload = entry.at("payload");
    if (kind == "meant" && payload.at("kind") == "fields") {
      accounts[entry.at("account_hash")] = payload.at("payload").at("account");
    }
    if (kind == "superseded") told.accounts.insert(accounts[entry.at("account_hash")]);
    if (kind != "done") continue;
    if (payload.at("kind") == "task") told.task_keys.insert(payload.at("task"));
    if (payload.at("kind") == "fields") told.accounts.insert(payload.at("receipt").at("crm_id"));
  }
  return told;
}

}  // namespace

void check_audit(const Program& program, const World& world, std::uint64_t which,
                 Violations& violations) {
  const auto ask = [&](const std::vector<std::string>& arguments) {
    return program.run(arguments, [](int) {});
  };
  const Ended verified = ask({"audit", "verify"});
  if (!verified.json.is_object() || !verified.json.value("valid", false)) {
    violations.insert("the audit is not valid");
    return;
  }
  const auto file = program.folder() / "audit.jsonl";
  if (const Ended exported = ask({"audit", "export", file.string()}); exported.code != 0) {
    violations.insert("export of the audit: " + exported.err.substr(0, 300));
    return;
  }
  const Told told = told_by_audit(file);
  for (const std::string& key : world.task_keys()) {
    if (!told.task_keys.contains(key)) {
      violations.insert("the audit does not know of the task " + key);
    }
  }
  for (const std::string& account : world.written_accounts()) {
    if (!told.accounts.contains(account)) {
      violations.insert("the audit does not know that " + account + " was written");
    }
  }
  if (told.runs.empty()) return;
  const std::string run =
      *std::next(told.runs.begin(), static_cast<long>(which % told.runs.size()));
  const Ended replayed = ask({"audit", "replay", run});
  if (replayed.code != 0 || !replayed.json.is_object() || !replayed.json.at("different").empty()) {
    violations.insert("replay of " + run + ": " + replayed.json.dump().substr(0, 300) +
                      replayed.err.substr(0, 300));
  }
}

void check_same_records(const Program& program, const World& world, Violations& violations) {
  std::string problem;
  const auto ours = records_of(program.folder() / "state" / "upselld.db", world, problem);
  const auto fresh = records_of(program.folder() / "fresh" / "upselld.db", world, problem);
  if (!problem.empty()) violations.insert("walk: " + problem);
  if (ours == fresh) return;
  violations.insert("the store differs from a fresh pull: only here" +
                    store::test::difference(ours, fresh).substr(0, 600) + "\nonly fresh" +
                    store::test::difference(fresh, ours).substr(0, 600));
}

}  // namespace upselld::simulation
