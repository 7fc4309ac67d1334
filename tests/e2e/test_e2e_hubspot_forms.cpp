// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <string>

#include "tests/e2e/hubspot_run.h"

// Accounts and connections that are not like most.
namespace upselld::e2e {
namespace {

using nlohmann::json;

constexpr HistorySize kSmall = {.accounts = 60, .months = 8, .seed = 7};

void write_secret(const HubspotRun& crm, const std::string& name, const std::string& text) {
  namespace fs = std::filesystem;
  crm.folder().write(name, text);
  fs::permissions(crm.folder().path(name), fs::perms::owner_read | fs::perms::owner_write);
}

void set_in_connection(const HubspotRun& crm, const std::string& line) {
  crm.edit_settings("    ca_file: portal/authority.pem\n",
                    "    ca_file: portal/authority.pem\n    " + line + "\n");
}

// As an app instead of with a service key.
void use_oauth(const HubspotRun& crm) {
  const json facts = json::parse(crm.folder().read("portal/sandbox.json"));
  write_secret(crm, "app.secret", facts.at("client_secret"));
  write_secret(crm, "app.refresh", facts.at("refresh_token"));
  crm.edit_settings("token: {file: portal/token}", "auth: refresh_token\n    client_id: " +
                                                       facts.at("client_id").get<std::string>() +
                                                       "\n    client_secret: {file: app.secret}"
                                                       "\n    refresh_token: {file: app.refresh}");
}

// Of our tasks: how many there are of each company.
std::map<std::string, int> tasks_by_company(const SandboxPortal& portal, const char* mark) {
  std::map<std::string, int> counts;
  for (const auto& [id, task] : portal.records("tasks")) {
    if (task.at("properties").dump().find(mark) == std::string::npos) continue;
    ++counts[task.at("associations").at("companies").at(0)];
  }
  return counts;
}

}  // namespace

TEST_CASE("hubspot forms: as an app over the old paths, with new properties that take a moment") {
  const HubspotRun crm(kSmall);
  use_oauth(crm);
  set_in_connection(crm, "version: legacy");
  set_in_connection(crm, "task_keys: at_most_once");
  crm.portal().control("switches",
                       {{"rotate_refresh_tokens", true}, {"task_properties_never_unique", true}});
  crm.portal().control("account", {{"property_delay", "30s"}});
  const std::string first_token = crm.folder().read("app.refresh");
  const Ended prepared = crm.upselld({"prepare", "crm"});
  INFO(prepared.out << prepared.err);
  REQUIRE(prepared.code == 0);
  const json first = crm.answer({"sync"});
  INFO(first.dump(1));
  CHECK(first.at("delivered").at("fields").get<int>() > 40);
  REQUIRE(first.at("delivered").at("tasks").get<int>() >= 2);
  CHECK(crm.folder().read("app.refresh") != first_token);
  crm.portal().control("auth", {{"expire", true}});
  crm.set_clock("2026-11-02T18:00:00Z");
  const json again = crm.answer({"sync"});
  CHECK(again.at("delivered").at("fields") == 0);
  CHECK(again.at("delivered").at("tasks") == 0);
  for (const auto& [company, count] : tasks_by_company(crm.portal(), "upselld_key")) {
    INFO(company);
    CHECK(count == 1);
  }
  const Ended removed = crm.upselld({"prepare", "crm", "--remove"});
  INFO(removed.out << removed.err);
  CHECK(removed.code == 0);
  CHECK(crm.portal().records("companies").begin()->second.dump().find("upselld_") ==
        std::string::npos);
}

TEST_CASE("hubspot forms: where tasks may have no property of ours their text has the key") {
  const HubspotRun crm(kSmall);
  set_in_connection(crm, "task_keys: at_most_once");
  crm.portal().control("switches", {{"task_properties_forbidden", true}});
  check_says(crm.upselld({"prepare", "crm"}), "grant the scope");
  const json first = crm.answer({"sync"});
  INFO(first.dump(1));
  CHECK(first.at("delivered").at("fields").get<int>() > 40);
  const int tasks = first.at("delivered").at("tasks");
  REQUIRE(tasks >= 2);
  crm.set_clock("2026-11-02T18:00:00Z");
  CHECK(crm.answer({"sync"}).at("delivered").at("tasks") == 0);
  const auto by_company = tasks_by_company(crm.portal(), "ref: upselld");
  CHECK(by_company.size() == static_cast<std::size_t>(tasks));
}

TEST_CASE("hubspot forms: sales are the account's orders, and without them nothing is guessed") {
  const HubspotRun crm(kSmall);
  crm.edit_settings("write: fields_and_tasks", "write: nothing");
  set_in_connection(crm, "won_orders: orders");
  const std::string company = crm.portal().records("companies").begin()->first;
  for (const char* currency : {"EUR", "USD"}) {
    const json order = crm.portal().control(
        "edit", {{"object", "orders"},
                 {"properties", {{"hs_total_price", "100"}, {"hs_currency_code", currency}}},
                 {"associate", {{"object", "companies"}, {"id", company}, {"type", 509}}}});
    crm.portal().control("edit",
                         {{"object", "line_items"},
                          {"properties", {{"name", "Seat"}, {"quantity", "1"}, {"price", "100"}}},
                          {"associate", {{"object", "orders"}, {"id", order.at("id")}}}});
  }
  crm.set_clock("2026-11-02T10:00:00Z");
  crm.answer({"sync", "--pull-only"});
  const std::string known = crm.upselld({"status"}).out;
  INFO(known);
  CHECK(known.find("crm/commerce_order_lines 2") != std::string::npos);
  CHECK(known.find("crm/commerce_orders 2") != std::string::npos);
  crm.portal().control("switches", {{"orders_off", true}});
  crm.set_clock("2026-11-04T10:00:00Z");
  check_says(crm.upselld({"sync", "--pull-only"}), "grant the scope crm.objects.orders.read");
}

}  // namespace upselld::e2e
