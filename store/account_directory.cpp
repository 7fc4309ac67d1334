// SPDX-License-Identifier: Apache-2.0
#include "store/account_directory.h"

#include "core/digest.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>

namespace upselld::store {
namespace {

constexpr std::uint64_t kSpaceKey = 0x7570736373706163;

}  // namespace

std::uint64_t space_key(std::string_view space) {
  return keyed_hash(kSpaceKey, space);
}

std::uint64_t place_of_id(std::uint64_t key_of_space, std::string_view id) {
  return keyed_hash(key_of_space, id) >> 1;
}

void AccountDirectory::load(SQLite::Database& sql) {
  const std::int64_t next = sql.execAndGet("SELECT next_number FROM record_state").getInt64();
  entries_.assign(static_cast<std::size_t>(next), Entry{});
  SQLite::Statement rows(sql,
                         "SELECT number, root, space, known_mark, merged_into, place FROM accounts "
                         "INDEXED BY accounts_by_number ORDER BY number");
  while (rows.executeStep()) {
    const std::uint32_t number = rows.getColumn(0).getUInt();
    Entry& entry = entries_.at(number);
    entry.root = rows.getColumn(1).getUInt();
    entry.space = static_cast<std::uint16_t>(rows.getColumn(2).getInt());
    entry.known = rows.getColumn(3).getInt64() != 0;
    entry.merged_into = rows.getColumn(4).getUInt();
    entry.own_place = static_cast<std::uint64_t>(rows.getColumn(5).getInt64());
    insert(entry.own_place, number);
  }
  for (Entry& entry : entries_) {
    if (entry.root != 0) entry.place = entries_.at(entry.root).own_place;
  }
  first_unsaved_ = next_number();
}

std::size_t AccountDirectory::slot_of(std::uint64_t place) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = place & mask;
  while (slots_[slot].number != 0 && slots_[slot].place != place) slot = (slot + 1) & mask;
  return slot;
}

std::uint32_t AccountDirectory::find(std::uint64_t place) const {
  return slots_[slot_of(place)].number;
}

void AccountDirectory::insert(std::uint64_t place, std::uint32_t number) {
  if (used_ * 2 >= slots_.size()) {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.number != 0) slots_[slot_of(slot.place)] = slot;
    }
  }
  Slot& slot = slots_[slot_of(place)];
  if (slot.number == 0) ++used_;
  slot = {place, number};
}

std::uint32_t AccountDirectory::add(std::uint16_t space, std::uint64_t own_place,
                                    std::string_view id) {
  const std::uint32_t number = next_number();
  entries_.push_back({own_place, own_place, number, 0, space, false});
  unsaved_ids_.emplace_back(id);
  insert(own_place, number);
  places_changed();
  return number;
}

void AccountDirectory::erase(std::uint32_t number) {
  // The slot stays taken: what comes again under this id was forgotten.
  insert(entries_[number].own_place, kForgotten);
  entries_[number] = Entry{};
  places_changed();
}

const std::vector<std::uint32_t>& AccountDirectory::by_place() {
  if (by_place_.empty()) {
    by_place_.reserve(entries_.size());
    for (std::uint32_t number = 1; number < next_number(); ++number) {
      if (entries_[number].root != 0) by_place_.push_back(number);
    }
    std::sort(by_place_.begin(), by_place_.end(), [&](std::uint32_t a, std::uint32_t b) {
      const std::uint64_t place_a = entries_[a].place;
      const std::uint64_t place_b = entries_[b].place;
      return place_a != place_b ? place_a < place_b : a < b;
    });
  }
  return by_place_;
}

void AccountDirectory::rows_written() {
  unsaved_ids_.clear();
  first_unsaved_ = next_number();
}

}  // namespace upselld::store
