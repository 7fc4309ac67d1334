// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/page.h"
#include "store/event_columns.h"
#include "store/event_ids.h"

namespace upselld::store {

class RecordNames;
class RecordProducts;

struct PendingDeletion {
  std::uint64_t hash = 0;
  std::int64_t at = 0;
  std::uint32_t after_row = 0;  // came when this many rows were gathered
};

// Events of one stream that are gathered and not yet committed.
struct PendingEvents {
  EventColumns events;
  std::vector<std::uint32_t> number;  // account
  Column<std::uint32_t> part;
  Column<std::int64_t> version{IdEntry::kNoVersion};
  std::vector<PendingDeletion> deletions;
  std::vector<std::uint32_t> replaced_parts;  // what is stored of them goes first

  bool empty() const { return number.empty() && deletions.empty() && replaced_parts.empty(); }
  void clear();
  std::size_t bytes();
};

// The hash of an event's, an order's, a case's or a contact's id within a connection; 0 for none.
std::uint64_t id_hash(std::uint64_t key_of_connection, std::string_view id);

// Where codes come from while a page is taken in.
struct PageContext {
  RecordNames& names;
  RecordProducts& products;
  std::uint16_t connection = 0;  // names
  std::uint64_t connection_key = 0;
  std::uint32_t part = 0;  // names; 0: a keyed stream
};

// The column that says whose the page's records are; nullptr when its kind has none.
const std::vector<TextRef>* account_column(const Page& page);

// Adds the `kept` rows of an order, line or activity page; numbers[i] is the account of kept[i].
void gather(PendingEvents& pending, const Page& page, std::span<const std::uint32_t> kept,
            std::span<const std::uint32_t> numbers, const PageContext& context);

}  // namespace upselld::store
