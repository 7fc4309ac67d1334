// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/test_playbook_world.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>

#include "tests/unit/test_playbook_nodes.h"

using namespace upselld;
using namespace upselld::playbook;

namespace {

FeatureInfo number(const std::string& name, const std::string& unit) {
  return {name, unit, "", "", FeatureInfo::Kind::number, false};
}

std::size_t index_of(const auto& all, const std::string& name) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == name) return i;
  }
  FAIL("no name " << name);
  return 0;
}

}  // namespace

const Names& test_names() {
  static const Names names{
      {number("days_since_order", "days"), number("days_since_touch", "days"),
       number("tenure_days", "days"), number("open_upsell_orders", "orders"),
       number("cases_escalated_open", "cases"), number("order_amount_mean", "EUR"),
       number("clicks_per_visit_30d", ""), number("order_count_365d", "orders"),
       number("quota_usage_last", "share"), number("pricing_visit_count_7d", "visits"),
       FeatureInfo{"last_order_on", "", "", "", FeatureInfo::Kind::instant, false},
       FeatureInfo{"offer_last_outcome", "", "", "", FeatureInfo::Kind::category, false}},
      {{"plan", AttributeKind::ordered_text, {"Basic", "Pro", "Enterprise"}, false},
       {"region", AttributeKind::text, {}, false},
       {"seats", AttributeKind::number, {}, false},
       {"renewal", AttributeKind::instant, {}, false},
       {"is_partner", AttributeKind::boolean, {}, false}}};
  return names;
}

std::unique_ptr<const Playbook> playbook_of(const std::string& yaml) {
  Loaded loaded = load(node_of(yaml), test_names());
  for (const Error& error : loaded.errors) FAIL_CHECK(error.message);
  REQUIRE(loaded.playbook);
  return std::move(loaded.playbook);
}

std::string errors_of(const std::string& yaml, const std::string& file) {
  std::string all;
  for (const Error& error : load(node_of(yaml, file), test_names()).errors) {
    all += error.message + "\n";
  }
  return all;
}

TestAccount::TestAccount(const std::string& id)
    : features(test_names().features.size(), std::nanf("")) {
  facts.connection = "crm";
  facts.id = id;
  facts.name = id;
  facts.owner = "rep-1";
  for (const AttributeSpec& spec : test_names().attributes) {
    static_cast<void>(spec);
    facts.attributes.push_back({std::nan(""), ""});
  }
  // An old customer who bought lately, but not too lately.
  feature("days_since_order", 45).feature("tenure_days", 800);
}

TestAccount& TestAccount::feature(const std::string& name, double value) {
  features[index_of(test_names().features, name)] = static_cast<float>(value);
  return *this;
}
TestAccount& TestAccount::attribute(const std::string& name, const std::string& text) {
  facts.attributes[index_of(test_names().attributes, name)].text = text;
  return *this;
}
TestAccount& TestAccount::attribute(const std::string& name, double value) {
  facts.attributes[index_of(test_names().attributes, name)].number = value;
  return *this;
}
TestAccount& TestAccount::likelihood(double probability) {
  if (!score) score.emplace();
  score->model_version = "2026-11-01-1a2b3c4d";
  score->has_probability = true;
  score->probability = score->rank_value = probability;
  return *this;
}
TestAccount& TestAccount::ranked(double rank_value) {
  if (!score) score.emplace();
  score->model_version = "rules-1";
  score->has_probability = false;
  score->rank_value = rank_value;
  return *this;
}
TestAccount& TestAccount::reason(const std::string& group, double contribution,
                                 const std::string& text) {
  if (!score) score.emplace();
  score->reasons.push_back({group, "", 0, contribution, text});
  return *this;
}

Candidate TestAccount::candidate() const {
  Candidate made;
  made.account = &facts;
  made.features = features;
  made.score = score ? &*score : nullptr;
  made.not_scored = not_scored;
  made.memory = &memory;
  made.contacts = contacts;
  made.group_has_open_task = group_has_open_task;
  made.is_task_unsent = is_task_unsent;
  made.is_task_kept = is_task_kept;
  made.group = parent_group;
  made.approval = approval;
  made.id_hash = tie_hash("salt", facts);
  return made;
}

Today test_today() {
  return test_today(Day::of_civil(2026, 11, 23));
}
Today test_today(Day day) {
  Today today;
  today.zone = TimeZone::load("Europe/Berlin").value();
  today.day = day;
  today.midnight = today.zone.start_of(day);
  today.now = today.midnight + hours(7);
  today.data_as_of = today.now - minutes(2);
  today.tasks_due = true;
  today.salt = "salt";
  today.model_version = "2026-11-01-1a2b3c4d";
  today.currency = "EUR";
  today.base_rate = 0.024;
  return today;
}

std::string salt_for(const AccountFacts& account, bool held_out) {
  for (int i = 0;; ++i) {
    const std::string salt = "salt " + std::to_string(i);
    if (is_held_out(salt, account.connection, account.id, 0.05) == held_out) return salt;
  }
}

Frame frame_of(const Playbook& playbook, const std::deque<TestAccount>& accounts,
               const Today& today) {
  std::vector<Candidate> candidates;
  for (const TestAccount& account : accounts) candidates.push_back(account.candidate());
  return make_frame(playbook, candidates, today);
}

Choice choose_alone(const Playbook& playbook, const TestAccount& account, const Today& today) {
  const Candidate candidate = account.candidate();
  // Ten of them, so that one is a tenth.
  const std::vector<Candidate> all(10, candidate);
  Today safe = today;
  if (safe.salt == "salt") safe.salt = salt_for(account.facts, false);
  return choose(playbook, candidate, make_frame(playbook, all, safe), safe);
}

unsigned test_seed(unsigned standard) {
  const char* given = std::getenv("UPSELLD_SEED");
  return given == nullptr ? standard : static_cast<unsigned>(std::strtoul(given, nullptr, 10));
}
