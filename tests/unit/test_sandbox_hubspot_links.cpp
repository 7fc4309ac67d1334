// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/unit/hubspot_account.h"

namespace upselld::sandbox::hubspot {
namespace {

constexpr const char* kObjects = "/crm/objects/2026-09/";
constexpr const char* kDealCompany = "/crm/associations/2026-09/deals/companies/";

Json spec(int type, const char* category = "HUBSPOT_DEFINED") {
  return {{"associationCategory", category}, {"associationTypeId", type}};
}

// A deal, and companies to belong to.
struct Pair {
  explicit Pair(TestAccount& account_)
      : account(account_),
        deal(account.make("deals", {{"dealname", "d"}})),
        company(account.company("a")),
        other(account.company("b")) {}

  std::string path(const std::string& to) const {
    return kObjects + ("deals/" + deal) + "/associations/companies/" + to;
  }
  std::vector<int> types(const std::string& to) const {
    const Said said = account.get(kObjects + ("deals/" + deal) + "/associations/companies");
    std::vector<int> out;
    for (const Json& each : said.body["results"]) {
      if (each["toObjectId"].dump() != to) continue;
      for (const Json& type : each["associationTypes"]) out.push_back(type["typeId"]);
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  Json input(const std::string& to) const {
    return {{"from", {{"id", deal}}}, {"to", {{"id", to}}}};
  }

  TestAccount& account;
  std::string deal, company, other;
};

using Types = std::vector<int>;

}  // namespace

TEST_CASE("sandbox hubspot: an account's own labels may have the numbers of HubSpot's") {
  TestAccount account;
  const Pair pair(account);
  int id = 0;
  for (const char* name : {"First", "Second", "Third"}) {
    const Said label = account.post("/crm/associations/2026-09/deals/companies/labels",
                                    {{"label", name}, {"name", name}});
    id = label.body["results"][0]["typeId"];
  }
  REQUIRE(id == 5);
  const auto put = [&](const std::string& to, const Json& type) {
    return account.call("PUT", pair.path(to), Json::array({type})).body["labels"];
  };
  CHECK(put(pair.company, spec(5, "USER_DEFINED")) == Json({"Third"}));
  CHECK(put(pair.other, spec(5)) == Json({"Primary"}));
  CHECK(pair.types(pair.company) == Types{5, 341});
  CHECK(pair.types(pair.other) == Types{5, 341});
}

TEST_CASE("sandbox hubspot: labels of a pair are replaced, and the default type stays") {
  TestAccount account;
  const Pair pair(account);
  const Said label = account.post("/crm/associations/2026-09/deals/companies/labels",
                                  {{"label", "Reseller"}, {"name", "reseller"}});
  REQUIRE(label.status == 200);
  const int reseller = label.body["results"][0]["typeId"];
  const Said set =
      account.call("PUT", pair.path(pair.company), Json::array({spec(reseller, "USER_DEFINED")}));
  CHECK(set.status == 201);
  CHECK(set.body["labels"] == Json({"Reseller"}));
  CHECK(pair.types(pair.company) == Types{reseller, 341});
  account.call("PUT", pair.path(pair.company), Json::array({spec(5)}));
  CHECK(pair.types(pair.company) == Types{5, 341});
  CHECK(account.call("PUT", pair.path(pair.company), Json::array({spec(192)})).status == 400);
  const Said known = account.get("/crm/associations/2026-09/deals/companies/labels");
  CHECK(known.body["results"].size() == 3);
  CHECK(known.body["results"][0]["label"].is_null());
}

TEST_CASE("sandbox hubspot: a deal has one primary company") {
  TestAccount account;
  const Pair pair(account);
  account.call("PUT", pair.path(pair.company), Json::array({spec(5)}));
  account.call("PUT", pair.path(pair.other), Json::array({spec(5)}));
  CHECK(pair.types(pair.company) == Types{341});
  CHECK(pair.types(pair.other) == Types{5, 341});
}

TEST_CASE("sandbox hubspot: a contact shows the primary company that it has now") {
  TestAccount account;
  const std::string contact = account.make("contacts", {{"lastname", "c"}});
  const std::string first = account.company("a"), second = account.company("b");
  const auto shown = [&] { return account.value("contacts", contact, "associatedcompanyid"); };
  const std::string path = kObjects + ("contacts/" + contact) + "/associations/companies/";
  const auto put = [&](const std::string& company, int type) {
    CHECK(account.call("PUT", path + company, Json::array({spec(type)})).status == 201);
  };
  put(first, 279);
  CHECK(shown().empty());
  put(first, 1);
  CHECK(shown() == first);
  put(second, 1);
  CHECK(shown() == second);
  CHECK(account.call("DELETE", path + second).status == 204);
  CHECK(shown().empty());
  put(second, 1);
  const Json label = {
      {"from", {{"id", contact}}}, {"to", {{"id", second}}}, {"types", Json::array({spec(1)})}};
  CHECK(account
            .post("/crm/associations/2026-09/contacts/companies/batch/labels/archive",
                  {{"inputs", Json::array({label})}})
            .status == 204);
  CHECK(shown().empty());
  put(second, 1);
  account.control("edit", {{"object", "companies"}, {"id", second}, {"delete", true}});
  CHECK(shown().empty());
  account.control("edit", {{"object", "companies"}, {"id", second}, {"restore", true}});
  CHECK(shown() == second);
  const Json taken = {{"object", "companies"}, {"id", second}, {"type", 1}, {"remove", true}};
  account.control("edit", {{"object", "contacts"}, {"id", contact}, {"associate", taken}});
  CHECK(shown().empty());
  put(second, 1);
  const Said merged = account.post("/crm/objects/2026-09/companies/merge",
                                   {{"primaryObjectId", first}, {"objectIdToMerge", second}});
  REQUIRE(merged.status == 200);
  CHECK(shown() == merged.body["id"]);
}

TEST_CASE("sandbox hubspot: batches of associations are made and taken back") {
  TestAccount account;
  const Pair pair(account);
  const auto post = [&](const std::string& operation, const std::vector<Json>& inputs) {
    return account.post(kDealCompany + ("batch/" + operation), {{"inputs", inputs}});
  };
  Json labelled = pair.input(pair.company);
  labelled["types"] = Json::array({spec(5)});
  Json wrong = labelled;
  wrong["to"]["id"] = "17";
  CHECK(post("create", {labelled}).status == 201);
  CHECK(post("create", {labelled, wrong}).status == 207);
  CHECK(post("associate/default", {pair.input(pair.other)}).body["results"].size() == 2);
  CHECK(pair.types(pair.other) == Types{341});
  CHECK(post("labels/archive", {labelled}).status == 204);
  CHECK(pair.types(pair.company) == Types{341});
  labelled["types"] = Json::array({spec(341)});
  CHECK(post("labels/archive", {labelled}).status == 204);
  CHECK(pair.types(pair.company).empty());
  const Json both = {{"from", {{"id", pair.deal}}},
                     {"to", Json::array({{{"id", pair.company}}, {{"id", pair.other}}})}};
  CHECK(post("archive", {both}).status == 204);
  CHECK(pair.types(pair.other).empty());
  CHECK(account
            .call("PUT",
                  kObjects + ("deals/" + pair.deal) + "/associations/default/0-2/" + pair.company)
            .status == 200);
  CHECK(account.call("DELETE", pair.path(pair.company)).status == 204);
  CHECK(pair.types(pair.company).empty());
}

TEST_CASE("sandbox hubspot: an archived record is associated with nothing until it is restored") {
  TestAccount account;
  const Pair pair(account);
  account.call("PUT", pair.path(pair.company), Json::array({spec(5)}));
  account.control("edit", {{"object", "companies"}, {"id", pair.company}, {"delete", true}});
  CHECK(pair.types(pair.company).empty());
  account.control("edit", {{"object", "companies"}, {"id", pair.company}, {"restore", true}});
  CHECK(pair.types(pair.company) == Types{5, 341});
}

TEST_CASE("sandbox hubspot: inline associations name a record once for each of its types") {
  TestAccount account;
  const Pair pair(account);
  account.call("PUT", pair.path(pair.company), Json::array({spec(5)}));
  const Said said = account.get(kObjects + ("deals/" + pair.deal) + "?associations=companies");
  const Json& results = said.body["associations"]["companies"]["results"];
  REQUIRE(results.size() == 2);
  CHECK(results[0]["id"] == results[1]["id"]);
  CHECK(results[0]["type"] == "deal_to_company_unlabeled");
  CHECK(results[1]["type"] == "deal_to_company");
}

TEST_CASE("sandbox hubspot: definitions are read, made and archived in batches") {
  TestAccount account;
  const std::string path = "/crm/properties/2026-09/companies";
  const auto property = [](const char* name, const char* group) -> Json {
    return {{"groupName", group},
            {"name", name},
            {"label", name},
            {"type", "string"},
            {"fieldType", "text"}};
  };
  CHECK(account.post(path + "/groups", {{"name", "upselld"}, {"label", "u"}}).status == 201);
  const Said made = account.post(
      path + "/batch/create",
      {{"inputs", {property("first_one", "upselld"), property("second_one", "nosuch")}}});
  CHECK(made.status == 207);
  CHECK(made.body["results"].size() == 1);
  CHECK(account.get(path + "/first_one").body["groupName"] == "upselld");
  CHECK(account.call("PATCH", path + "/first_one", {{"label", "One"}}).body["label"] == "One");
  const Json names = {{"inputs", {{{"name", "first_one"}}}}};
  CHECK(account.post(path + "/batch/read", names).status == 200);
  CHECK(account.post(path + "/batch/archive", names).status == 204);
  CHECK(account.post(path + "/batch/read", names).status == 207);
  CHECK(account.get(path + "?archived=true").body["results"].size() == 1);
  CHECK(account.get(path + "/groups").body["results"].size() == 2);
  CHECK(account.call("PATCH", path + "/groups/upselld", {{"label", "upselld"}}).status == 200);
  CHECK(account.get(path + "/groups/upselld").body["label"] == "upselld");
  CHECK(account.call("DELETE", path + "/groups/upselld").status == 204);
  CHECK(account.get(path + "/groups/upselld").status == 404);
}

TEST_CASE("sandbox hubspot: the account tells its rules, people, pipelines and rates") {
  TestAccount account;
  account.control("rules", {{"object", "tasks"}, {"required", "hs_task_priority"}});
  CHECK(account.get("/crm/property-validations/2026-09/0-27").body["results"].size() == 1);
  CHECK(account.get("/crm/owners/2026-09/41629780").body["email"] == "rep@sandbox.example");
  CHECK(account.get("/crm/owners/2026-09/9586505?idProperty=userId").body["id"] == "41629780");
  const Said pipelines = account.get("/crm/pipelines/2026-09/deals");
  CHECK(pipelines.body["results"][1]["stages"][4]["archived"] == true);
  CHECK(account.get("/crm/pipelines/2026-09/deals/default").body["label"] == "Sales Pipeline");
  CHECK(account.get("/crm/limits/2026-09/custom-properties").body["overallUsage"] == 0);
  const Said rates = account.get("/settings/currencies/2026-09/exchange-rates/current");
  CHECK(rates.body["results"][0]["fromCurrencyCode"] == "USD");
  const std::string deal =
      account.make("deals", {{"dealname", "d"}, {"amount", "100"}, {"deal_currency_code", "USD"}});
  CHECK(account.value("deals", deal, "amount_in_home_currency") == "92");
  const auto order_at_home = [&](const char* currency) {
    const std::string order =
        account.make("orders", {{"hs_total_price", "100"}, {"hs_currency_code", currency}});
    return account.value("orders", order, "hs_homecurrency_amount");
  };
  CHECK(order_at_home("") == "100");
  CHECK(order_at_home("EUR") == "100");
  CHECK(order_at_home("USD") == "92");
  account.control("account", {{"rates", Json::object()}});
  CHECK(order_at_home("USD").empty());
  account.control("switches", {{"orders_off", true}});
  CHECK(account.get("/crm/objects/2026-09/orders").status == 403);
}

TEST_CASE("sandbox hubspot: single records are made, found by a unique value, and archived") {
  TestAccount account;
  const std::string path = "/crm/objects/2026-09/contacts";
  const Json contact = {{"properties", {{"email", "a@contacts.example"}}},
                        {"associations", Json::array()}};
  const Said made = account.post(path, contact);
  REQUIRE(made.status == 201);
  const std::string id = made.body["id"];
  const Said twice = account.post(path, contact);
  CHECK(twice.status == 409);
  CHECK(twice.body["message"] == "this e-mail belongs to a contact. Existing ID: " + id);
  CHECK(account.get(path + "/A@contacts.example?idProperty=email").body["id"] == id);
  CHECK(account.post(path + "/batch/archive", {{"inputs", {{{"id", id}}}}}).status == 204);
  CHECK(account.get(path + "/" + id).status == 404);
  CHECK(account.get(path + "/" + id + "?archived=true").body["archived"] == true);
  CHECK(account.post(path, contact).status == 201);
}

}  // namespace upselld::sandbox::hubspot
