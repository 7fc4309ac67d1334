// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace SQLite {
class Database;
}

namespace upselld::store {

class RecordNames;

// The key of a space of ids (a connection, or the values of a joined attribute): the same in every
// database, so that the order of walks is.
std::uint64_t space_key(std::string_view space);
// 63 bits, because SQLite's integers are signed and its order must be ours.
std::uint64_t place_of_id(std::uint64_t key_of_space, std::string_view id);

// Which accounts there are, in memory: by id's hash and by number. Two ids with one 63-bit hash are
// taken for one: at a million accounts that happens once in ten million databases.
class AccountDirectory {
 public:
  struct Entry {
    std::uint64_t own_place = 0;  // hash of its space and id
    std::uint64_t place = 0;      // where its events stand: own_place of its root
    std::uint32_t root = 0;       // what it stands for; itself, when nothing happened; 0: no entry
    std::uint32_t merged_into = 0;
    std::uint16_t space = 0;  // names
    bool known = false;       // its record was seen
  };
  static constexpr std::uint32_t kForgotten = 0xffffffff;

  // May throw SQLite::Exception.
  void load(SQLite::Database& sql);

  // 0: not there. kForgotten: was forgotten and must not come back.
  std::uint32_t find(std::uint64_t place) const;
  // Starts to load what find() will read: many looked up in turn are faster for it.
  void prefetch(std::uint64_t place) const {
    __builtin_prefetch(&slots_[place & (slots_.size() - 1)]);
  }
  void prefetch_entry(std::uint32_t number) const { __builtin_prefetch(&entries_[number]); }
  // Adds an account that is not there; it is not known yet.
  std::uint32_t add(std::uint16_t space, std::uint64_t own_place, std::string_view id);
  void add_forgotten(std::uint64_t own_place) { insert(own_place, kForgotten); }
  void erase(std::uint32_t number);

  Entry& operator[](std::uint32_t number) { return entries_[number]; }
  const Entry& operator[](std::uint32_t number) const { return entries_[number]; }
  bool contains(std::uint32_t number) const {
    return number < entries_.size() && entries_[number].root != 0;
  }
  // Its account is known: what belongs to it is used.
  bool is_settled(std::uint32_t number) const { return entries_[entries_[number].root].known; }
  std::uint32_t next_number() const { return static_cast<std::uint32_t>(entries_.size()); }

  // All numbers in the order of `place`, then number. Valid until anything changes.
  const std::vector<std::uint32_t>& by_place();
  void places_changed() { by_place_.clear(); }

  // Accounts that have no row yet. `text` of the id is kept until rows_written().
  std::uint32_t first_unsaved() const { return first_unsaved_; }
  const std::string& unsaved_id(std::uint32_t number) const {
    return unsaved_ids_[number - first_unsaved_];
  }
  void rows_written();

 private:
  void insert(std::uint64_t place, std::uint32_t number);
  std::size_t slot_of(std::uint64_t place) const;

  struct Slot {
    std::uint64_t place = 0;
    std::uint32_t number = 0;  // 0: empty
  };
  std::vector<Slot> slots_ = std::vector<Slot>(1024);
  std::size_t used_ = 0;
  std::vector<Entry> entries_ = std::vector<Entry>(1);
  std::vector<std::uint32_t> by_place_;
  std::uint32_t first_unsaved_ = 1;
  std::vector<std::string> unsaved_ids_;
};

}  // namespace upselld::store
