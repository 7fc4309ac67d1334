// SPDX-License-Identifier: Apache-2.0
#include "store/account_rows.h"
#include "store/record_names.h"
#include "store/statements.h"

#include "core/assertions.h"

#include <fmt/format.h>

#include <SQLiteCpp/Database.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace upselld::store {
namespace {

// Puts what a page says into a field; true when that is news. A column that the source does not
// have says nothing.
bool put(std::string& field, const Page& page, const std::vector<TextRef>& column,
         std::size_t row) {
  if (column.empty() || page[column[row]] == field) return false;
  field = page[column[row]];
  return true;
}
bool put(Instant& field, const std::vector<Instant>& column, std::size_t row) {
  if (column.empty() || column[row] == field) return false;
  field = column[row];
  return true;
}
bool put(bool& field, const std::vector<std::uint8_t>& column, std::size_t row) {
  if (column.empty() || (column[row] != 0) == field) return false;
  field = column[row] != 0;
  return true;
}

}  // namespace

struct AccountWriter::Incoming {
  const Page& page;
  const AccountColumns& columns;
  std::vector<std::uint16_t> attribute_codes;  // of columns.attributes
  Instant now;
};

bool AccountWriter::is_inserted(std::uint32_t number) const {
  const std::uint32_t first = accounts_.first_unsaved();
  return number < first || (number - first < inserted_.size() && inserted_[number - first]);
}

Result<AccountRow> AccountWriter::row_of(std::uint32_t number) {
  const AccountDirectory::Entry& entry = accounts_[number];
  if (is_inserted(number)) {
    auto stored = rows_.read(entry.own_place);
    if (!stored) return stored.error();
    UPSELLD_ASSERT(stored->has_value());
    return std::move(**stored);
  }
  AccountRow row;
  row.place = entry.own_place;
  row.number = number;
  row.root = number;
  row.space = entry.space;
  row.id = accounts_.unsaved_id(number);
  return row;
}

void AccountWriter::write(const AccountRow& row) {
  if (is_inserted(row.number)) return rows_.update(row);
  rows_.insert(row);
  inserted_.resize(accounts_.next_number() - accounts_.first_unsaved());
  inserted_[row.number - accounts_.first_unsaved()] = true;
}

void AccountWriter::insert_unknown() {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t number = accounts_.first_unsaved(); number < accounts_.next_number();
       ++number) {
    if (!is_inserted(number)) numbers.push_back(number);
  }
  // In the order of the table, which is far faster.
  std::sort(numbers.begin(), numbers.end(), [&](std::uint32_t a, std::uint32_t b) {
    return accounts_[a].own_place < accounts_[b].own_place;
  });
  for (const std::uint32_t number : numbers) {
    const auto row = row_of(number);
    if (row) write(*row);
  }
}

bool AccountWriter::apply_record(const Incoming& incoming, std::size_t index, AccountRow& row) {
  const AccountColumns& c = incoming.columns;
  const Page& page = incoming.page;
  bool changed = put(row.name, page, c.name, index);
  changed |= put(row.owner, page, c.owner, index);
  changed |= put(row.parent, page, c.parent, index);
  changed |= put(row.currency, page, c.currency, index);
  changed |= put(row.created_at, c.created_at, index);
  changed |= put(row.pause_until, c.pause_until, index);
  changed |= put(row.opted_out, c.opted_out, index);
  changed |= put(row.in_scope, c.in_scope, index);
  for (std::size_t i = 0; i < c.attributes.size(); ++i) {
    const AttributeColumn& column = c.attributes[i];
    AttributeValue value = missing_value();
    if (!column.number.empty() && !std::isnan(column.number[index]))
      value.number = column.number[index];
    if (!column.text.empty()) value.text = page[column.text[index]];
    const bool news = row.past.observe(incoming.attribute_codes[i], value, incoming.now);
    structure_changed_ |= news;
    changed |= news;
  }
  const Instant version = c.modified_at.empty() ? Instant::missing() : c.modified_at[index];
  const bool was_deleted = row.is_deleted();
  row.version = version;
  if (!c.deleted.empty() && c.deleted[index] != 0) {
    const Instant at = version.is_missing() ? incoming.now : version;
    if (row.deletion_at.is_missing() || row.deletion_at < at) row.deletion_at = at;
  } else if (version.is_missing()) {
    row.deletion_at = Instant::missing();
  }
  structure_changed_ |= was_deleted != row.is_deleted();
  return changed || was_deleted != row.is_deleted();
}

Result<PageCounts> AccountWriter::apply_accounts(const Page& page,
                                                 const std::vector<std::uint32_t>& numbers,
                                                 const std::vector<AttributeSpec>& attributes,
                                                 Instant now) {
  PageCounts counts;
  Incoming incoming{page, std::get<AccountColumns>(page.columns), {}, now};
  for (const AttributeColumn& column : incoming.columns.attributes) {
    if (column.attribute >= attributes.size()) {
      return Error{ErrorKind::corrupt,
                   fmt::format("store accounts: attribute {} of a page is not in the connection's "
                               "table of {}",
                               column.attribute, attributes.size()),
                   {}};
    }
    incoming.attribute_codes.push_back(
        names_.code(NameKind::attribute, attributes[column.attribute].name));
  }
  std::vector<std::uint32_t> order(numbers.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return accounts_[numbers[a]].own_place < accounts_[numbers[b]].own_place;
  });
  for (const std::uint32_t index : order) {
    const std::uint32_t number = numbers[index];
    if (number == 0) continue;
    auto row = row_of(number);
    if (!row) return row.error();
    const bool is_new = row->known_mark == 0;
    const Instant version = incoming.columns.modified_at.empty()
                                ? Instant::missing()
                                : incoming.columns.modified_at[index];
    // Without versions the newest arrival wins; else an equal or older version changes nothing.
    if (!is_new && !version.is_missing() && !row->version.is_missing() && version <= row->version) {
      ++counts.unchanged;
      continue;
    }
    const Instant version_before = row->version;
    const bool changed = apply_record(incoming, index, *row);
    if (is_new) {
      row->known_mark = mark_;
      accounts_[number].known = true;
      structure_changed_ = true;
      ++counts.new_records;
    } else {
      ++(changed ? counts.changed : counts.unchanged);
    }
    if (is_new || changed) {
      write(*row);
    } else if (row->version != version_before) {
      rows_.update(*row);
    }
  }
  return counts;
}

Result<PageCounts> AccountWriter::apply_history(const Page& page,
                                                const std::vector<std::uint32_t>& numbers,
                                                const std::vector<AttributeSpec>& attributes,
                                                std::uint64_t source) {
  PageCounts counts;
  const auto& c = std::get<AttributeChangeColumns>(page.columns);
  std::vector<std::uint32_t> order(numbers.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return accounts_[numbers[a]].own_place < accounts_[numbers[b]].own_place;
  });
  for (std::size_t begin = 0; begin < order.size();) {
    const std::uint32_t number = numbers[order[begin]];
    std::size_t end = begin;
    while (end < order.size() && numbers[order[end]] == number) ++end;
    if (number == 0) {
      begin = end;
      continue;
    }
    auto row = row_of(number);
    if (!row) return row.error();
    bool changed = false;
    for (; begin < end; ++begin) {
      const std::uint32_t index = order[begin];
      if (c.attribute[index] >= attributes.size()) continue;
      const Instant at = c.at[index];
      const bool later =
          !c.known_at.empty() && !c.known_at[index].is_missing() && c.known_at[index] > at;
      PastValue told{names_.code(NameKind::attribute, attributes[c.attribute[index]].name), source,
                     later ? c.known_at[index].ms : at.ms, at.ms, missing_value()};
      if (!c.number.empty() && !std::isnan(c.number[index])) told.value.number = c.number[index];
      if (!c.text.empty()) told.value.text = page[c.text[index]];
      const bool news = row->past.tell(told);
      ++(news ? counts.new_records : counts.unchanged);
      if (news && row->known_mark == 0) ++counts.waiting;
      changed |= news;
    }
    if (changed) write(*row);
  }
  return counts;
}

Result<PageCounts> AccountWriter::mark_deleted(std::uint32_t number, Instant at) {
  PageCounts counts;
  auto row = row_of(number);
  if (!row) return row.error();
  const bool was_deleted = row->is_deleted();
  if (!row->deletion_at.is_missing() && row->deletion_at >= at) return counts;
  row->deletion_at = at;
  if (row->is_deleted() && !was_deleted && row->known_mark != 0) ++counts.deleted;
  structure_changed_ = true;
  write(*row);
  return counts;
}

Result<PageCounts> AccountWriter::merge(std::uint32_t loser, std::uint32_t survivor, Instant at) {
  PageCounts counts;
  if (loser == survivor) return counts;
  auto row = row_of(loser);
  if (!row) return row.error();
  if (row->merged_into == survivor) return counts;
  if (row->merged_into != 0 && !row->merged_at.is_missing()) {
    const bool same = row->merged_at == at;
    // Two merges of one account: the later one; at one moment, whichever id comes first by hash.
    if (row->merged_at > at ||
        (same && accounts_[row->merged_into].own_place < accounts_[survivor].own_place)) {
      return counts;
    }
  }
  row->merged_into = survivor;
  row->merged_at = at;
  accounts_[loser].merged_into = survivor;
  ++counts.merged;
  structure_changed_ = true;
  write(*row);
  return counts;
}

Result<std::uint64_t> AccountWriter::take_back(SQLite::Database& sql, std::uint64_t source) {
  std::vector<std::uint64_t> places;
  SQLite::Statement all(sql, "SELECT place, past FROM accounts WHERE length(past) > 0");
  while (all.executeStep()) {
    AccountPast past;
    past.unpack(blob_of(all.getColumn(1)));
    if (past.take_back(source)) {
      places.push_back(static_cast<std::uint64_t>(all.getColumn(0).getInt64()));
    }
  }
  std::uint64_t removed = 0;
  for (const std::uint64_t place : places) {
    auto row = rows_.read(place);
    if (!row) return row.error();
    const std::size_t before = (*row)->past.values().size();
    (*row)->past.take_back(source);
    removed += before - (*row)->past.values().size();
    write(**row);
  }
  return removed;
}

}  // namespace upselld::store
