// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/digest.h"
#include "core/timeline.h"

namespace upselld::test {

// Timelines as a test wrote them, walked as the store walks its own: by share, by the hash of the
// account's id, with nothing known at or after the bound, each vector in its promised order.
class TimelinesInMemory : public TimelineSource {
 public:
  Vocabulary words;
  std::vector<Timeline> accounts;
  std::size_t shares = 3;
  Instant from = Instant::missing();  // as if all before it had been left out

  TimelinesInMemory() {
    words.currencies = {""};
    words.products.push_back({});
  }

  // An account with that id; the reference holds until the next one is added.
  Timeline& add_account(const std::string& id) {
    Timeline timeline;
    timeline.account.id = id;
    timeline.account.name = id;
    timeline.account.number = static_cast<std::uint32_t>(accounts.size());
    accounts.push_back(std::move(timeline));
    return accounts.back();
  }
  // The index of a kind, added at the end when it is new.
  std::uint16_t kind(const std::string& name) {
    const auto found = std::find(words.activity_kinds.begin(), words.activity_kinds.end(), name);
    if (found == words.activity_kinds.end()) words.activity_kinds.push_back(name);
    return static_cast<std::uint16_t>(
        std::find(words.activity_kinds.begin(), words.activity_kinds.end(), name) -
        words.activity_kinds.begin());
  }

  const Vocabulary& vocabulary() const override { return words; }
  std::size_t share_count() const override { return shares; }
  Instant events_from() const override { return from; }

  Result<void> walk(std::size_t share, Instant known_before, const Visitor& visit) const override {
    std::vector<std::pair<std::uint64_t, std::size_t>> order;
    for (std::size_t i = 0; i < accounts.size(); ++i) {
      const std::uint64_t hash = keyed_hash(1, accounts[i].account.id);
      if (hash % shares == share) order.emplace_back(hash, i);
    }
    std::sort(order.begin(), order.end());
    for (const auto& [hash, index] : order) visit(known(accounts[index], known_before));
    return {};
  }

  // What was known of an account before a moment.
  static Timeline known(const Timeline& all, Instant known_before) {
    Timeline some = all;
    const auto late = [&](const auto& event) { return event.known_at >= known_before; };
    std::erase_if(some.activities, late);
    std::erase_if(some.orders, late);
    std::erase_if(some.lines, late);
    std::erase_if(some.changes, late);
    const auto by_time = [](const auto& a, const auto& b) {
      return a.at != b.at ? a.at < b.at : a.known_at < b.known_at;
    };
    std::stable_sort(some.activities.begin(), some.activities.end(), by_time);
    std::stable_sort(some.orders.begin(), some.orders.end(), by_time);
    std::stable_sort(some.lines.begin(), some.lines.end(), by_time);
    std::stable_sort(some.changes.begin(), some.changes.end(), [](const auto& a, const auto& b) {
      return a.attribute != b.attribute ? a.attribute < b.attribute : a.known_at < b.known_at;
    });
    return some;
  }
};

}  // namespace upselld::test
