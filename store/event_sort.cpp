// SPDX-License-Identifier: Apache-2.0
#include "store/event_sort.h"

#include <algorithm>
#include <functional>

namespace upselld::store {
namespace {

// Rows of a range on the average: their columns fit into a second level cache.
constexpr std::size_t kRangeRows = 8'192;

bool is_constant(const Column<std::uint32_t>& column) {
  const auto& values = column.values();
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

// How many accounts have so few rows: a power of two, or all of them.
unsigned shift_for(std::size_t accounts, std::size_t rows) {
  unsigned shift = 0;
  while (std::size_t{1} << shift < accounts && rows << (shift + 1) <= accounts * kRangeRows) {
    ++shift;
  }
  return shift;
}

}  // namespace

SortedRows::SortedRows(AccountDirectory& accounts, PendingEvents& pending,
                       std::span<const std::uint32_t> rows)
    : accounts_(accounts) {
  if (rows.empty()) return;
  const std::vector<std::uint32_t>& order = accounts.by_place();
  std::vector<std::uint32_t> rank_of(accounts.next_number());
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) rank_of[order[rank]] = rank;
  shift_ = shift_for(order.size(), rows.size());

  // Where each row goes: a counting sort by range.
  std::vector<std::uint32_t> slots(rows.size());
  range_begin_.assign((order.size() >> shift_) + 2, 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    slots[i] = rank_of[pending.number[rows[i]]];
    ++range_begin_[(slots[i] >> shift_) + 1];
  }
  for (std::size_t i = 1; i < range_begin_.size(); ++i) range_begin_[i] += range_begin_[i - 1];
  std::vector<std::uint32_t>().swap(pending.number);
  rank_.resize(rows.size());
  std::vector<std::uint32_t> next(range_begin_);
  for (std::uint32_t& slot : slots) {
    const std::uint32_t rank = slot;
    slot = next[rank >> shift_]++;
    rank_[slot] = rank;
  }
  // Mostly one part is gathered at a time.
  one_part_ = is_constant(pending.part);
  events_.take(pending.events, rows, slots);
  part_.take(pending.part, rows, slots);
  pending.version.clear();
}

void SortedRows::sort_range(std::size_t range) {
  const std::uint32_t begin = range_begin_[range];
  const std::uint32_t end = range_begin_[range + 1];
  const std::uint32_t first = static_cast<std::uint32_t>(range) << shift_;
  account_end_.assign(std::size_t{1} << shift_, 0);
  if (begin == end) return;
  for (std::uint32_t row = begin; row < end; ++row) ++account_end_[rank_[row] - first];
  std::uint32_t sum = 0;
  for (std::uint32_t& count : account_end_) {
    const std::uint32_t before = sum;
    sum += count;
    count = before;
  }
  // Counting sort: afterwards each entry is where its account's rows end.
  sorted_.resize(end - begin);
  for (std::uint32_t row = begin; row < end; ++row)
    sorted_[account_end_[rank_[row] - first]++] = row;
}

void SortedRows::sort_account(std::span<std::uint32_t> rows) const {
  const auto& at = events_.at;
  const auto by_part_and_time = [&](std::uint32_t a, std::uint32_t b) {
    if (!one_part_ && part_[a] != part_[b]) return part_[a] < part_[b];
    return at[a] < at[b];
  };
  if (std::is_sorted(rows.begin(), rows.end(), by_part_and_time)) return;
  std::stable_sort(rows.begin(), rows.end(), by_part_and_time);
}

}  // namespace upselld::store
