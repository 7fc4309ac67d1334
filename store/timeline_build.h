// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/timeline.h"
#include "store/account_facts.h"
#include "store/event_block.h"
#include "store/order_state.h"
#include "store/record_names.h"

namespace SQLite {
class Database;
}

namespace upselld::store {

inline constexpr Instant kFarAhead{std::numeric_limits<std::int64_t>::max()};

// How the codes of one database become the numbers of a vocabulary, and who gives no events.
struct WalkCodes {
  Vocabulary vocabulary;
  std::vector<AttributePlace> attributes;        // sorted by name
  std::vector<std::uint16_t> kinds, currencies;  // by code
  std::vector<std::uint32_t> products;           // by code
  std::vector<std::uint64_t> silent_contacts;    // sorted hashes: opted out of profiling
};
// Kinds and currencies alone.
WalkCodes read_word_codes(const RecordNames& names);
// May throw SQLite::Exception.
WalkCodes read_walk_codes(SQLite::Database& sql, const RecordNames& names, std::uint16_t connection,
                          std::vector<AttributeSpec> attributes);

// Puts one account's timeline together from the pieces that are stored of it.
class TimelineBuilder {
 public:
  // What happened before `events_from` takes no part, unless it goes on; missing: all does.
  explicit TimelineBuilder(const WalkCodes& codes, Instant events_from = Instant::missing())
      : codes_(codes), events_from_(events_from) {}

  void begin(const AccountRow& row, const std::string& connection, Instant known_before);
  void add(RecordKind kind, const EventColumns& events, const EventChunk& chunk);
  // Brings all into its fixed order. False: nothing was known of the account by then.
  bool finish();
  const Timeline& timeline() const { return timeline_; }
  // The first moment, at or after the latest `known_before`, at which something becomes known or
  // happens that the accounts gone through are already known to have ahead of them; or far ahead.
  Instant next_news() const { return next_news_; }

 private:
  // Whether it takes part: what does not, or lies ahead though it is known, is news to come.
  bool is_known(Instant at, Instant known_at) {
    if (known_at >= known_before_) next_news_ = std::min(next_news_, known_at);
    if (at >= known_before_) next_news_ = std::min(next_news_, at);
    return known_at < known_before_;
  }
  bool takes_part(Instant at, Instant known_at, std::uint8_t state = 0) {
    return is_known(at, known_at) && (at >= events_from_ || goes_on(state));
  }
  void add_activities(const EventColumns& events, const EventChunk& chunk);
  void add_orders(const EventColumns& events, const EventChunk& chunk);
  void add_lines(const EventColumns& events, const EventChunk& chunk);

  const WalkCodes& codes_;
  const Instant events_from_;
  Instant known_before_;
  Instant next_news_ = kFarAhead;
  Timeline timeline_;
};

}  // namespace upselld::store
