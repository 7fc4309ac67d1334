// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/records.h"
#include "core/time_zone.h"
#include "playbook/condition.h"
#include "playbook/playbook.h"

namespace upselld::playbook {

// What the admin's rules say by themselves: the actions without the tests that rank accounts (band,
// decile, tags with {top} or {bottom}), which a model would answer. For judging a model beside
// them. Any number of threads may ask at once.
class OwnRule {
 public:
  // The playbook outlives the object.
  OwnRule(const Playbook& playbook, TimeZone zone);

  // Whether an action tests anything but rank.
  bool exists() const { return exists_; }
  // The first action that holds, from 1; 0: none. `row` is of the names' features.
  std::uint8_t first(const AccountFacts& account, std::span<const float> row) const;

 private:
  const Playbook& playbook_;
  TimeZone zone_;
  std::vector<bool> ranked_tags_;
  std::vector<Condition> actions_;
  bool exists_ = false;
};

}  // namespace upselld::playbook
