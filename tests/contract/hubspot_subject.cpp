// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "plugins/adaptor.h"
#include "plugins/hubspot/hubspot.h"
#include "plugins/loader.h"
#include "sandbox/http_server.h"
#include "sandbox/hubspot/service.h"
#include "tests/contract/shared_time.h"
#include "tests/contract/subjects.h"
#include "tests/support/kept_exchanges.h"
#include "tests/support/settings_node.h"

namespace upselld::tests {
namespace {

namespace hs = sandbox::hubspot;
using Json = nlohmann::json;

constexpr Instant kNow{1'795'348'800'000};  // 2026-11-22T12:00:00Z
constexpr int kPrimaryCompany = 1;

class HubspotSubject final : public Subject {
 public:
  explicit HubspotSubject(bool at_its_worst)
      : service_(crm_clock_, /*seed=*/5), time_(host().fake_clock, crm_clock_) {
    host().fake_clock.time = kNow;
    // It measures its windows in real time, and pauses here pass in the test's.
    control("limits", {{"enforces", false}});
    furnish();
    host().fake_clock.time = crm_clock_.now() + hours(2);
    auto server = sandbox::HttpServer::start({}, [this](const sandbox::HttpRequest& request) {
      sandbox::HttpAnswer answer = service_.answer(request);
      exchanges_->note(request, answer);
      return answer;
    });
    REQUIRE(server);
    server_ = std::move(*server);
    wire_ = plugins::make_wire({}, host().fake_clock, host().stop());
    transport_ = plugins::make_transport(*wire_, {}, host().fake_clock, time_, host().fake_log,
                                         /*meter=*/nullptr);
    time_.lead_to(*transport_);
    host().give(time_);
    folder().write("token", hs::Auth::kServiceKey);
    std::filesystem::permissions(folder() / "token", std::filesystem::perms::owner_read);
    node_ = placed(map({{"host", text("http://127.0.0.1:" + std::to_string(server_->port()))},
                        {"token", map({{"file", text((folder() / "token").string())}})},
                        {"attributes", map({{"region", text("country")}})}}),
                   {(folder() / "upselld.yaml").string(), 1});
    const auto prepared = connect()->prepare({});
    INFO((prepared ? std::string() : prepared.error().message));
    REQUIRE(prepared);
    if (at_its_worst) be_at_its_worst();
  }

  std::unique_ptr<Connector> connect() override {
    const auto& descriptor = plugins::hubspot_descriptor();
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
    ids_[name] = put("deals", deal(7), "companies", account);
    pass_an_hour();
  }
  void edit_field(const std::string& account, Field, const std::string& value) override {
    edit({{"object", "companies"}, {"id", account}, {"properties", {{"upselld_score", value}}}});
  }
  void close_task(const std::string& key, const std::string& outcome) override {
    edit({{"object", "tasks"},
          {"id", task(key)},
          {"properties", {{"hs_task_status", "COMPLETED"}, {"upselld_outcome", outcome}}}});
  }
  void delete_task(const std::string& key) override {
    edit({{"object", "tasks"}, {"id", task(key)}, {"delete", true}});
  }

 private:
  // What people do later is old enough to be read, and the index knows it.
  void pass_an_hour() {
    host().fake_clock.time = host().fake_clock.time + hours(1);
    crm_clock_.set(host().fake_clock.time);
  }
  Json control(const std::string& name, const Json& body) {
    sandbox::HttpRequest request;
    request.method = "POST";
    request.path = "/__sandbox/" + name;
    request.body = body.dump();
    const sandbox::HttpAnswer answer = service_.control(request);
    INFO(name << " " << answer.body);
    REQUIRE(answer.status == 200);
    return Json::parse(answer.body);
  }
  void edit(const Json& what) {
    pass_an_hour();
    control("edit", what);
  }
  // Makes a record beside another one.
  std::string put(const std::string& object, const Json& properties, const std::string& other = {},
                  const std::string& other_id = {}, int type = 0) {
    Json body = {{"object", object}, {"properties", properties}};
    if (!other.empty()) body["associate"] = {{"object", other}, {"id", other_id}};
    if (type != 0) body["associate"]["type"] = type;
    return control("edit", body).at("id");
  }
  Json deal(double amount) const {
    return {{"dealname", "Deal"},
            {"amount", std::to_string(amount)},
            {"pipeline", "default"},
            {"dealstage", "closedwon"},
            {"closedate", to_text(crm_clock_.now())}};
  }
  std::string task(const std::string& key) {
    const hs::ObjectType& type = *service_.portal.schema.find("tasks");
    const auto id = service_.portal.table(type).holder(type.column("upselld_key"), key);
    REQUIRE(id != 0);
    return std::to_string(id);
  }
  // Answers are lost after the work was done, lists come in small pieces, values in other forms.
  void be_at_its_worst() {
    control("switches", {{"absent_when_unset", true},
                         {"association_ids_as_text", true},
                         {"completion_date_is_due_date", true},
                         {"extra_fields", true},
                         {"fresh_hits", true},
                         {"merged_in_archived_list", true},
                         {"slim_errors", true}});
    control("limits", {{"association_page", 2}});
    control("faults", {{"add",
                        {{{"method", "POST"},
                          {"path", "tasks/batch/create"},
                          {"times", 100},
                          {"every", 2},
                          {"drop_after", true}},
                         {{"path", "search"},
                          {"times", 100},
                          {"every", 3},
                          {"status", 502},
                          {"answer_body", "<html>busy</html>"},
                          {"content_type", "text/html"}},
                         {{"path", "companies/batch/update"},
                          {"times", 100},
                          {"every", 3},
                          {"drop_after", true}}}}});
  }
  void furnish();
  void add_activities();

  sandbox::VirtualClock crm_clock_{kNow - days(30)};
  hs::Service service_;
  std::unique_ptr<sandbox::ExchangeLog> exchanges_ = sandbox::kept_exchanges();
  SharedTime time_;
  std::map<std::string, std::string> ids_;
  Node node_;
  std::unique_ptr<plugins::Wire> wire_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<sandbox::HttpServer> server_;  // last: it ends before what it calls
};

void HubspotSubject::furnish() {
  ids_["r1"] = service_.portal.owners.front().id;
  for (const auto& [name, text] :
       {std::pair{"a1", "Acme"}, std::pair{"a2", "Globex"}, std::pair{"a3", "Initech"}}) {
    ids_[name] =
        put("companies", {{"name", text}, {"country", "NO"}, {"hubspot_owner_id", ids_["r1"]}});
  }
  // What the account itself counts of a contact.
  ids_["c1"] =
      control("seed", {{"object", "contacts"},
                       {"count", 1},
                       {"properties", {{"hs_email_last_open_date", to_text(crm_clock_.now())}}}})
          .at("first");
  control("edit", {{"object", "contacts"},
                   {"id", ids_["c1"]},
                   {"associate",
                    {{"object", "companies"}, {"id", ids_["a1"]}, {"type", kPrimaryCompany}}}});
  const std::string product = put("products", {{"name", "Seat"}, {"price", "10"}});
  for (int i = 1; i <= 40; ++i) {
    // Some in one moment, as bulk loads stamp them.
    if (i % 10 == 0) crm_clock_.step(hours(1));
    const std::string order =
        put("deals", deal(i + 0.5), "companies", ids_["a" + std::to_string(1 + i % 3)]);
    put("line_items", {{"hs_product_id", product}, {"quantity", "1"}, {"price", "3.5"}}, "deals",
        order);
  }
  add_activities();
}

void HubspotSubject::add_activities() {
  const std::string account = ids_["a1"], now = to_text(crm_clock_.now());
  control("edit", {{"object", "companies"}, {"id", account}, {"properties", {{"country", "SE"}}}});
  put("tickets",
      {{"subject", "Ticket"},
       {"hs_pipeline", "0"},
       {"hs_pipeline_stage", "4"},
       {"hs_ticket_priority", "URGENT"}},
      "companies", account);
  put("calls", {{"hs_timestamp", now}, {"hs_call_duration", "60000"}}, "companies", account);
  put("emails", {{"hs_timestamp", now}, {"hs_email_direction", "INCOMING_EMAIL"}}, "companies",
      account);
  put("meetings", {{"hs_timestamp", now}, {"hs_meeting_start_time", now}}, "companies", account);
  put("notes", {{"hs_timestamp", now}}, "companies", account);
  put("tasks", {{"hs_timestamp", now}, {"hs_task_status", "COMPLETED"}}, "companies", account);
  put("communications", {{"hs_timestamp", now}, {"hs_communication_channel_type", "SMS"}},
      "companies", account);
  for (const char* object : {"calls", "emails"}) {
    const auto& type = *service_.portal.schema.find(object);
    const auto id = std::to_string(service_.portal.table(type).records().front().id);
    control("edit", {{"object", object},
                     {"id", id},
                     {"associate", {{"object", "contacts"}, {"id", ids_["c1"]}}}});
  }
}

}  // namespace

std::unique_ptr<Subject> make_hubspot_subject(bool at_its_worst) {
  return std::make_unique<HubspotSubject>(at_its_worst);
}

}  // namespace upselld::tests
