// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/files_fixture.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using tests::FilesFixture;
using tests::list;
using tests::map;
using tests::text;
using tests::texts;

Node orders(const char* path = "orders.csv") {
  return map({{"orders", map({{"path", text(path)}})}});
}

std::string order_row(const std::string& id, const std::string& at, const std::string& amount) {
  return id + ",A," + at + "," + amount + "\n";
}

}  // namespace

TEST_CASE("files: a row that cannot be read is named, with its value") {
  FilesFixture shop;
  std::string text = "id,account,placed_at,amount\n";
  text += order_row("1", "31/31/2011", "5");
  text += order_row("2", "0001-01-01", "5");
  text += order_row("3", "2024-01-01", "nan");
  text += order_row("4", "2024-01-01", "inf");
  text += order_row("5", "2024-01-01", "1e999");
  text += order_row("", "2024-01-01", "5");
  text += order_row("7", "", "5");
  text += order_row(std::string(256, 'x'), "2024-01-01", "5");
  text += order_row("9", "2024-01-01", "-5");
  text += order_row("10", "2199-01-01", "0");
  shop.folder.write("orders.csv", text);
  REQUIRE(shop.make(orders()));
  const auto pulled = shop.pull("orders");
  const Page& page = pulled.pages.at(0);
  CHECK(tests::texts_of(pulled, &OrderColumns::id) == std::vector<std::string>{"9", "10"});
  REQUIRE(page.row_problem_count == 8);
  CHECK(page.row_problems[0].place == "orders.csv:2");
  CHECK(page.row_problems[0].message ==
        "placed_at \"31/31/2011\" is no date from 1900 to 2200 in format iso");
  CHECK(page.row_problems[2].message == "amount \"nan\" is no number");
  CHECK(page.row_problems[4].message == "amount \"1e999\" is no number");
  CHECK(page.row_problems[5].message == "id is empty");
  CHECK(page.row_problems[6].message == "placed_at is empty");
  CHECK(page.row_problems[7].message ==
        "id \"" + std::string(40, 'x') + "...\" has over 255 bytes");
}

TEST_CASE("files: too many bad rows stop the pull and the first three are named") {
  FilesFixture shop;
  std::string text = "id,account,placed_at,amount\n";
  for (int i = 0; i < 200; ++i)
    text += order_row(std::to_string(i), i % 50 == 7 ? "soon" : "2024-01-01", "1");
  shop.folder.write("orders.csv", text);
  REQUIRE(shop.make(orders()));
  const Error error = shop.pull_error("orders");
  CHECK(error.kind == ErrorKind::corrupt);
  CHECK(error.message.find("4 of 200 rows of orders.csv cannot be read") != std::string::npos);
  CHECK(error.message.find("orders.csv:9: placed_at \"soon\"") != std::string::npos);
  CHECK(error.message.find("orders.csv:109") != std::string::npos);
  CHECK(error.message.find("orders.csv:159") == std::string::npos);
  Node lenient = orders();
  lenient.entries.push_back({"bad_rows", {}, tests::text("5%")});
  REQUIRE(shop.make(lenient));
  CHECK(shop.pull("orders").pages[0].row_problem_count == 4);
}

TEST_CASE("files: a missing column is named with what is there and the nearest") {
  FilesFixture shop;
  shop.folder.write("orders.csv", "id,customer,placed_at\n1,A,2024-01-01\n");
  REQUIRE(shop.make(
      map({{"orders", map({{"path", text("orders.csv")}, {"account", text("custumer")}})}})));
  CHECK(shop.pull_error("orders").kind == ErrorKind::invalid_config);
  CHECK(shop.pull_error("orders").message ==
        "files: pull orders: upselld.yaml:7: orders: account: the file orders.csv has no column "
        "\"custumer\"; did you mean "
        "\"customer\"? It has id, customer, placed_at");
  REQUIRE(shop.make(orders()));
  CHECK(shop.pull_error("orders").message.find("no column \"account\"") != std::string::npos);
}

TEST_CASE("files: a missing file, an empty file and a wrong one are told before anything is read") {
  FilesFixture shop;
  REQUIRE(shop.make(orders()));
  const auto streams = shop.connector->streams();
  REQUIRE_FALSE(streams);
  CHECK(streams.error().kind == ErrorKind::invalid_config);
  CHECK(streams.error().message.find("orders.csv does not exist") != std::string::npos);
  const auto report = shop.connector->probe();
  REQUIRE(report);
  CHECK(report->findings[0].level == ProbeFinding::Level::failure);
  shop.folder.write("orders.csv", "");
  CHECK(shop.pull_error("orders").message.find("the file is empty") != std::string::npos);
  shop.folder.write("orders.csv", "\xff\xfei\0d\0");
  CHECK(shop.pull_error("orders").message.find("UTF-16") != std::string::npos);
  REQUIRE(shop.make(orders("none-*.csv")));
  CHECK(shop.connector->streams()->size() == 1);  // the accounts, of no orders
  const std::string none = shop.connector->probe()->findings[0].what;
  CHECK(none.starts_with("upselld.yaml:7: orders: no file matches "));
}

TEST_CASE("files: settings that make no sense are refused with their place") {
  FilesFixture shop;
  const std::string where = "upselld.yaml:7: ";
  CHECK(shop.make_error(map({})) ==
        where + "no section says what to read; give at least orders, order_lines or activities");
  CHECK(shop.make_error(map({{"activities", map({{"path", text("a.csv")}})}})) ==
        where + "whose events are these? add accounts, orders, order_lines or joins");
  CHECK(shop.make_error(map({{"orders", map({{"pth", text("a.csv")}})}})) ==
        where + "unknown key \"pth\"; did you mean \"path\"?");
  CHECK(shop.make_error(map({{"orders", map({{"path", text("a")}, {"delimiter", text("||")}})}})) ==
        where + "delimiter: one sign such as \";\", or tab");
  CHECK(shop.make_error(map(
            {{"orders", map({{"path", text("a")}, {"status", map({{"is", text("gone")}})}})}})) ==
        where + "\"gone\" is not won, lost, open or cancelled");
  CHECK(shop.make_error(map({{"orders", map({{"path", text("a")},
                                             {"cancelled", map({{"column", text("x")}})}})}})) ==
        where + "cancelled: say starts_with or equals");
  CHECK(shop.make_error(map({{"orders", map({{"path", text("a")},
                                             {"attributes", map({{"My Plan", text("x")}})}})}})) ==
        where + "attribute \"My Plan\": a name has small letters, digits and _");
  Node twice = orders();
  twice.entries.push_back({"output", {}, map({{"scores", text("a")}, {"tasks", text("a")}})});
  CHECK(shop.make_error(twice) == where + "output: scores and tasks need a file each");
  Node joined = map({{"accounts", map({{"path", text("a")}})},
                     {"joins", map({{"connection", text("crm")}, {"by", text("x")}})}});
  CHECK(shop.make_error(joined) ==
        where + "accounts: with joins the other connection brings the accounts");
}

TEST_CASE("files: the activities of the example are taken as written") {
  FilesFixture shop;
  CHECK(
      shop.make(map({{"joins", map({{"connection", text("crm")}, {"by", text("Customer_No__c")}})},
                     {"activities", map({{"path", text("/srv/web/*.csv.gz")},
                                         {"account", text("customer_no")},
                                         {"at", text("seen_at")},
                                         {"kind", text("event")}})}})));
}

TEST_CASE("files: several activity files are streams of their own") {
  FilesFixture shop;
  shop.folder.write("accounts.csv", "id\nA\n");
  shop.folder.write("web/a.csv", "account,at,kind\nA,2024-01-01,login\n");
  shop.folder.write("web/b.csv", "account,at,kind\nA,2024-01-02,login\n");
  shop.folder.write("nps.csv", "account,at,value\nA,2024-01-02,9\n");
  REQUIRE(shop.make(
      map({{"accounts", map({{"path", text("accounts.csv")}})},
           {"activities", list({map({{"path", text("web/*.csv")}}),
                                map({{"path", text("nps.csv")}, {"kind", text("nps")}})})}})));
  CHECK(shop.stream("activities", "web/a.csv").name == "activities");
  CHECK(shop.stream("activities", "web/b.csv").name == "activities");
  CHECK(shop.stream("activities_2", "nps.csv").kind == RecordKind::activity);
}

TEST_CASE("files: probe tells what it saw and what stands in the future") {
  FilesFixture shop;
  shop.folder.write("orders.csv",
                    "id,account,placed_at\n1,A,2024-01-01\n2,,2024-01-01\n3,A,2150-01-01\n4,A,x\n");
  REQUIRE(shop.make(orders()));
  const auto report = shop.connector->probe();
  REQUIRE(report);
  std::vector<std::string> said;
  for (const ProbeFinding& finding : report->findings) said.push_back(finding.what);
  CHECK(said == std::vector<std::string>{
                    "orders: 1 file", "orders.csv: 2 of the first 4 rows can be used",
                    "orders.csv: 1 of 4 rows name no account and are not kept",
                    "orders.csv:5: placed_at \"x\" is no date from 1900 to 2200 in format iso",
                    "orders.csv: newest of them 2150-01-01T23:59:59.999Z",
                    "orders.csv: 1 of the rows lie in the future and are not used yet",
                    "output: " + (shop.folder / "scores.csv").string() + " can be written"});
  CHECK(shop.connector->prepare({}).error().kind == ErrorKind::unsupported);
}
