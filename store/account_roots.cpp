// SPDX-License-Identifier: Apache-2.0
#include "store/account_roots.h"

#include "core/number_text.h"
#include "store/record_names.h"

#include <fmt/format.h>

#include <SQLiteCpp/Database.h>

#include <algorithm>
#include <limits>
#include <string>

namespace upselld::store {
namespace {

// Follows merges to their end. Merges in a circle are broken data: then the first by hash survives.
std::uint32_t end_of_merges(const AccountDirectory& accounts, std::uint32_t number) {
  std::uint32_t slow = number;
  std::uint32_t fast = number;
  const auto next = [&](std::uint32_t from) {
    const std::uint32_t into = accounts[from].merged_into;
    return into != 0 && accounts.contains(into) ? into : from;
  };
  for (;;) {
    if (next(fast) == fast) return fast;
    fast = next(fast);
    if (next(fast) == fast) return fast;
    fast = next(fast);
    slow = next(slow);
    if (slow == fast) break;
  }
  std::uint32_t first = slow;
  for (std::uint32_t at = next(slow); at != slow; at = next(at)) {
    if (accounts[at].own_place < accounts[first].own_place) first = at;
  }
  return first;
}

}  // namespace

std::vector<JoinedSpace> joined_spaces(const RecordNames& names) {
  std::vector<JoinedSpace> spaces;
  for (std::uint16_t code = 1; code <= names.newest() && code != 0; ++code) {
    if (names.kind(code) != NameKind::joined_space) continue;
    const std::string& text = names.text(code);
    const std::size_t cut = text.find('\x1f');
    spaces.push_back({space_key(text), code, names.find(NameKind::connection, text.substr(0, cut)),
                      names.find(NameKind::attribute, text.substr(cut + 1))});
  }
  return spaces;
}

std::optional<std::string> joined_value(const AccountRow& row, const JoinedSpace& space) {
  if (row.space != space.connection || space.attribute == 0) return std::nullopt;
  const AttributeValue value =
      row.past.newest(space.attribute, Instant{std::numeric_limits<std::int64_t>::max()});
  if (is_missing(value)) return std::nullopt;
  return value.text.empty() ? shortest_text(value.number) : value.text;
}

Result<void> AccountRoots::read_joined_values(SQLite::Database& sql, const RecordNames& names) {
  joined_.clear();
  const std::vector<JoinedSpace> spaces = joined_spaces(names);
  SQLite::Statement all(sql, fmt::format("SELECT {} FROM accounts WHERE known_mark <> 0 AND "
                                         "length(past) > 0",
                                         AccountRows::kColumns));
  AccountRow row;
  while (all.executeStep()) {
    if (!AccountRows::read_row(all, row)) {
      return damaged_account(row.number);
    }
    for (const JoinedSpace& space : spaces) {
      const auto text = joined_value(row, space);
      if (!text) continue;
      Target& target = joined_[place_of_id(space.key, *text)];
      const bool live = !row.is_deleted() && row.merged_into == 0;
      // A live account goes before those that are gone; two of a kind are nobody.
      if (target.number == 0 || (live && !target.live)) {
        target = {row.number, live, false};
      } else if (live == target.live) {
        target.ambiguous = true;
      }
    }
  }
  joined_is_read_ = true;
  spaces_read_ = spaces.size();
  return {};
}

Result<std::vector<StoredAccount>> AccountRoots::settle(SQLite::Database& sql, AccountRows& rows,
                                                        AccountDirectory& accounts,
                                                        const RecordNames& names,
                                                        bool structure_changed) {
  std::vector<StoredAccount> moved;
  bool any_joined = false;
  for (std::uint32_t n = accounts.first_unsaved(); n < accounts.next_number() && !any_joined; ++n) {
    any_joined = names.kind(accounts[n].space) == NameKind::joined_space;
  }
  if (!structure_changed && !any_joined) return moved;
  const std::size_t spaces = joined_spaces(names).size();
  if (spaces != 0 && (structure_changed || !joined_is_read_ || spaces != spaces_read_)) {
    if (auto read = read_joined_values(sql, names); !read) return read.error();
  }
  for (std::uint32_t number = 1; number < accounts.next_number(); ++number) {
    AccountDirectory::Entry& entry = accounts[number];
    if (entry.root == 0) continue;
    std::uint32_t target = number;
    if (names.kind(entry.space) == NameKind::joined_space) {
      const auto found = joined_.find(entry.own_place);
      const bool is_one = found != joined_.end() && !found->second.ambiguous;
      if (is_one && accounts.contains(found->second.number)) target = found->second.number;
    }
    const std::uint32_t root = end_of_merges(accounts, target);
    if (root == entry.root) continue;
    moved.push_back({entry.place, number});
    entry.root = root;
    entry.place = accounts[root].own_place;
    rows.set_root(entry.own_place, root);
  }
  if (!moved.empty()) accounts.places_changed();
  std::sort(moved.begin(), moved.end());
  return moved;
}

}  // namespace upselld::store
