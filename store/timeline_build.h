// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/timeline.h"
#include "store/account_facts.h"
#include "store/event_block.h"
#include "store/record_names.h"

namespace SQLite {
class Database;
}

namespace upselld::store {

// How the codes of one database become the numbers of a vocabulary, and who gives no events.
struct WalkCodes {
  Vocabulary vocabulary;
  std::vector<AttributePlace> attributes;        // sorted by name
  std::vector<std::uint16_t> kinds, currencies;  // by code
  std::vector<std::uint32_t> products;           // by code
  std::vector<std::uint64_t> silent_contacts;    // sorted hashes: opted out of profiling
};
// May throw SQLite::Exception.
WalkCodes read_walk_codes(SQLite::Database& sql, const RecordNames& names, std::uint16_t connection,
                          std::vector<AttributeSpec> attributes);

// Puts one account's timeline together from the pieces that are stored of it.
class TimelineBuilder {
 public:
  explicit TimelineBuilder(const WalkCodes& codes) : codes_(codes) {}

  void begin(const AccountRow& row, const std::string& connection, Instant known_before);
  void add(RecordKind kind, const EventColumns& events, const EventChunk& chunk);
  // Brings all into its fixed order. False: nothing was known of the account by then.
  bool finish();
  const Timeline& timeline() const { return timeline_; }

 private:
  void add_activities(const EventColumns& events, const EventChunk& chunk);
  void add_orders(const EventColumns& events, const EventChunk& chunk);
  void add_lines(const EventColumns& events, const EventChunk& chunk);

  const WalkCodes& codes_;
  Instant known_before_;
  Timeline timeline_;
};

}  // namespace upselld::store
