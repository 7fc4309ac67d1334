// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "plugins/files/files_cells.h"
#include "tests/support/files_fixture.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using tests::FilesFixture;
using tests::map;
using tests::text;
using tests::texts;
using tests::texts_of;
using tests::values_of;
using Texts = std::vector<std::string>;

Instant at(const char* when) {
  return *parse_instant(when, "iso", TimeZone::utc());
}

constexpr const char* kLines =
    "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    "536365,85123A,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
    "536365,POST,1,2010-12-01 08:26:00,18.0,17850.0,United Kingdom\n"
    "C536379,85123A,-1,2010-12-01 09:41:00,2.55,14527.0,United Kingdom\n"
    "536370,22728,24,2010-12-01 08:45:00,3.75,12583.0,France\n"
    "536380,22728,24,2010-12-01 09:00:00,3.75,,France\n"
    "536390,22728,2,2010-12-02 09:00:00,3.75,17850.0,Norway\n";

Node retail() {
  return map({{"order_lines",
               map({{"path", text("lines.csv")},
                    {"order", text("InvoiceNo")},
                    {"account", text("CustomerID")},
                    {"id_number", text("yes")},
                    {"at", text("InvoiceDate")},
                    {"product", text("StockCode")},
                    {"quantity", text("Quantity")},
                    {"unit_price", text("UnitPrice")},
                    {"cancelled", map({{"column", text("InvoiceNo")}, {"starts_with", text("C")}})},
                    {"ignore", map({{"StockCode", texts({"POST", "M"})}})},
                    {"attributes", map({{"country", text("Country")}})}})}});
}

}  // namespace

TEST_CASE("files: a file of order lines alone is enough") {
  FilesFixture shop;
  shop.folder.write("lines.csv", kLines);
  REQUIRE(shop.make(retail()));
  const StreamInfo stream = shop.stream("order_lines");
  CHECK_FALSE(stream.keyed);
  CHECK(stream.part == "lines.csv");
  const auto lines = shop.pull("order_lines");
  REQUIRE(lines.pages.size() == 1);
  CHECK(lines.pages[0].replaces);
  CHECK(lines.pages[0].rows_without_account == 1);
  CHECK(texts_of(lines, &OrderLineColumns::order) ==
        Texts{"536365", "C536379", "536370", "536390"});
  CHECK(texts_of(lines, &OrderLineColumns::account) == Texts{"17850", "14527", "12583", "17850"});
  CHECK(values_of(lines, &OrderLineColumns::quantity) == std::vector<double>{6, -1, 24, 2});
  CHECK(values_of(lines, &OrderLineColumns::status) ==
        std::vector<OrderStatus>{OrderStatus::won, OrderStatus::cancelled, OrderStatus::won,
                                 OrderStatus::won});
}

TEST_CASE("files: accounts that no file lists begin with their earliest order") {
  FilesFixture shop;
  shop.folder.write("lines.csv", kLines);
  REQUIRE(shop.make(retail()));
  const auto accounts = shop.pull("accounts");
  CHECK(texts_of(accounts, &AccountColumns::id) == Texts{"12583", "14527", "17850"});
  CHECK(
      values_of(accounts, &AccountColumns::created_at) ==
      std::vector<Instant>{at("2010-12-01 08:45"), at("2010-12-01 09:41"), at("2010-12-01 08:26")});
  shop.folder.append("lines.csv", "536400,22728,2,2010-12-03 09:00:00,3.75,17850.0,Norway\n");
  const auto same = shop.pull("accounts", accounts.cursor);
  CHECK(texts_of(same, &AccountColumns::id).empty());
  const auto swept = shop.pull("accounts", {}, Walk::sweep);
  CHECK(swept.pages[0].named == Texts{"12583", "14527", "17850"});
}

TEST_CASE("files: attributes of order rows become changes known at the row's time") {
  FilesFixture shop;
  shop.folder.write("lines.csv", kLines);
  REQUIRE(shop.make(retail()));
  const auto changes = shop.pull("order_lines_attributes");
  CHECK(texts_of(changes, &AttributeChangeColumns::account) ==
        Texts{"17850", "14527", "12583", "17850"});
  CHECK(texts_of(changes, &AttributeChangeColumns::text) ==
        Texts{"United Kingdom", "United Kingdom", "France", "Norway"});
  CHECK(values_of(changes, &AttributeChangeColumns::at).back() == at("2010-12-02 09:00"));
}

TEST_CASE("files: an attribute row out of order does not outlive the newer value") {
  FilesFixture shop;
  shop.folder.write("lines.csv",
                    "account,at,plan\nA,2024-01-05,Pro\nA,2024-01-09,Pro\nA,2024-01-07,Basic\n");
  REQUIRE(shop.make(map({{"order_lines", map({{"path", text("lines.csv")},
                                              {"attributes", map({{"plan", text("plan")}})}})}})));
  const auto changes = shop.pull("order_lines_attributes");
  CHECK(texts_of(changes, &AttributeChangeColumns::text) == Texts{"Pro", "Basic", "Pro"});
  CHECK(values_of(changes, &AttributeChangeColumns::at).back() == at("2024-01-09"));
}

TEST_CASE("files: accounts keep those outside as out of scope, with attributes of every kind") {
  FilesFixture shop;
  shop.folder.write("accounts.csv",
                    "id,name,Type,Seats,Plan,Since,Trial,region,owner\n"
                    "a1,Acme,Customer,12,Pro,2024-05-01,yes,NO,r1\n"
                    "a2,Globex,Prospect,,,,,,\n");
  REQUIRE(shop.make(map(
      {{"accounts",
        map({{"path", text("accounts.csv")},
             {"region", text("region")},
             {"only", map({{"Type", texts({"Customer"})}})},
             {"attributes",
              map({{"seats", map({{"column", text("Seats")}, {"kind", text("number")}})},
                   {"plan", map({{"column", text("Plan")}, {"order", texts({"Basic", "Pro"})}})},
                   {"since", map({{"column", text("Since")}, {"kind", text("instant")}})},
                   {"trial", map({{"column", text("Trial")}, {"kind", text("boolean")}})}})}})}})));
  const StreamInfo stream = shop.stream("accounts");
  CHECK(stream.keyed);
  CHECK(stream.offers_sweep);
  const auto accounts = shop.pull("accounts");
  const Page& page = accounts.pages.at(0);
  const auto& columns = std::get<AccountColumns>(page.columns);
  CHECK(texts_of(accounts, &AccountColumns::owner) == Texts{"r1", ""});
  CHECK(columns.in_scope == std::vector<std::uint8_t>{1, 0});
  CHECK(columns.created_at.empty());
  REQUIRE(columns.attributes.size() == 5);
  CHECK(page[columns.attributes[0].text[0]] == "NO");
  CHECK(columns.attributes[1].number[0] == 12);
  CHECK(std::isnan(columns.attributes[1].number[1]));
  CHECK(page[columns.attributes[2].text[0]] == "Pro");
  CHECK(columns.attributes[3].number[0] == static_cast<double>(at("2024-05-01T23:59:59.999").ms));
  CHECK(columns.attributes[4].number[0] == 1);
}

TEST_CASE("files: a kind is a column, a fixed word, or a name that is no column") {
  FilesFixture shop;
  shop.folder.write("events.csv",
                    "customer_no,seen_at,event,share\nA,2024-01-01 10:00,Email Open,0.5\n"
                    "B,2024-01-01 11:00,login,\n");
  const auto kinds = [&](Node kind) {
    REQUIRE(shop.make(map({{"joins", map({{"connection", text("crm")}, {"by", text("No")}})},
                           {"activities", map({{"path", text("*.csv")},
                                               {"account", text("customer_no")},
                                               {"at", text("seen_at")},
                                               {"value", text("share")},
                                               {"kind", std::move(kind)}})}})));
    const auto events = shop.pull("activities");
    const auto& columns = std::get<ActivityColumns>(events.pages.at(0).columns);
    Texts names;
    for (const std::uint16_t kind_index : columns.kind)
      names.push_back(columns.kind_names[kind_index]);
    return names;
  };
  CHECK(kinds(text("event")) == Texts{"email_open", "login"});
  CHECK(kinds(text("quota_usage")) == Texts{"quota_usage", "quota_usage"});
  CHECK(kinds(map({{"is", text("nps")}})) == Texts{"nps", "nps"});
  CHECK(kinds(map({{"column", text("event")}, {"site_visit", texts({"Email Open"})}})) ==
        Texts{"site_visit", "login"});
  const auto report = shop.connector->probe();
  REQUIRE(report);
  CHECK(report->findings[0].what == "activities: 1 file");
}

TEST_CASE("files: deals have status by words, dates from the first column that is filled") {
  FilesFixture shop;
  shop.folder.write("deals.csv",
                    "id,account,stage,engaged,closed,amount\n"
                    "d1,A,Won,2024-01-01,2024-02-01,\"1.234,50\"\n"
                    "d2,A,Engaging,2024-03-01,,\n"
                    "d3,B,Dreaming,2024-03-01,,\n"
                    "d4,B,Lost,,2024-03-01,0\n");
  REQUIRE(shop.make(
      map({{"orders", map({{"path", text("deals.csv")},
                           {"placed_at", texts({"closed", "engaged"})},
                           {"number", map({{"decimal", text(",")}, {"thousands", text(".")}})},
                           {"status", map({{"column", text("stage")},
                                           {"won", texts({"Won"})},
                                           {"lost", texts({"Lost"})},
                                           {"open", texts({"Engaging"})}})}})}})));
  CHECK(shop.stream("orders").keyed);
  const auto orders = shop.pull("orders");
  CHECK(texts_of(orders, &OrderColumns::id) == Texts{"d1", "d2", "d4"});
  CHECK(values_of(orders, &OrderColumns::amount)[0] == 1234.5);
  CHECK(values_of(orders, &OrderColumns::status) ==
        std::vector<OrderStatus>{OrderStatus::won, OrderStatus::open, OrderStatus::lost});
  REQUIRE(orders.pages[0].row_problem_count == 1);
  CHECK(orders.pages[0].row_problems[0].place == "deals.csv:4");
  CHECK(orders.pages[0].row_problems[0].message == "status \"Dreaming\" is mapped to nothing");
}

TEST_CASE("files: attribute history and past offers are read") {
  FilesFixture shop;
  shop.folder.write("accounts.csv", "id,Plan\nA,Pro\n");
  shop.folder.write("history.csv",
                    "account,field,at,value\nA,Plan,2024-01-01,Basic\nA,Colour,2024-01-01,red\n"
                    "A,plan,2024-03-01,Pro\n");
  shop.folder.write("offers.csv",
                    "account,at,outcome\nA,2024-02-01,won\nA,2024-04-01,Declined\n"
                    "A,2024-05-01,maybe\n");
  REQUIRE(
      shop.make(map({{"accounts", map({{"path", text("accounts.csv")}, {"plan", text("Plan")}})},
                     {"changes", map({{"path", text("history.csv")}})},
                     {"outcomes", map({{"path", text("offers.csv")}})}})));
  const auto changes = shop.pull("changes");
  CHECK(texts_of(changes, &AttributeChangeColumns::text) == Texts{"Basic", "Pro"});
  const auto offers = shop.pull("outcomes");
  const auto& events = std::get<ActivityColumns>(offers.pages[0].columns);
  REQUIRE(events.kind.size() == 2);
  CHECK(events.kind_names[events.kind[0]] == "offer_accepted");
  CHECK(events.kind_names[events.kind[1]] == "offer_declined");
  CHECK(offers.pages[0].row_problems.at(0).message == "outcome \"maybe\" is neither won nor lost");
}

TEST_CASE("files: consent that is empty is no consent") {
  FilesFixture shop;
  shop.folder.write("accounts.csv", "id\nA\n");
  shop.folder.write("contacts.csv",
                    "id,account,may_mail,active,email\nc1,A,yes,,a@b.example\nc2,A,,no,\n");
  REQUIRE(shop.make(map({{"accounts", map({{"path", text("accounts.csv")}})},
                         {"contacts", map({{"path", text("contacts.csv")}})}})));
  const auto contacts = shop.pull("contacts");
  CHECK(values_of(contacts, &ContactColumns::may_mail) == std::vector<std::uint8_t>{1, 0});
  CHECK(values_of(contacts, &ContactColumns::active) == std::vector<std::uint8_t>{1, 0});
  CHECK(contacts.pages[0].text.find("b.example") == std::string::npos);
}

TEST_CASE("files: an account may name the one that took it over") {
  FilesFixture shop;
  shop.folder.write("accounts.csv",
                    "id,merged_into\n1.0,2.0\n2.0,\n3.0,3.0\n4," + std::string(300, 'x') + "\n");
  REQUIRE(shop.make(
      map({{"accounts", map({{"path", text("accounts.csv")}, {"id_number", text("yes")}})}})));
  const auto accounts = shop.pull("accounts");
  const Page& page = accounts.pages.at(0);
  REQUIRE(page.merges.size() == 1);
  CHECK(page.merges[0].loser == "1");
  CHECK(page.merges[0].survivor == "2");
  CHECK(page.row_problem_count == 1);
}

TEST_CASE("files: a time is the same whichever row stood before it") {
  const char* times[] = {"2024-03-30 23:59:59", "2024-03-31 01:59:59", "2024-03-31 02:30:00",
                         "2024-03-31T03:00:00", "2024-10-27 02:30:00", "2024-10-26 00:00:00",
                         "2024-10-26 24:00:00", "2024-10-26 12:60:00", "2024-10-26 1a:00:00",
                         "2024-10-26 12:00:0 ", "2024-10-26x12:00:00", "2024-02-30 12:00:00"};
  const TimeZone zone = *TimeZone::load("Europe/Berlin");
  plugins::files::Mapping mapping;
  mapping.format = "iso";
  for (const char* before : times) {
    for (const char* time : times) {
      const plugins::files::CellReader cells(mapping, zone);
      Instant unused, seen;
      static_cast<void>(cells.instant(before, unused));
      const auto expected = parse_instant(plugins::files::trimmed(time), "iso", zone);
      INFO(before << " then " << time);
      CHECK(cells.instant(time, seen) == expected.has_value());
      if (expected) CHECK(seen == *expected);
    }
  }
}
