// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "plugins/adaptor.h"
#include "plugins/http/transport.h"
#include "plugins/loader.h"
#include "plugins/salesforce/salesforce.h"
#include "sandbox/http_server.h"
#include "sandbox/salesforce/service.h"
#include "tests/contract/shared_time.h"
#include "tests/contract/subjects.h"
#include "tests/support/settings_node.h"

namespace upselld::tests {
namespace {

namespace sf = sandbox::salesforce;

constexpr Instant kNow{1'795'348'800'000};  // 2026-11-22T12:00:00Z

// What `prepare` makes, seen by everybody.
constexpr const char* kAccountFields =
    "upselld_Score__c:double:4.1|upselld_Band__c:picklist:High;Medium;Low:s|"
    "upselld_Segment__c:picklist:Active;Cooling;At risk;Dormant;No purchase:s|"
    "upselld_Tags__c:string:255|upselld_Reasons__c:textarea:4000|upselld_Data_As_Of__c:datetime|"
    "upselld_Pause_Until__c:date|Region__c:string:40";
constexpr const char* kTaskFields =
    "upselld_Key__c:string:80:uxc|upselld_Outcome__c:picklist:Opportunity opened;Customer declined;"
    "Not now;Wrong suggestion;Already in progress:s|upselld_Outcome_Note__c:string:255|"
    "upselld_Score_At_Creation__c:double:4.1";

class SalesforceSubject final : public Subject {
 public:
  explicit SalesforceSubject(bool at_its_worst)
      : service_(crm_clock_, /*seed=*/5, /*number=*/1), time_(host().fake_clock, crm_clock_) {
    host().fake_clock.time = kNow;
    furnish();
    auto server = sandbox::HttpServer::start(
        {}, [this](const sandbox::HttpRequest& request) { return service_.answer(request); });
    REQUIRE(server);
    server_ = std::move(*server);
    url_ = "http://127.0.0.1:" + std::to_string(server_->port());
    service_.auth.instance_url = url_;
    service_.auth.apps.push_back({"app", "secret", "", service_.org.integration_id});
    wire_ = plugins::make_wire({}, host().fake_clock, host().stop());
    transport_ = plugins::make_transport(*wire_, {}, host().fake_clock, time_, host().fake_log,
                                         /*meter=*/nullptr);
    time_.lead_to(*transport_);
    host().give(time_);
    if (at_its_worst) be_at_its_worst();
    folder().write("secret", "secret");
    std::filesystem::permissions(folder() / "secret", std::filesystem::perms::owner_read);
    node_ = placed(map({{"host", text(url_)},
                        {"auth", text("client_credentials")},
                        {"client_id", text("app")},
                        {"client_secret", map({{"file", text((folder() / "secret").string())}})},
                        {"bulk_rows", text(at_its_worst ? "1" : "20000")},
                        {"bulk_writes", text(at_its_worst ? "2" : "2000")},
                        {"attributes", map({{"region", text("Region__c")}})}}),
                   {(folder() / "upselld.yaml").string(), 1});
  }

  std::unique_ptr<Connector> connect() override {
    const auto& descriptor = plugins::salesforce_descriptor();
    const Settings settings(node_, *descriptor.settings);
    ConnectorContext context;
    context.connection = "crm";
    context.prefix = "upselld";
    context.attributes = *plugins::attributes_checked(descriptor, settings);
    auto made = plugins::create_checked(descriptor, host(), context, settings);
    INFO((made ? std::string() : made.error().message));
    REQUIRE(made);
    return std::move(*made);
  }
  std::string id(const std::string& name) const override { return ids_.at(name); }
  void add_order(const std::string& name, const std::string& account) override {
    pass_an_hour();
    ids_[name] = service_.org
                     .put("Opportunity", {{"AccountId", account},
                                          {"Name", name},
                                          {"StageName", std::string("Closed Won")},
                                          {"IsClosed", true},
                                          {"IsWon", true},
                                          {"Amount", 7.0},
                                          {"CloseDate", sf::day_of(crm_clock_.now())}})
                     .id();
    pass_an_hour();
  }
  void edit_field(const std::string& account, Field, const std::string& value) override {
    edit({{"object", "Account"},
          {"id", account},
          {"fields", {{"upselld_Score__c", std::stod(value)}}}});
  }
  void close_task(const std::string& key, const std::string& outcome) override {
    edit({{"object", "Task"},
          {"id", task(key)},
          {"fields", {{"Status", "Completed"}, {"upselld_Outcome__c", outcome}}}});
  }
  void delete_task(const std::string& key) override {
    edit({{"object", "Task"}, {"id", task(key)}, {"delete", true}});
  }

 private:
  // A stamp has a second: what people do later is stamped later, and old enough to be read.
  void pass_an_hour() {
    host().fake_clock.time = host().fake_clock.time + hours(1);
    crm_clock_.set(host().fake_clock.time);
  }
  nlohmann::json control(const std::string& name, const nlohmann::json& body) {
    sandbox::HttpRequest request;
    request.method = "POST";
    request.path = "/__sandbox/" + name;
    request.body = body.dump();
    const sandbox::HttpAnswer answer = service_.control(request);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return nlohmann::json::parse(answer.body);
  }
  void edit(const nlohmann::json& what) {
    pass_an_hour();
    control("edit", what);
  }
  std::string task(const std::string& key) {
    const sf::ObjectType& type = *service_.org.schema.find("Task");
    const auto rows = service_.org.table("Task").with_key(type, type.column("upselld_Key__c"), key);
    REQUIRE(rows.size() == 1);
    return rows[0]->id();
  }

  // Answers are lost after the work was done, jobs need many looks, pages are small.
  void be_at_its_worst() {
    control("switches", {{"irregular_pages", true},
                         {"bulk_nul_bytes", true},
                         {"bulk_lying_counters", true},
                         {"burst_limits", true},
                         {"slim_token", true}});
    control("jobs", {{"polls_needed", 3}});
    control(
        "faults",
        {{"add",
          {{{"method", "POST"},
            {"path", "composite/sobjects"},
            {"body", "Task"},
            {"times", 100},
            {"every", 2},
            {"drop_after", true}},
           {{"path", "query"},
            {"times", 100},
            {"every", 3},
            {"status", 503},
            {"answer_body", "<html>busy</html>"},
            {"content_type", "text/html"}},
           {{"path", "composite"}, {"times", 100}, {"every", 3}, {"before", "expire_sessions"}}}}});
  }

  std::string put(const char* object, const std::vector<std::pair<std::string, sf::Value>>& cells) {
    return service_.org.put(object, cells).id();
  }
  void furnish();
  void add_activities();

  sandbox::VirtualClock crm_clock_{kNow - days(800)};
  sf::Service service_;
  SharedTime time_;
  std::map<std::string, std::string> ids_;
  std::string url_;
  Node node_;
  std::unique_ptr<plugins::Wire> wire_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<sandbox::HttpServer> server_;  // last: it ends before what it calls
};

void SalesforceSubject::furnish() {
  control("fields", {{"object", "Account"}, {"fields", kAccountFields}});
  control("fields", {{"object", "Task"}, {"fields", kTaskFields}});
  ids_["r1"] = service_.org.admin_id;
  const std::pair<const char*, const char*> accounts[] = {
      {"a1", "Acme"}, {"a2", "Globex"}, {"a3", "Initech"}};
  for (const auto& [name, text] : accounts) {
    ids_[name] = put(
        "Account",
        {{"Name", std::string(text)}, {"OwnerId", ids_["r1"]}, {"Region__c", std::string("NO")}});
  }
  ids_["c1"] = put("Contact", {{"AccountId", ids_["a1"]}, {"LastName", std::string("Contact")}});
  const std::string product = put("Product2", {{"Name", std::string("Seat")}, {"IsActive", true}});
  for (int i = 1; i <= 40; ++i) {
    // Some in one second, as bulk loads stamp them.
    if (i % 10 == 0) crm_clock_.step(hours(1));
    const std::string order =
        put("Opportunity", {{"AccountId", ids_["a" + std::to_string(1 + i % 3)]},
                            {"Name", std::string("Deal")},
                            {"StageName", std::string("Closed Won")},
                            {"IsClosed", true},
                            {"IsWon", true},
                            {"Amount", i + 0.5},
                            {"CloseDate", sf::day_of(crm_clock_.now())}});
    put("OpportunityLineItem", {{"OpportunityId", order},
                                {"Product2Id", product},
                                {"Quantity", 1.0},
                                {"UnitPrice", i + 0.5}});
  }
  add_activities();
}

void SalesforceSubject::add_activities() {
  const std::string account = ids_["a1"], contact = ids_["c1"];
  const Instant now = crm_clock_.now();
  put("AccountHistory", {{"AccountId", account},
                         {"Field", std::string("Region__c")},
                         {"OldValue", std::string("SE")},
                         {"NewValue", std::string("NO")}});
  put("OpportunityFieldHistory",
      {{"OpportunityId", service_.org.table("Opportunity").rows().front().id()},
       {"Field", std::string("StageName")},
       {"NewValue", std::string("Closed Won")}});
  put("Case", {{"AccountId", account},
               {"Status", std::string("Closed")},
               {"IsClosed", true},
               {"ClosedDate", now},
               {"IsEscalated", true}});
  put("Task", {{"WhatId", account},
               {"AccountId", account},
               {"Status", std::string("Completed")},
               {"IsClosed", true},
               {"TaskSubtype", std::string("Call")},
               {"ActivityDate", sf::day_of(now)}});
  put("Event", {{"WhatId", account},
                {"AccountId", account},
                {"StartDateTime", now},
                {"EndDateTime", now + hours(1)},
                {"ActivityDate", sf::day_of(now)}});
  put("EmailMessage", {{"RelatedToId", account}, {"Incoming", true}, {"MessageDate", now}});
  const std::string campaign = put("Campaign", {{"Name", std::string("Spring")}});
  put("CampaignMember", {{"CampaignId", campaign},
                         {"ContactId", contact},
                         {"HasResponded", true},
                         {"FirstRespondedDate", sf::day_of(now)}});
}

}  // namespace

std::unique_ptr<Subject> make_salesforce_subject(bool at_its_worst) {
  return std::make_unique<SalesforceSubject>(at_its_worst);
}

}  // namespace upselld::tests
