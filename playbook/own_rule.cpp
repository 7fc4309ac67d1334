// SPDX-License-Identifier: Apache-2.0
#include "playbook/own_rule.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "playbook/account_values.h"
#include "playbook/candidate.h"

namespace upselld::playbook {

namespace {

constexpr std::size_t kActionsMost = std::numeric_limits<std::uint8_t>::max();

bool ranks(const Condition& condition, const std::vector<bool>& ranked_tags);

bool ranks(const Clause& clause, const std::vector<bool>& ranked_tags) {
  if (clause.kind != Clause::Kind::test) {
    return std::any_of(clause.parts.begin(), clause.parts.end(),
                       [&](const Condition& part) { return ranks(part, ranked_tags); });
  }
  const Test& test = clause.test;
  if (test.kind == Test::Kind::top || test.kind == Test::Kind::bottom) return true;
  switch (test.key.kind) {
    case Key::Kind::band:
    case Key::Kind::decile:
      return true;
    case Key::Kind::tag:
      return test.key.index < ranked_tags.size() && ranked_tags[test.key.index];
    case Key::Kind::segment:
    case Key::Kind::attribute:
    case Key::Kind::feature:
      return false;
  }
  return false;
}

bool ranks(const Condition& condition, const std::vector<bool>& ranked_tags) {
  return std::any_of(condition.clauses.begin(), condition.clauses.end(),
                     [&](const Clause& clause) { return ranks(clause, ranked_tags); });
}

}  // namespace

OwnRule::OwnRule(const Playbook& playbook, TimeZone zone)
    : playbook_(playbook), zone_(std::move(zone)) {
  for (const Tag& tag : playbook.rules().tags) ranked_tags_.push_back(ranks(tag.when, {}));
  for (const Action& action : playbook.rules().actions) {
    Condition own;
    own.place = action.when.place;
    for (const Clause& clause : action.when.clauses) {
      if (!ranks(clause, ranked_tags_)) own.clauses.push_back(clause);
    }
    const bool only_ranks = own.clauses.empty() && !action.when.clauses.empty();
    if (only_ranks || actions_.size() == kActionsMost) continue;
    exists_ = exists_ || !own.clauses.empty();
    actions_.push_back(std::move(own));
  }
}

std::uint8_t OwnRule::first(const AccountFacts& account, std::span<const float> row) const {
  Candidate candidate;
  candidate.account = &account;
  candidate.features = row;
  AccountValues values(playbook_, candidate, zone_);
  const std::vector<Tag>& tags = playbook_.rules().tags;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    values.tags.push_back(!ranked_tags_[i] && holds(tags[i].when, values));
  }
  const auto found = std::find_if(actions_.begin(), actions_.end(),
                                  [&](const Condition& action) { return holds(action, values); });
  return found == actions_.end() ? 0 : static_cast<std::uint8_t>(found - actions_.begin() + 1);
}

}  // namespace upselld::playbook
