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

const char* crm_name(Field field) {
  switch (field) {
    case Field::score:
      return "upselld_Score__c";
    case Field::band:
      return "upselld_Band__c";
    case Field::segment:
      return "upselld_Segment__c";
    case Field::tags:
      return "upselld_Tags__c";
    case Field::next_action:
      return "upselld_Next_Action__c";
    case Field::top_reason:
      return "upselld_Top_Reason__c";
    case Field::reasons:
      return "upselld_Reasons__c";
    case Field::change:
      return "upselld_Change__c";
    case Field::status:
      return "upselld_Status__c";
    case Field::model_version:
      return "upselld_Model_Version__c";
    case Field::data_as_of:
    case Field::pause_until:
      return nullptr;
  }
  return nullptr;
}

bool is_same(const std::string& wanted, const std::string& standing) {
  if (wanted == standing) return true;
  const auto a = parse_number(wanted), b = parse_number(standing);
  return a && b && std::abs(*a - *b) < 0.051;
}

bool is_gone(const World& world, const std::string& account) {
  const sf::Row* row = const_cast<World&>(world).service().org.find_row(account);
  return row == nullptr || row->is_deleted();
}

bool was_edited(const World& world, const std::string& account, const std::string& field) {
  return std::any_of(world.own_edits().begin(), world.own_edits().end(), [&](const OwnEdit& edit) {
    return edit.account == account && edit.field == field;
  });
}

std::map<std::string, std::vector<std::string>> records_of(const std::filesystem::path& database,
                                                           std::string& problem) {
  const auto walk =
      store::TimelineWalk::open(database, {"crm",
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
  const auto count = [&](const char* name) { return run.json.value(name, 0); };
  const nlohmann::json delivered = run.json.value("delivered", nlohmann::json::object());
  const int done = delivered.value("fields", 0) + delivered.value("tasks", 0);
  const bool is_nothing = done == 0 && count("deferred") + count("unknown") > 0;
  if (count("rejected") > 0 || is_nothing || run.json.contains("failed") ||
      run.json.value("status", "") != "done") {
    violations.insert("exit 0, and it was no success: " + run.json.dump().substr(0, 300));
  }
}

void check_keys(const World& world, Violations& violations) {
  auto& org = const_cast<World&>(world).service().org;
  const sf::ObjectType& type = *org.schema.find("Task");
  std::map<std::string, int> counts;
  for (const sf::Row& row : org.table("Task").rows()) {
    const std::string& key = sf::as_text(sf::cell(row, type.column("upselld_Key__c")));
    if (!key.empty() && ++counts[key] > 1) violations.insert("two tasks with the key " + key);
  }
}

void check_edits(const World& world, Violations& violations) {
  for (const OwnEdit& edit : world.own_edits()) {
    if (!edit.must_stay || is_gone(world, edit.account)) continue;
    const std::string standing = world.text(edit.account, edit.field);
    if (standing != edit.value) {
      violations.insert("a person's edit was overwritten: " + edit.account + " " + edit.field +
                        " \"" + edit.value + "\" became \"" + standing + "\"");
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
  const auto all = outbox.list({.connection = "crm", .count_max = 1'000'000});
  if (!all) {
    violations.insert("read the outbox: " + all.error().message);
    return;
  }
  std::map<std::pair<std::string, DeliveryKind>, const store::Delivery*> newest;
  for (const store::Delivery& delivery : *all) {
    const bool is_left =
        delivery.state == DeliveryState::meant || delivery.state == DeliveryState::sending ||
        delivery.state == DeliveryState::unknown || delivery.state == DeliveryState::deferred;
    if (is_left && !is_gone(world, delivery.account.id)) {
      violations.insert(std::string("left in the outbox: ") + store::to_text(delivery.kind()) +
                        " of " + delivery.account.id + " " + store::to_text(delivery.state) + " " +
                        delivery.receipt.code + " " + delivery.receipt.message);
    }
    if (delivery.state == DeliveryState::done) {
      newest[{delivery.account.id, delivery.kind()}] = &delivery;
    }
  }
  for (const auto& [key, delivery] : newest) {
    if (key.second != DeliveryKind::fields || is_gone(world, key.first)) continue;
    const FieldValues& values = delivery->receipt.stored;
    for (std::size_t f = 0; f < kFieldCount; ++f) {
      const char* name = crm_name(static_cast<Field>(f));
      if (name == nullptr || !values[f] || was_edited(world, key.first, name)) continue;
      const std::string standing = world.text(key.first, name);
      if (!is_same(*values[f], standing)) {
        violations.insert(std::string("delivered, and not there: ") + key.first + " " + name +
                          " \"" + *values[f] + "\", there is \"" + standing + "\"");
      }
    }
  }
  const auto& org = const_cast<World&>(world).service().org;
  const sf::ObjectType& type = *org.schema.find("Task");
  std::set<std::string> keys;
  for (const sf::Row& row : org.table("Task").rows()) {
    keys.insert(sf::as_text(sf::cell(row, type.column("upselld_Key__c"))));
  }
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
// the runs that decided.
struct Told {
  std::set<std::string> accounts, task_keys, runs;
};

Told told_by_audit(const std::filesystem::path& exported) {
  Told told;
  std::ifstream lines(exported);
  for (std::string line; std::getline(lines, line);) {
    const auto entry = nlohmann::json::parse(line);
    const std::string kind = entry.at("kind");
    if (kind == "decided") told.runs.insert(entry.at("run"));
    if (kind != "done") continue;
    const auto& payload = entry.at("payload");
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
  auto& org = const_cast<World&>(world).service().org;
  const sf::ObjectType& task = *org.schema.find("Task");
  for (const sf::Row& row : org.table("Task").rows()) {
    const std::string& key = sf::as_text(sf::cell(row, task.column("upselld_Key__c")));
    if (!key.empty() && !told.task_keys.contains(key)) {
      violations.insert("the audit does not know of the task " + key);
    }
  }
  for (const sf::Row& row : org.table("Account").rows()) {
    const bool is_written = !world.text(row.id(), "upselld_Status__c").empty();
    if (is_written && !row.is_deleted() && !told.accounts.contains(row.id())) {
      violations.insert("the audit does not know that " + row.id() + " was written");
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

void check_same_records(const Program& program, Violations& violations) {
  std::string problem;
  const auto ours = records_of(program.folder() / "state" / "upselld.db", problem);
  const auto fresh = records_of(program.folder() / "fresh" / "upselld.db", problem);
  if (!problem.empty()) violations.insert("walk: " + problem);
  if (ours == fresh) return;
  violations.insert("the store differs from a fresh pull: only here" +
                    store::test::difference(ours, fresh).substr(0, 600) + "\nonly fresh" +
                    store::test::difference(fresh, ours).substr(0, 600));
}

}  // namespace upselld::simulation
