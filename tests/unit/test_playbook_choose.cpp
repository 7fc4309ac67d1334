// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/unit/test_playbook_nodes.h"
#include "tests/unit/test_playbook_world.h"

using namespace upselld;
using namespace upselld::playbook;

namespace {

std::string field(const Choice& choice, Field which) {
  const auto& value = choice.fields[static_cast<std::size_t>(which)];
  return value ? *value : "(not ours)";
}

std::unique_ptr<TestAccount> acme() {
  auto account = std::make_unique<TestAccount>("Acme");
  account->likelihood(0.183)
      .feature("quota_usage_last", 0.84)
      .feature("days_since_order", 65)
      .feature("order_amount_mean", 900)
      .reason("engagement", 1.2, "Storage 84 % used on 22 Nov: raises the likelihood")
      .reason("friction", -0.4, "One case open since 20 Nov: lowers the likelihood")
      .reason("frequency", 0.3, "3 orders since 18 Oct, usual 1: raises the likelihood");
  return account;
}

}  // namespace

TEST_CASE("choose: the fields say what people see") {
  const auto playbook = playbook_of(golden("playbook_example.yaml"));
  const auto account = acme();
  account->memory.score_30_days_ago = 12.1;
  const Choice choice = choose_alone(*playbook, *account, test_today());
  CHECK(field(choice, Field::score) == "18.3");
  CHECK(field(choice, Field::band) == "High");
  CHECK(field(choice, Field::segment) == "At risk");
  CHECK(field(choice, Field::tags) == "");
  CHECK(field(choice, Field::next_action) == "Storage upgrade");
  CHECK(field(choice, Field::top_reason) == "Storage 84 % used on 22 Nov: raises the likelihood");
  CHECK(field(choice, Field::reasons) ==
        "+ Storage 84 % used on 22 Nov: raises the likelihood\n"
        "+ 3 orders since 18 Oct, usual 1: raises the likelihood\n"
        "- One case open since 20 Nov: lowers the likelihood");
  CHECK(field(choice, Field::change) == "6.2");
  CHECK(field(choice, Field::status) == "Scored");
  CHECK(field(choice, Field::data_as_of) == "2026-11-23T05:58:00Z");
  CHECK(field(choice, Field::model_version) == "2026-11-01-1a2b3c4d");
  CHECK(field(choice, Field::pause_until) == "(not ours)");
  CHECK(choice.rule == "playbook.yaml:28 storage_upgrade");
}

TEST_CASE("choose: tags are told as labels, as many as fit") {
  std::string yaml = "tags:\n  high_value: {seats: {from: 5}}\n  no: {seats: 1}\n";
  for (int i = 0; i < 40; ++i) yaml += "  tag_number_" + std::to_string(i) + ": {seats: 7}\n";
  const auto playbook = playbook_of(yaml);
  TestAccount account("A");
  account.likelihood(0.2).attribute("seats", 6);
  CHECK(field(choose_alone(*playbook, account, test_today()), Field::tags) == "High value");
  account.attribute("seats", 7);
  const Choice choice = choose_alone(*playbook, account, test_today());
  CHECK(choice.tags.size() == 41);
  CHECK(field(choice, Field::tags).substr(0, 38) == "High value; Tag number 0; Tag number 1");
  CHECK(field(choice, Field::tags).size() <= 255);
  CHECK(field(choice, Field::tags).back() != ';');
}

TEST_CASE("choose: under the rule scorer score stays empty and the status says so") {
  const auto playbook = playbook_of("");
  TestAccount account("A");
  account.ranked(3);
  account.memory.score_30_days_ago = 12.1;
  Choice choice = choose_alone(*playbook, account, test_today());
  CHECK(field(choice, Field::score) == "");
  CHECK(field(choice, Field::change) == "");
  CHECK(field(choice, Field::band) == "High");
  CHECK(field(choice, Field::status) == "Ranked by rule (too little data)");
  Today trained = test_today();
  trained.has_trained = true;
  CHECK(field(choose_alone(*playbook, account, trained), Field::status) ==
        "Ranked by rule (no model in use)");
  CHECK(field(choice, Field::model_version) == "rules-1");
  account.score->has_probability = true;
  account.score->probability = 0.4;
  choice = choose_alone(*playbook, account, test_today());
  CHECK(field(choice, Field::score) == "");
}

TEST_CASE("choose: who never bought is in no_purchase without score and band") {
  const auto playbook = playbook_of("");
  TestAccount account("A");
  account.feature("days_since_order", std::nan(""));
  account.not_scored = "no_purchase";
  const Choice choice = choose_alone(*playbook, account, test_today());
  CHECK(field(choice, Field::status) == "Not scored: no purchase");
  CHECK(field(choice, Field::segment) == "No purchase");
  CHECK(field(choice, Field::band) == "");
  CHECK(field(choice, Field::score) == "");
  CHECK_FALSE(choice.band);
  CHECK(choice.decile == 0);
}

TEST_CASE("choose: who has such an order open gets no score, and is told why") {
  const auto playbook = playbook_of("");
  TestAccount account("A");
  account.feature("days_since_order", 12);
  account.not_scored = "already_open";
  const Choice choice = choose_alone(*playbook, account, test_today());
  CHECK(field(choice, Field::status) == "Excluded");  // of the values that CRMs know
  CHECK(field(choice, Field::score) == "");
  CHECK(field(choice, Field::band) == "");
  CHECK_THAT(field(choice, Field::top_reason), Catch::Contains("open already: no likelihood"));
  CHECK(field(choice, Field::reasons) == field(choice, Field::top_reason));
}

TEST_CASE("choose: texts of a CRM stay in one line and within the field") {
  const auto playbook = playbook_of("");
  TestAccount account("A");
  account.likelihood(0.3).reason("x", 1, "line\none\t\x07" + std::string(5000, 'a'));
  const Choice choice = choose_alone(*playbook, account, test_today());
  CHECK(field(choice, Field::top_reason).size() == 255);
  CHECK(field(choice, Field::top_reason).substr(0, 9) == "line one ");
  CHECK(field(choice, Field::reasons).size() <= 4000);
}

TEST_CASE("choose: at most three reasons for and two against, in the order of their size") {
  const auto playbook = playbook_of("");
  TestAccount account("A");
  account.likelihood(0.3);
  for (const char* name : {"a", "b", "c", "d"}) {
    account.reason(std::string("+") + name, 1, name);
    account.reason(std::string("-") + name, -2, name);
  }
  const Choice choice = choose_alone(*playbook, account, test_today());
  CHECK(field(choice, Field::reasons) == "+ a\n+ b\n+ c\n- a\n- b");
  CHECK(choice.memory.reason_order == std::vector<std::string>{"++a", "++b", "++c", "--a", "--b"});
  CHECK(field(choice, Field::top_reason) == "a");
}

TEST_CASE("choose: what is material is written, and small steps add up until they are") {
  const auto playbook = playbook_of("bands: {floor: 0}");
  TestAccount account("A");
  account.likelihood(0.2).reason("engagement", 1, "x").reason("friction", -1, "y");
  Today today = test_today();
  const auto decide = [&] {
    const Choice choice = choose_alone(*playbook, account, today);
    account.memory = choice.memory;
    return choice.changes;
  };
  CHECK(decide() == std::vector<std::string>{"first"});
  CHECK(decide().empty());
  account.likelihood(0.2049);
  CHECK(decide().empty());
  account.likelihood(0.2051);
  CHECK(decide() == std::vector<std::string>{"score"});
  account.likelihood(0.02);
  CHECK(decide() == std::vector<std::string>{"score"});
  account.likelihood(0.0219);
  CHECK(decide().empty());
  account.likelihood(0.0221);  // a tenth of itself away from what was last told
  CHECK(decide() == std::vector<std::string>{"score"});
  std::swap(account.score->reasons[0].group, account.score->reasons[1].group);
  CHECK(decide() == std::vector<std::string>{"reasons"});
  account.feature("days_since_order", 200);
  CHECK(decide() == std::vector<std::string>{"segment"});
  today = test_today(today.day + 6);
  CHECK(decide().empty());
  today = test_today(today.day + 1);
  CHECK(decide() == std::vector<std::string>{"refresh"});
  CHECK(decide().empty());
  account.ranked(0.0221);
  CHECK(decide() == std::vector<std::string>{"score"});
}

TEST_CASE("choose: a new action and a new silence are material") {
  const auto playbook = playbook_of(
      "never: {region: UK}\n"
      "actions:\n  - {action: a, when: {seats: 1}}\n"
      "  - {action: b, when: {seats: 2}}\n");
  TestAccount account("A");
  account.likelihood(0.2).attribute("seats", 1);
  const auto decide = [&] {
    const Choice choice = choose_alone(*playbook, account, test_today());
    account.memory = choice.memory;
    return choice.changes;
  };
  decide();
  account.attribute("seats", 2);
  CHECK(decide() == std::vector<std::string>{"action"});
  account.attribute("region", "UK");
  CHECK(decide() == std::vector<std::string>{"action", "status"});
  CHECK(account.memory.held == "excluded");
}

TEST_CASE("choose: the first task of the example reads as the mock-up does") {
  const auto playbook = playbook_of(golden("playbook_example.yaml"));
  const auto account = acme();
  ContactFacts contact;
  contact.id = "C7";
  contact.last_touch_at = test_today().midnight - days(11) + hours(10);
  account->contacts = {contact};
  const Choice choice = choose_alone(*playbook, *account, test_today());
  REQUIRE(choice.wish);
  const std::string tail = account->facts.id + ".storage_upgrade.2026-11-23";
  CHECK(choice.wish->key == "upselld." + tail);
  Today one_of_several = test_today();
  one_of_several.several = true;
  CHECK(choose_alone(*playbook, *account, one_of_several).wish->key ==
        "upselld." + account->facts.connection + "." + tail);
  CHECK(choice.wish->contact == "C7");
  CHECK(choice.wish->type == "call");
  CHECK(choice.wish->score_at_creation == "18.3");
  CHECK(to_text(choice.wish->due) == "2026-11-24T08:00:00Z");
  CHECK(choice.wish->subject == "Acme: storage 84 % full, offer the next size");
  CHECK(choice.wish->body ==
        "Why now\n"
        "- Storage 84 % used on 22 Nov\n"
        "- 3 orders since 18 Oct, usual 1\n"
        "Careful\n"
        "- One case open since 20 Nov\n"
        "Say: \"You are close to your storage limit. Shall we look at the next size before it "
        "stops you?\"\n"
        "Likelihood 18 % within 90 days; average account 2.4 %.\n"
        "Talk to: the contact of this task, last met 12 Nov.\n"
        "When done set Upsell Outcome. \"Wrong suggestion\": not asked again for 180 days.\n"
        "storage_upgrade, model 2026-11-01-1a2b3c4d, data of 23 Nov 06:58");
}

TEST_CASE("choose: a task without reasons against has no heading for them") {
  const auto playbook = playbook_of(golden("playbook_example.yaml"));
  TestAccount account("Globex");
  account.likelihood(0.09)
      .feature("pricing_visit_count_7d", 3)
      .reason("engagement", 1, "Pricing page on 18, 20 and 21 Nov: raises the likelihood");
  ContactFacts contact;
  contact.id = "C1";
  contact.may_call = false;
  account.contacts = {contact};
  const Choice choice = choose_alone(*playbook, account, test_today());
  REQUIRE(choice.wish);
  CHECK(choice.wish->subject == "Globex: 3 looks at our prices this week");
  CHECK(choice.wish->body ==
        "Why now\n"
        "- Pricing page on 18, 20 and 21 Nov\n"
        "Likelihood 9 % within 90 days; average account 2.4 %.\n"
        "By e-mail: this contact may be mailed, but not called.\n"
        "When done set Upsell Outcome. \"Wrong suggestion\": not asked again for 180 days.\n"
        "comparison, model 2026-11-01-1a2b3c4d, data of 23 Nov 06:58");
}

TEST_CASE("choose: the lines that upselld adds may be translated") {
  const auto playbook = playbook_of(
      "tasks:\n  texts:\n    why_now: Warum jetzt\n    likelihood: \"Etwa {likelihood}.\"\n"
      "actions:\n  - action: ask\n    when: {}\n    task: {type: todo, subject: \"{account}\"}\n");
  TestAccount account("A");
  account.likelihood(0.3).reason("x", 1, "Grund");
  const Choice choice = choose_alone(*playbook, account, test_today());
  REQUIRE(choice.wish);
  CHECK(choice.wish->body.substr(0, 31) == "Warum jetzt\n- Grund\nEtwa 30 %.\n");
}
