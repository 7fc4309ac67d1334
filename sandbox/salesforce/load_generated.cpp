// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>

#include "core/time_zone.h"
#include "sandbox/salesforce/load.h"
#include "sandbox/salesforce/write.h"

// A generated history as the records a Salesforce org would hold.
namespace upselld::sandbox::salesforce {
namespace {

using Cells = std::vector<std::pair<std::string, Value>>;

constexpr std::int64_t kMeetingMinutes = 60;
constexpr const char* kAccountFields =
    "Plan__c:picklist:Basic;Pro;Enterprise|Seats__c:double:8.0|Region__c:string:40|"
    "Customer_No__c:string:40:ux|Opted_Out__c:boolean";
constexpr const char* kUsageFields =
    "Name:string:80|Account__c:reference:Account>Account__r|Day__c:date|Share__c:double:6.3";
constexpr const char* kSignalFields =
    "Name:string:80|Account__c:reference:Account>Account__r|Contact__c:reference:Contact>Contact__"
    "r|"
    "At__c:datetime|Kind__c:picklist|Value__c:double:16.2";

Instant instant_of(const std::string& text) {
  Instant at;
  if (!parse_datetime(text, at)) throw std::invalid_argument("not a time: " + text);
  return at;
}
Day date_of(const std::string& text) {
  const auto day = parse_day(text);
  if (!day) throw std::invalid_argument("not a date: " + text);
  return *day;
}
Value number_or_null(const std::string& text) {
  double number = 0;
  if (text.empty()) return {};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}
Value text_or_null(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}
bool is_yes(const std::string& text) {
  return text == "yes";
}

const char* type_of_kind(const std::string& kind) {
  if (kind == "upsell") return "Existing Customer - Upgrade";
  if (kind == "new_business") return "New Customer";
  if (kind == "renewal") return "Existing Customer - Replacement";
  return "Existing Customer - Cross-sell";
}

class GeneratedHistory {
 public:
  GeneratedHistory(Org& org, std::string folder) : org_(org), folder_(std::move(folder)) {}

  Result<Loaded> load() {
    make_fields();
    const std::pair<const char*, void (GeneratedHistory::*)(const CsvCells&)> kFiles[] = {
        {"reps.csv", &GeneratedHistory::rep},
        {"products.csv", &GeneratedHistory::product},
        {"accounts.csv", &GeneratedHistory::account},
        {"contacts.csv", &GeneratedHistory::contact},
        {"orders.csv", &GeneratedHistory::order},
        {"order_lines.csv", &GeneratedHistory::line},
        {"activities.csv", &GeneratedHistory::activity},
        {"quota.csv", &GeneratedHistory::quota},
        {"changes.csv", &GeneratedHistory::change}};
    for (const auto& file : kFiles) {
      const auto visit = file.second;
      const auto count = for_each_row(folder_ + "/" + file.first,
                                      [this, visit](const CsvCells& row) { (this->*visit)(row); });
      if (!count) return count.error();
    }
    finish();
    return std::move(loaded_);
  }

 private:
  void make_fields() {
    ObjectType& accounts = *org_.schema.find("Account");
    for (Field& field : parse_fields(kAccountFields)) {
      field.tracked = field.name == "Plan__c" || field.name == "Seats__c";
      if (accounts.column(field.name) < 0) accounts.add(std::move(field));
    }
    if (org_.schema.find("Usage__c") != nullptr) return;
    org_.schema.add(make_object("Usage__c", "a00", kUsageFields));
    org_.schema.add(make_object("Signal__c", "a01", kSignalFields));
  }

  Row& put(const char* object, const Cells& cells, const std::string& key = {}) {
    Row& row = org_.put(object, cells);
    if (!key.empty()) ids_[std::string(object) + " " + key] = row.id();
    ++loaded_.rows[object];
    return row;
  }
  std::string id(const char* object, const std::string& key) const {
    const auto found = ids_.find(std::string(object) + " " + key);
    return found == ids_.end() ? std::string() : found->second;
  }
  Value reference(const char* object, const std::string& key) const {
    return text_or_null(id(object, key));
  }
  std::string owner_of(const std::string& account) {
    const Row* row = org_.find_row(account);
    return row == nullptr ? org_.admin_id
                          : as_text(cell(*row, org_.schema.find("Account")->column("OwnerId")));
  }

  void rep(const CsvCells& row) {
    put("User",
        {{"Username", row["email"]},
         {"Email", row["email"]},
         {"LastName", row["name"]},
         {"Name", row["name"]},
         {"Alias", row["id"]},
         {"IsActive", is_yes(row["active"])},
         {"UserType", std::string("Standard")},
         {"ManagerId", reference("User", row["manager"])},
         {"TimeZoneSidKey", std::string("UTC")}},
        row["id"]);
  }

  void product(const CsvCells& row) {
    const std::string made = put("Product2",
                                 {{"Name", row["name"]},
                                  {"ProductCode", row["id"]},
                                  {"Family", row["family"]},
                                  {"IsActive", true},
                                  {"IsArchived", false}},
                                 row["id"])
                                 .id();
    put("PricebookEntry",
        {{"Pricebook2Id", org_.table("Pricebook2").rows().front().id()},
         {"Product2Id", made},
         {"Name", row["name"]},
         {"ProductCode", row["id"]},
         {"UnitPrice", number_or_null(row["list_price"])},
         {"IsActive", true}},
        row["id"]);
  }

  void account(const CsvCells& row) {
    put("Account",
        {{"Name", row["name"]},
         {"Type", std::string("Prospect")},
         {"ParentId", reference("Account", row["parent"])},
         {"Industry", row["industry"]},
         {"OwnerId", reference("User", row["owner"])},
         {"CreatedDate", instant_of(row["created_at"])},
         {"CurrencyIsoCode", row["currency"]},
         {"Plan__c", text_or_null(row["plan"])},
         {"Seats__c", number_or_null(row["seats"])},
         {"Region__c", row["region"]},
         {"Customer_No__c", row["customer_no"]},
         {"Opted_Out__c", is_yes(row["opted_out"])}},
        row["id"]);
  }

  void contact(const CsvCells& row) {
    Value privacy;
    if (!is_yes(row["may_profile"])) {
      privacy = put("Individual",
                    {{"LastName", row["id"]}, {"Name", row["id"]}, {"HasOptedOutProfiling", true}})
                    .id();
    }
    put("Contact",
        {{"AccountId", reference("Account", row["account"])},
         {"LastName", row["id"]},
         {"Name", row["id"]},
         {"Title", row["role"]},
         {"Department", std::string(is_yes(row["active"]) ? "" : "left")},
         {"HasOptedOutOfEmail", !is_yes(row["may_mail"])},
         {"DoNotCall", !is_yes(row["may_call"])},
         {"IndividualId", privacy},
         {"OwnerId", owner_of(id("Account", row["account"]))},
         {"LastActivityDate",
          row["last_touch_at"].empty() ? Value() : Value(date_of(row["last_touch_at"]))}},
        row["id"]);
  }

  void order(const CsvCells& row) {
    const std::string account = id("Account", row["account"]);
    const Instant at = instant_of(row["placed_at"]);
    const std::string& status = row["status"];
    const bool won = status == "won", open = status == "open";
    if (won) customers_.insert(account);
    Row& made = put("Opportunity",
                    {{"AccountId", account},
                     {"OwnerId", owner_of(account)},
                     {"Name", row["id"]},
                     {"StageName", std::string(won    ? "Closed Won"
                                               : open ? "Prospecting"
                                                      : "Closed Lost")},
                     {"Type", std::string(type_of_kind(row["kind"]))},
                     {"Amount", number_or_null(row["amount"])},
                     {"CloseDate", open ? day_of(at) + 60 : day_of(at)},
                     {"CurrencyIsoCode", row["currency"]},
                     {"HasOpportunityLineItem", false},
                     {"Pricebook2Id", org_.table("Pricebook2").rows().front().id()},
                     {"CreatedDate", at}},
                    row["id"]);
    derive_fields(org_, *org_.schema.find("Opportunity"), made, at, /*is_new=*/true);
  }

  void line(const CsvCells& row) {
    const std::string opportunity = id("Opportunity", row["order"]);
    Row* parent = org_.find_row(opportunity);
    if (parent == nullptr) throw std::invalid_argument("no order " + row["order"]);
    const ObjectType& type = *org_.schema.find("Opportunity");
    org_.table("Opportunity").set(*parent, type.column("HasOpportunityLineItem"), true, type);
    const Value quantity = number_or_null(row["quantity"]),
                price = number_or_null(row["unit_price"]);
    const Row* entry = org_.find_row(id("PricebookEntry", row["product"]));
    const int list = org_.schema.find("PricebookEntry")->column("UnitPrice");
    put("OpportunityLineItem", {{"OpportunityId", opportunity},
                                {"Product2Id", reference("Product2", row["product"])},
                                {"PricebookEntryId", reference("PricebookEntry", row["product"])},
                                {"ProductCode", row["product"]},
                                {"Quantity", quantity},
                                {"UnitPrice", price},
                                {"ListPrice", entry == nullptr ? Value() : cell(*entry, list)},
                                {"TotalPrice", as_number(quantity) * as_number(price)},
                                {"CreatedDate", instant_of(row["at"])}});
  }

  void activity(const CsvCells& row) {
    const std::string& kind = row["kind"];
    if (kind.starts_with("case_")) return case_event(row);
    const std::string account = id("Account", row["account"]);
    const Instant at = instant_of(row["at"]);
    const Value contact = reference("Contact", row["contact"]);
    if (kind == "call") {
      Row& made = put("Task", {{"WhatId", account},
                               {"WhoId", contact},
                               {"OwnerId", owner_of(account)},
                               {"Subject", std::string("Call")},
                               {"TaskSubtype", std::string("Call")},
                               {"Status", std::string("Completed")},
                               {"Priority", std::string("Normal")},
                               {"ActivityDate", day_of(at)},
                               {"CompletedDateTime", at},
                               {"CreatedDate", at}});
      derive_fields(org_, *org_.schema.find("Task"), made, at, /*is_new=*/true);
    } else if (kind == "meeting") {
      Row& made = put("Event", {{"WhatId", account},
                                {"WhoId", contact},
                                {"OwnerId", owner_of(account)},
                                {"Subject", std::string("Meeting")},
                                {"EventSubtype", std::string("Event")},
                                {"StartDateTime", at},
                                {"EndDateTime", at + minutes(kMeetingMinutes)},
                                {"DurationInMinutes", static_cast<double>(kMeetingMinutes)},
                                {"ActivityDate", day_of(at)},
                                {"IsAllDayEvent", false},
                                {"IsChild", false},
                                {"CreatedDate", at}});
      derive_fields(org_, *org_.schema.find("Event"), made, at, /*is_new=*/true);
    } else if (kind == "email_reply") {
      put("EmailMessage", {{"RelatedToId", account},
                           {"Incoming", true},
                           {"MessageDate", at},
                           {"Status", std::string("Read")},
                           {"CreatedDate", at}});
    } else {
      put("Signal__c", {{"Name", row["id"]},
                        {"Account__c", account},
                        {"Contact__c", contact},
                        {"At__c", at},
                        {"Kind__c", kind},
                        {"Value__c", number_or_null(row["value"])},
                        {"CreatedDate", at}});
    }
  }

  // A case's events are one record whose fields change.
  void case_event(const CsvCells& row) {
    const std::string& thread = row["thread"];
    const Instant at = instant_of(row["at"]);
    const ObjectType& type = *org_.schema.find("Case");
    Row* made = org_.find_row(id("Case", thread));
    if (made == nullptr) {
      const std::string account = id("Account", row["account"]);
      made = &put("Case",
                  {{"CaseNumber", thread},
                   {"AccountId", account},
                   {"ContactId", reference("Contact", row["contact"])},
                   {"OwnerId", owner_of(account)},
                   {"Priority", std::string("Medium")},
                   {"Origin", std::string("Web")},
                   {"Status", std::string("New")},
                   {"Subject", std::string("Case")},
                   {"IsClosed", false},
                   {"IsEscalated", false},
                   {"CreatedDate", at}},
                  thread);
    }
    Table& cases = org_.table("Case");
    const std::string& kind = row["kind"];
    if (kind == "case_opened") cases.set(*made, kCreatedDate, at, type);
    if (kind == "case_escalated") cases.set(*made, type.column("IsEscalated"), true, type);
    if (kind == "case_closed") {
      cases.set(*made, type.column("Status"), std::string("Closed"), type);
      cases.set(*made, type.column("IsClosed"), true, type);
      cases.set(*made, type.column("ClosedDate"), at, type);
    }
    if (as_instant(cell(*made, kSystemModstamp)) >= at) return;
    cases.set(*made, kLastModifiedDate, at, type);
    cases.set(*made, kSystemModstamp, at, type);
  }

  void quota(const CsvCells& row) {
    const Day day = date_of(row["day"]);
    put("Usage__c",
        {{"Account__c", reference("Account", row["account"])},
         {"Day__c", day},
         {"Share__c", number_or_null(row["share"])},
         {"CreatedDate", Instant{(static_cast<std::int64_t>(day.number) + 1) * 86'400'000}}});
  }

  void change(const CsvCells& row) {
    const std::string account = id("Account", row["account"]);
    std::string& before = values_[account + row["field"]];
    if (!before.empty()) {
      put("AccountHistory",
          {{"AccountId", account},
           {"Field", std::string(row["field"] == "plan" ? "Plan__c" : "Seats__c")},
           {"OldValue", before},
           {"NewValue", row["value"]},
           {"CreatedDate", instant_of(row["at"])}});
    }
    before = row["value"];
  }

  void finish() {
    const ObjectType& accounts = *org_.schema.find("Account");
    for (const std::string& account : customers_) {
      Row* row = org_.find_row(account);
      org_.table("Account").set(*row, accounts.column("Type"), std::string("Customer - Direct"),
                                accounts);
    }
  }

  Org& org_;
  std::string folder_;
  Loaded loaded_;
  std::map<std::string, std::string> ids_;     // "Object key" to id
  std::map<std::string, std::string> values_;  // of tracked fields, as they were last
  std::set<std::string> customers_;
};

}  // namespace

Result<Loaded> load_generated(Org& org, const std::string& folder) {
  return GeneratedHistory(org, folder).load();
}

}  // namespace upselld::sandbox::salesforce
