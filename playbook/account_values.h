// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/decision.h"
#include "playbook/candidate.h"
#include "playbook/playbook.h"

namespace upselld::playbook {

// An account's values as rules compare them. Points to what it is made from.
class AccountValues : public ValueSource {
 public:
  AccountValues(const Playbook& playbook, const Candidate& candidate, const TimeZone& zone);

  Value value(const Key& key) const override;
  // NaN: missing, or no such feature.
  double number(const std::optional<Key>& key) const;

  std::size_t segment = 0;  // index into RuleNames::segments()
  std::optional<Band> band;
  std::uint8_t decile = 0;  // 0: none
  std::vector<bool> tags;   // by index; shorter: not tagged

 private:
  Value attribute(std::size_t index) const;
  const Playbook& playbook_;
  const Candidate& candidate_;
  const TimeZone& zone_;
};

// The segment by the playbook's measure; no_purchase when there was no order.
std::size_t segment_of(const Playbook& playbook, const AccountValues& values);

// A score that is a likelihood: rule scorers only rank.
bool has_likelihood(const Score* score);

}  // namespace upselld::playbook
