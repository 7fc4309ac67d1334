// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <map>

#include "playbook/text.h"
#include "tests/unit/test_playbook_nodes.h"
#include "tests/unit/test_playbook_world.h"

using namespace upselld;
using namespace upselld::playbook;

namespace {

std::string rendered(const std::string& text, const std::map<std::string, std::string>& values) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = text;
  std::vector<std::string> known;
  for (const auto& [name, value] : values) known.push_back(name);
  std::vector<Error> errors;
  const Template read = read_template(node, known, errors);
  for (const Error& error : errors) FAIL_CHECK(error.message);
  return render(read, [&](const std::string& name) -> std::optional<std::string> {
    const std::string& value = values.at(name);
    if (value == "-") return std::nullopt;
    return value;
  });
}

}  // namespace

TEST_CASE("text: a line whose value is missing is left out, and its heading with it") {
  const std::map<std::string, std::string> values = {{"a", "1"}, {"none", "-"}, {"lines", "x\ny"}};
  CHECK(rendered("{a} and {a}", values) == "1 and 1");
  CHECK(rendered("one {none}\ntwo", values) == "two");
  CHECK(rendered("Head\n{none}\nTail", values) == "Tail");
  CHECK(rendered("Head\n{lines}\nTail\n", values) == "Head\nx\ny\nTail");
  CHECK(rendered("Plain\nmore {none}\nTail", values) == "Plain\nTail");
  CHECK(rendered("One\nTwo\n{none}", values) == "One");
  CHECK(rendered("{{a}} is {a}", values) == "{a} is 1");
  CHECK(rendered("{none}", values) == "");
}

TEST_CASE("text: values are never read as placeholders") {
  CHECK(rendered("{a}: {b}", {{"a", "{b}"}, {"b", "2"}}) == "{b}: 2");
}

TEST_CASE("text: numbers are told by their unit") {
  CHECK(told_number(0.84f, "share") == "84 %");
  CHECK(told_number(0.084, "share") == "8.4 %");
  CHECK(told_number(0.08, "share") == "8 %");
  CHECK(told_number(1.0, "share") == "100 %");
  CHECK(told_number(0, "share") == "0 %");
  CHECK(told_number(3, "visits") == "3");
  CHECK(told_number(2.26, "") == "2.3");
  CHECK(told_number(14200.4, "EUR") == "14,200 EUR");
  CHECK(told_number(-1234567, "orders") == "-1,234,567");
  CHECK(told_number(-0.01, "") == "0");
  CHECK(told_number(12, "EUR") == "12 EUR");
  CHECK(told_likelihood(0.183) == "18 %");
  CHECK(told_likelihood(0.024) == "2.4 %");
}

TEST_CASE("text: days are told with their month, and with the year when it is not this one") {
  const Day today = Day::of_civil(2026, 11, 23);
  CHECK(told_day(Day::of_civil(2026, 11, 18), today) == "18 Nov");
  CHECK(told_day(Day::of_civil(2025, 11, 18), today) == "18 Nov 2025");
  CHECK(told_day(Day::of_civil(2027, 1, 3), today) == "3 Jan");
  CHECK(told_instant(test_today().data_as_of, test_today().zone, today) == "23 Nov 06:58");
  CHECK(told_word("at_risk") == "At risk");
  CHECK(told_word("") == "");
}

TEST_CASE("text: CRM text cannot break a line, turn its direction or be no UTF-8") {
  CHECK(plain_line("a\r\nb\tc\x7f") == "a b c");
  CHECK(plain_line("Caf\xc3\xa9 \xe2\x80\xae"
                   "evil") == "Caf\xc3\xa9 evil");
  CHECK(plain_line("\xff\xfe bad \xc3") == "?? bad ?");
  CHECK(plain_line("\xed\xa0\x80") == "???");  // a surrogate
  CHECK(plain_line("\xc0\x80") == "??");       // an overlong zero
  CHECK(plain_line("line\xe2\x80\xa8sep") == "line sep");
  CHECK(plain_line(std::string("nul\0!", 5)) == "nul !");
  CHECK(plain_line("\xf0\x9f\x98\x80") == "\xf0\x9f\x98\x80");
  CHECK(plain_line(std::string(300, 'a')).size() == kValueBytesMax);
  CHECK(cut("abc\xc3\xa9", 4) == "abc");
  CHECK(cut("abc\xc3\xa9", 5) == "abc\xc3\xa9");
}

TEST_CASE("text: an account without a name is told by its id, and a subject is never empty") {
  const auto playbook = playbook_of(
      "actions:\n  - action: ask\n    label: Ask\n    when: {band: high}\n"
      "    task: {type: todo, subject: \"{account}: last order {last_order_on}\"}\n");
  TestAccount account("0017");
  account.likelihood(0.5).facts.name = "\n";
  CHECK(choose_alone(*playbook, account, test_today()).wish->subject == "0017: Ask");
  account.feature("last_order_on", Day::of_civil(2026, 10, 8).number);
  CHECK(choose_alone(*playbook, account, test_today()).wish->subject == "0017: last order 8 Oct");
}

TEST_CASE("text: subject and body keep within the CRM's limits") {
  const auto playbook = playbook_of(
      "actions:\n  - action: ask\n    when: {region: known}\n"
      "    task: {type: todo, subject: \"" +
      std::string(300, 's') + "{region}\", body: \"" + std::string(40'000, 'b') + "\"}\n");
  TestAccount account("A");
  account.likelihood(0.5).attribute("region", std::string(1'000'000, 'r'));
  const Choice choice = choose_alone(*playbook, account, test_today());
  CHECK(choice.wish->subject.size() == kSubjectBytesMax);
  CHECK(choice.wish->body.size() == kBodyBytesMax);
}
