// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "core/timeline.h"

namespace upselld::store::test {

// An account's orders and activities, a line each.
inline std::string orders_text(const Timeline& timeline, const Vocabulary& words) {
  std::string text;
  for (const OrderEvent& order : timeline.orders) {
    text += fmt::format("  order {:016x} {} {} {} '{}' {}\n", order.id_hash, order.at.ms,
                        order.known_at.ms, order.amount, words.currencies[order.currency],
                        to_text(order.status));
  }
  return text;
}
inline std::string activities_text(const Timeline& timeline, const Vocabulary& words) {
  std::string text;
  for (const ActivityEvent& activity : timeline.activities) {
    text += fmt::format("  {} {} {} {} contact {}\n", words.activity_kinds[activity.kind],
                        activity.at.ms, activity.known_at.ms, activity.value, activity.contact);
  }
  return text;
}

// What a walk tells, one line per account and event, in the order of the walk. Equal texts, equal
// walks. On failure the message alone.
inline std::string walk_text(const TimelineSource& source, Instant known_before) {
  const Vocabulary& words = source.vocabulary();
  std::string text;
  const auto visit = [&](const Timeline& timeline) {
    const AccountFacts& account = timeline.account;
    text += fmt::format("account {} '{}' deleted {}\n", account.id, account.name,
                        !account.deleted_at.is_missing());
    text += orders_text(timeline, words);
    for (const OrderLineEvent& line : timeline.lines) {
      text += fmt::format("  line {:016x} {} {} x {} of '{}'\n", line.order_hash, line.at.ms,
                          line.quantity, line.unit_price, words.products[line.product].id);
    }
    text += activities_text(timeline, words);
    for (const AttributeChange& change : timeline.changes) {
      text += fmt::format("  {} became '{}' {} at {}\n", words.attributes[change.attribute].name,
                          change.value.text, change.value.number, change.known_at.ms);
    }
  };
  for (std::size_t share = 0; share < source.share_count(); ++share) {
    const auto walked = source.walk(share, known_before, visit);
    if (!walked) return walked.error().message;
  }
  return text;
}

// The same lines account by account, whatever the order of the walk: to compare with a model.
inline std::map<std::string, std::vector<std::string>> lines_by_account(const std::string& text) {
  std::map<std::string, std::vector<std::string>> accounts;
  std::vector<std::string>* lines = nullptr;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.rfind("account ", 0) == 0) {
      lines = &accounts[line];
    } else if (lines != nullptr) {
      lines->push_back(line);
    }
  }
  for (auto& [account, sorted] : accounts) std::sort(sorted.begin(), sorted.end());
  return accounts;
}

// Lines that stand in `a` more often than in `b`.
inline std::string difference(const std::map<std::string, std::vector<std::string>>& a,
                              const std::map<std::string, std::vector<std::string>>& b) {
  std::string text;
  for (const auto& [account, lines] : a) {
    const auto other = b.find(account);
    std::vector<std::string> extra;
    if (other == b.end()) {
      extra = lines;
    } else {
      std::set_difference(lines.begin(), lines.end(), other->second.begin(), other->second.end(),
                          std::back_inserter(extra));
    }
    if (other != b.end() && extra.empty()) continue;
    text += "\n" + account;
    for (const std::string& line : extra) text += "\n" + line;
  }
  return text;
}

}  // namespace upselld::store::test
