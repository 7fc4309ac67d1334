// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <functional>
#include <limits>
#include <string>

#include "core/page.h"

using namespace upselld;

namespace {

// Two good orders.
Page two_orders() {
  Page page;
  OrderColumns orders;
  orders.id = {page.add("o1"), page.add("o2")};
  orders.account = {page.add("Acm\xc3\xa9"), page.add("Globex")};
  orders.placed_at = {Instant{1000}, Instant{2000}};
  orders.known_at = {Instant{1000}, Instant::missing()};
  orders.amount = {12.5, std::numeric_limits<double>::quiet_NaN()};
  orders.kind = {OrderKind::upsell, OrderKind::other};
  orders.status = {OrderStatus::won, OrderStatus::open};
  page.columns = orders;
  return page;
}

// What check() says after one thing was broken.
std::string broken(const std::function<void(Page&, OrderColumns&)>& change) {
  Page page = two_orders();
  change(page, std::get<OrderColumns>(page.columns));
  const auto checked = check(page);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().kind == ErrorKind::corrupt);
  return checked.error().message;
}

}  // namespace

TEST_CASE("page: a good one passes and is counted") {
  const Page page = two_orders();
  CHECK(check(page));
  CHECK(count_of(page) == 2);
  CHECK(kind_of(page) == RecordKind::order);
  CHECK(page[std::get<OrderColumns>(page.columns).account[1]] == "Globex");
  CHECK(check(Page()));
  CHECK(count_of(Page()) == 0);
}

TEST_CASE("page: every broken promise is named with column and row") {
  CHECK(broken([](Page&, OrderColumns& o) { o.amount.pop_back(); }) ==
        "check page: column amount has 1 rows where others have 2");
  CHECK(broken([](Page&, OrderColumns& o) {
          o.id[1] = {1'000'000, 2};
        }) == "check page: column id, row 1: text lies outside the buffer");
  CHECK(broken([](Page&, OrderColumns& o) {
          o.id[1] = {0xffffffff, 0xffffffff};
        }) == "check page: column id, row 1: text lies outside the buffer");
  CHECK(broken([](Page& p, OrderColumns& o) { o.account[0] = p.add(std::string(256, 'x')); }) ==
        "check page: column account, row 0: text is too long");
  CHECK(broken([](Page&, OrderColumns& o) { --o.account[0].length; }) ==
        "check page: column account, row 0: text cuts a character in two");
  CHECK(broken([](Page&, OrderColumns& o) { o.account[1].length = 0; }) ==
        "check page: column account, row 1: is empty");
  CHECK(broken([](Page& p, OrderColumns&) { p.text += "\xff"; }) == "check page: text is no UTF-8");
  CHECK(broken([](Page&, OrderColumns& o) {
          o.amount[0] = std::numeric_limits<double>::infinity();
        }) == "check page: column amount, row 0: number is infinite");
  CHECK(broken([](Page&, OrderColumns& o) { o.kind[1] = static_cast<OrderKind>(9); }) ==
        "check page: column kind, row 1: kind is unknown");
  CHECK(broken([](Page&, OrderColumns& o) { o.status[0] = static_cast<OrderStatus>(9); }) ==
        "check page: column status, row 0: status is unknown");
  CHECK(broken([](Page&, OrderColumns& o) { o.known_at[0] = Instant{999}; }) ==
        "check page: column known_at, row 0: is before the event itself");
}

TEST_CASE("page: cursor, lists and counts have their limits") {
  CHECK(broken([](Page& p, OrderColumns&) {
          p.next.bytes.resize(4097);
        }).find("cursor has 4097 bytes") != std::string::npos);
  CHECK(broken([](Page& p, OrderColumns&) { p.deletions.push_back({""}); }).find("deletion") !=
        std::string::npos);
  CHECK(broken([](Page& p, OrderColumns&) {
          p.merges.push_back({"a", "a"});
        }).find("itself") != std::string::npos);
  CHECK(broken([](Page& p, OrderColumns&) {
          p.named.push_back(std::string(256, 'x'));
        }).find("sweep") != std::string::npos);
  CHECK(broken([](Page& p, OrderColumns&) { p.row_problems.resize(1); }).find("row problems") !=
        std::string::npos);
  Page large;
  ProductColumns products;
  products.list_price.resize(kPageRecordsMax + 1);
  large.columns = products;
  CHECK_FALSE(check(large));
}

TEST_CASE("page: activity kinds have names of the allowed form") {
  Page page;
  ActivityColumns activities;
  activities.account = {page.add("a")};
  activities.at = {Instant{1}};
  activities.kind = {0};
  activities.kind_names = {"site_visit"};
  page.columns = activities;
  CHECK(check(page));
  std::get<ActivityColumns>(page.columns).kind = {1};
  CHECK(check(page).error().message == "check page: column kind, row 0: has no name");
  std::get<ActivityColumns>(page.columns).kind_names = {"Site visit", "x"};
  CHECK(check(page).error().message.find("\"Site visit\" is not [a-z]") != std::string::npos);
}

TEST_CASE("page: accounts have ids and attributes of one kind") {
  Page page;
  AccountColumns accounts;
  accounts.id = {page.add("a")};
  accounts.attributes = {{0, {1.5}, {}}};
  accounts.opted_out = {1};
  page.columns = accounts;
  CHECK(check(page));
  std::get<AccountColumns>(page.columns).opted_out = {2};
  CHECK(check(page).error().message.find("flag is neither 0 nor 1") != std::string::npos);
  std::get<AccountColumns>(page.columns).opted_out = {0};
  std::get<AccountColumns>(page.columns).attributes[0].text = {page.add("x")};
  CHECK(check(page).error().message.find("both numbers and texts") != std::string::npos);
  std::get<AccountColumns>(page.columns).attributes[0].number = {1, 2};
  CHECK_FALSE(check(page));
}

TEST_CASE("utf-8: well-formed text passes at every length and offset") {
  const std::string all = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
  for (std::size_t padding = 0; padding < 20; ++padding) {
    CHECK(is_utf8(std::string(padding, 'x') + all + std::string(padding, 'y')));
  }
  CHECK(is_utf8(""));
  CHECK(is_utf8(std::string_view("\0", 1)));
  CHECK(is_utf8("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"));
}

TEST_CASE("utf-8: overlong forms, surrogates, cuts and stray bytes are refused") {
  for (const std::string bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x80\x80", "\xe0\x9f\xbf",
        "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
        "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff"}) {
    for (std::size_t padding = 0; padding < 10; ++padding) {
      CHECK_FALSE(is_utf8(std::string(padding, 'x') + bad));
      CHECK_FALSE(is_utf8(std::string(padding, 'x') + bad + std::string(9, 'x')));
    }
  }
}
