// SPDX-License-Identifier: Apache-2.0
#include "bench/simulation/salesforce_world.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/digest.h"
#include "sandbox/salesforce/edits.h"

namespace upselld::simulation {

namespace {

constexpr const char* kAccountFields =
    "upselld_Score__c:double:4.1|upselld_Band__c:picklist:High;Medium;Low:s|"
    "upselld_Segment__c:picklist:Active;Cooling;At risk;Dormant;No purchase:s|"
    "upselld_Tags__c:string:255|upselld_Next_Action__c:string:255|upselld_Top_Reason__c:string:255|"
    "upselld_Reasons__c:textarea:4000|upselld_Change__c:double:4.1|"
    "upselld_Status__c:picklist:Scored;Ranked by rule (too little data);"
    "Ranked by rule (no model in use);Not scored: no purchase;Not scored: opted out;Excluded;"
    "Held out (no tasks);Edited by a person|"
    "upselld_Data_As_Of__c:datetime|upselld_Model_Version__c:string:64|"
    "upselld_Pause_Until__c:date|Seats__c:double:8.0";
constexpr const char* kTaskFields =
    "upselld_Key__c:string:80:uxc|upselld_Outcome__c:picklist:Opportunity opened;Customer declined;"
    "Not now;Wrong suggestion;Already in progress:s|upselld_Outcome_Note__c:string:255|"
    "upselld_Score_At_Creation__c:double:4.1";
constexpr const char* kUsageFields =
    "Name:string:80|Account__c:reference:Account>Account__r|Day__c:date|Share__c:double:6.3";
constexpr const char* kOthers[] = {"Account", "Contact", "Opportunity", "OpportunityLineItem",
                                   "Case",    "Task",    "Event",       "Usage__c",
                                   "User",    "Product2"};
constexpr int kReps = 3;
constexpr int kHistoryDays = 200;

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
    case Field::data_as_of:
      return "upselld_Data_As_Of__c";
    case Field::model_version:
      return "upselld_Model_Version__c";
    case Field::pause_until:
      return "upselld_Pause_Until__c";
  }
  return "";
}

// Labels of picklist values may hold a colon, which the short form of a field cannot.
void set_values(sf::ObjectType& type, const char* field, std::vector<std::string> values) {
  type.fields[static_cast<std::size_t>(type.column(field))].values = std::move(values);
}

bool moves_by_itself(const std::string& field) {
  return field == "LastModifiedDate" || field == "LastModifiedById" || field == "SystemModstamp" ||
         field == "LastActivityDate";
}

}  // namespace

SalesforceWorld::SalesforceWorld(std::uint64_t seed, Instant now)
    : World(seed, now - days(kHistoryDays)), service_(clock_, seed, /*number=*/1) {
  add_fields();
  add_people();
  const int accounts = random_.between(12, 22);
  for (int i = 0; i < accounts; ++i) {
    clock_.step(hours(random_.between(1, 100)));
    add_account();
  }
  for (int i = 0; i < accounts * 3; ++i) {
    const std::string& account = accounts_[static_cast<std::size_t>(i) % accounts_.size()];
    clock_.set(now - hours(random_.between(30, 24 * kHistoryDays / 2)));
    work_on(account);
  }
  clock_.set(now);
}

void SalesforceWorld::add_fields() {
  auto& schema = service_.org.schema;
  const auto add = [&](const char* object, const char* fields) {
    for (sf::Field& field : sf::parse_fields(fields)) schema.find(object)->add(std::move(field));
  };
  // ':' parts what is said about a field.
  std::string text = kAccountFields;
  const std::size_t status = text.find("upselld_Status__c");
  const std::size_t next = text.find('|', status);
  text.replace(status, next - status, "upselld_Status__c:picklist::s");
  add("Account", text.c_str());
  set_values(*schema.find("Account"), "upselld_Status__c",
             {"Scored", "Ranked by rule (too little data)", "Ranked by rule (no model in use)",
              "Not scored: no purchase", "Not scored: opted out", "Excluded", "Held out (no tasks)",
              "Edited by a person"});
  add("Task", kTaskFields);
  schema.add(sf::make_object("Usage__c", "a00", kUsageFields));
}

void SalesforceWorld::add_people() {
  for (int i = 0; i < kReps; ++i) {
    const std::string name = "rep" + std::to_string(i) + "@reps.example";
    reps_.push_back(put("User", {{"Username", name},
                                 {"Email", name},
                                 {"LastName", name},
                                 {"Name", name},
                                 {"IsActive", true},
                                 {"UserType", std::string("Standard")}}));
  }
  product_ = put("Product2", {{"Name", std::string("Seat")}, {"IsActive", true}});
  service_.auth.apps.push_back({"app", "secret", "", service_.org.integration_id});
}

void SalesforceWorld::add_account() {
  const std::string name = "Account " + std::to_string(++made_);
  accounts_.push_back(put("Account", {{"Name", name},
                                      {"Type", std::string("Customer - Direct")},
                                      {"OwnerId", reps_[made_ % kReps]},
                                      {"Seats__c", static_cast<double>(random_.between(1, 99))}}));
  put("Contact", {{"AccountId", accounts_.back()}, {"LastName", name}});
  add_deal(accounts_.back(), /*is_won=*/true);
  add_usage(accounts_.back());
}

void SalesforceWorld::add_deal(const std::string& account, bool is_won) {
  const double amount = random_.between(100, 9'000);
  const std::string deal = put(
      "Opportunity",
      {{"AccountId", account},
       {"Name", std::string("Deal")},
       {"StageName", std::string(is_won ? "Closed Won" : "Prospecting")},
       {"IsClosed", is_won},
       {"IsWon", is_won},
       {"Type", std::string(random_.chance(0.3) ? "Existing Customer - Upgrade" : "New Customer")},
       {"Amount", amount},
       {"CloseDate", sf::day_of(clock_.now())}});
  put("OpportunityLineItem", {{"OpportunityId", deal},
                              {"Product2Id", product_},
                              {"Quantity", 1.0},
                              {"UnitPrice", amount}});
}

void SalesforceWorld::add_usage(const std::string& account) {
  put("Usage__c", {{"Account__c", account},
                   {"Day__c", sf::day_of(clock_.now())},
                   {"Share__c", random_.between(20, 99) / 100.0}});
}

void SalesforceWorld::work_on(const std::string& account) {
  const Instant now = sf::to_second(clock_.now());
  switch (random_.between(0, 3)) {
    case 0:
      return add_deal(account, random_.chance(0.7));
    case 1:
      return add_usage(account);
    case 2:
      put("Case", {{"AccountId", account},
                   {"Status", std::string("New")},
                   {"IsClosed", false},
                   {"IsEscalated", random_.chance(0.2)}});
      return;
    default:
      put("Task", {{"WhatId", account},
                   {"AccountId", account},
                   {"Status", std::string("Completed")},
                   {"IsClosed", true},
                   {"TaskSubtype", std::string("Call")},
                   {"CompletedDateTime", now},
                   {"ActivityDate", sf::day_of(now)}});
  }
}

void SalesforceWorld::edit(const std::string& object, const std::string& id,
                           const nlohmann::ordered_json& fields, bool deletes) {
  nlohmann::ordered_json body = {{"object", object}, {"id", id}, {"fields", fields}};
  if (deletes) body["delete"] = true;
  try {
    sf::apply_edit(service_.org, body, service_.org.now());
  } catch (const std::invalid_argument&) {
    // A person, too, is refused at times: the record was deleted by another.
  }
}

// Answers, moves or deletes one of our tasks.
void SalesforceWorld::answer_task() {
  const sf::ObjectType& type = *service_.org.schema.find("Task");
  std::vector<std::string> ours;
  for (const sf::Row& row : service_.org.table("Task").rows()) {
    const bool is_ours = !sf::is_null(sf::cell(row, type.column("upselld_Key__c")));
    if (is_ours && !row.is_deleted()) ours.push_back(row.id());
  }
  if (ours.empty()) return;
  const std::string& task =
      ours[static_cast<std::size_t>(random_.between(0, static_cast<int>(ours.size()) - 1))];
  touch_task(task);
  switch (random_.between(0, 3)) {
    case 0:
      return edit("Task", task, nlohmann::ordered_json::object(), /*deletes=*/true);
    case 1:
      return edit("Task", task,
                  {{"Status", "Completed"}, {"upselld_Outcome__c", "Wrong suggestion"}});
    case 2:
      return edit("Task", task, {{"Status", "Completed"}, {"upselld_Outcome__c", "Not now"}});
    default:
      return edit("Task", task, {{"Description", "my own words"}});
  }
}

void SalesforceWorld::somebody_works() {
  const std::string account = some_account();
  switch (random_.between(0, 11)) {
    case 0:
      return edit("Account", account, {{"OwnerId", reps_[random_.next() % reps_.size()]}});
    case 1:
      return add_account();
    case 2: {
      const std::string other = some_account();
      if (other == account || accounts_.size() < 8) return;
      try {
        sf::merge_records(service_.org, account, other, "");
        std::erase(accounts_, other);
      } catch (const std::invalid_argument&) {
        // One of them is gone.
      }
      return;
    }
    case 3:
      if (accounts_.size() < 8) return;
      edit("Account", account, nlohmann::ordered_json::object(), /*deletes=*/true);
      std::erase(accounts_, account);
      return;
    case 4:
      return edit("User", reps_[0], {{"IsActive", random_.chance(0.5)}});
    case 5:
    case 6:
    case 7:
      return answer_task();
    default:
      return work_on(account);
  }
}

void SalesforceWorld::write_by_hand(const std::string& account, Field field,
                                    const std::string& value) {
  edit("Account", account, {{crm_name(field), value}});
}

std::string SalesforceWorld::text(const std::string& account, Field field) const {
  const sf::Row* row = service_.org.find_row(account);
  if (row == nullptr) return {};
  const sf::ObjectType& type = *service_.org.schema.find("Account");
  const int column = type.column(crm_name(field));
  return sf::csv_text(sf::cell(*row, column), type.fields[static_cast<std::size_t>(column)].type,
                      /*datetime_with_z=*/true);
}

bool SalesforceWorld::is_gone(const std::string& account) const {
  const sf::Row* row = service_.org.find_row(account);
  return row == nullptr || row->is_deleted();
}

std::vector<std::string> SalesforceWorld::task_keys() const {
  const int column = service_.org.schema.find("Task")->column("upselld_Key__c");
  std::vector<std::string> keys;
  for (const sf::Row& row : service_.org.table("Task").rows()) {
    const std::string& key = sf::as_text(sf::cell(row, column));
    if (!key.empty()) keys.push_back(key);
  }
  return keys;
}

std::vector<std::string> SalesforceWorld::written_accounts() const {
  std::vector<std::string> accounts;
  for (const sf::Row& row : service_.org.table("Account").rows()) {
    const bool is_written = !text(row.id(), Field::status).empty();
    if (is_written && !row.is_deleted()) accounts.push_back(row.id());
  }
  return accounts;
}

std::uint64_t SalesforceWorld::digest(bool only_touched_tasks) const {
  std::string all;
  for (const char* object : kOthers) {
    const sf::ObjectType& type = *service_.org.schema.find(object);
    const int key = type.column("upselld_Key__c");
    for (const sf::Row& row : service_.org.table(object).rows()) {
      const bool is_our_task = key >= 0 && !sf::is_null(sf::cell(row, key));
      const bool is_touched =
          is_our_task && !is_touched_since_look(row.id()) &&
          sf::as_text(sf::cell(row, sf::kLastModifiedById)) != service_.org.integration_id;
      if (only_touched_tasks ? !is_touched : is_our_task) continue;
      for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const sf::Field& field = type.fields[i];
        const bool is_skipped =
            moves_by_itself(field.name) || (!is_our_task && field.name.starts_with("upselld_"));
        if (is_skipped) continue;
        all += sf::csv_text(sf::cell(row, static_cast<int>(i)), field.type, true) + "\n";
      }
    }
  }
  return keyed_hash(1, all);
}

}  // namespace upselld::simulation
