// SPDX-License-Identifier: Apache-2.0
#include "store/account_events.h"

#include "store/account_rows.h"
#include "store/event_runs.h"
#include "store/statements.h"
#include "store/timeline_build.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace upselld::store {
namespace {

// Contacts that opted out of profiling, as far as they come up in what is read.
class SilentContacts {
 public:
  SilentContacts(SQLite::Database& sql, std::vector<std::uint64_t>& silent)
      : query_(sql, "SELECT 1 FROM contacts WHERE hash = ? AND may_profile = 0"), silent_(silent) {}

  void look_up(const EventColumns& events, const EventChunk& chunk) {
    for (std::uint32_t row = chunk.first; row < chunk.first + chunk.count; ++row) {
      const std::uint64_t contact = events.contact[row];
      if (contact == 0 || !looked_up_.insert(contact).second) continue;
      query_.bind(1, static_cast<std::int64_t>(contact));
      if (query_.executeStep()) {
        silent_.insert(std::lower_bound(silent_.begin(), silent_.end(), contact), contact);
      }
      query_.reset();
    }
  }

 private:
  SQLite::Statement query_;
  std::set<std::uint64_t> looked_up_;
  std::vector<std::uint64_t>& silent_;  // sorted
};

// The account's own number and those of whom it stands for: all events of theirs stand at its
// place.
std::vector<std::uint32_t> numbers_of(SQLite::Database& sql, std::uint32_t number) {
  std::vector<std::uint32_t> numbers = {number};
  SQLite::Statement rows(sql, "SELECT number FROM accounts WHERE root = ? AND root <> number");
  rows.bind(1, number);
  while (rows.executeStep()) numbers.push_back(rows.getColumn(0).getUInt());
  return numbers;
}

Result<void> add_events(SQLite::Database& sql, const RecordNames& names, const AccountRow& row,
                        WalkCodes& codes, TimelineBuilder& builder) {
  const std::vector<std::uint32_t> numbers = numbers_of(sql, row.number);
  SilentContacts silent(sql, codes.silent_contacts);
  EventRuns runs(sql);
  EventBlock block;
  for (const auto& [stream, key] : runs.blocks_at(row.place)) {
    const RecordKind kind = names.streams()[stream - 1].kind;
    if (kind == RecordKind::order_line) continue;
    if (auto read = runs.read(key, block); !read) return read;
    for (const EventChunk& chunk : block.chunks) {
      if (std::find(numbers.begin(), numbers.end(), chunk.number) == numbers.end()) continue;
      silent.look_up(block.events, chunk);
      builder.add(kind, block.events, chunk);
    }
  }
  return {};
}

}  // namespace

Result<AccountEvents> read_account_events(Database& database, std::uint32_t number,
                                          Instant known_before, Instant events_from) {
  return guarded("read account", [&]() -> Result<AccountEvents> {
    const ReadState one_state(database);
    SQLite::Database& sql = raw(database);
    const auto row = AccountRows::read_known(sql, number);
    if (!row) return row.error();
    if (row->root != number) return account_not_found(number);
    RecordNames names;
    names.load(sql);
    WalkCodes codes = read_word_codes(names);
    TimelineBuilder builder(codes, events_from);
    builder.begin(*row, names.text(row->space), known_before);
    if (auto added = add_events(sql, names, *row, codes, builder); !added) return added.error();
    if (!builder.finish()) return account_not_found(number);
    return AccountEvents{std::move(codes.vocabulary), builder.timeline()};
  });
}

}  // namespace upselld::store
