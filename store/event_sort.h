// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "store/account_directory.h"
#include "store/event_pending.h"

namespace upselld::store {

// Gathered rows by account, in the order of places; the rows of one account and part in order of
// time, equal times in order of arrival. Rows of a range of accounts are brought together first, in
// one pass over each column: what follows then stays within what a processor's cache holds, where
// picking every row from where it was gathered waits for memory most of the time.
class SortedRows {
 public:
  // Takes over `rows` of `pending`, which has no rows after. `accounts` outlives the object.
  SortedRows(AccountDirectory& accounts, PendingEvents& pending,
             std::span<const std::uint32_t> rows);

  const EventColumns& events() const { return events_; }
  const Column<std::uint32_t>& part() const { return part_; }
  // Calls visit(number of the account, its rows) in the order of places.
  template <typename Visit>
  void for_each(const Visit& visit) {
    const auto& order = accounts_.by_place();
    for (std::size_t range = 0; range + 1 < range_begin_.size(); ++range) {
      sort_range(range);
      std::uint32_t begin = 0;
      for (std::size_t i = 0; i < account_end_.size(); ++i) {
        const std::uint32_t end = account_end_[i];
        const std::size_t rank = (range << shift_) + i;
        if (rank + kPrefetchAhead < order.size()) {
          accounts_.prefetch_entry(order[rank + kPrefetchAhead]);
        }
        if (end == begin) continue;
        const auto of_account = std::span(sorted_).subspan(begin, end - begin);
        sort_account(of_account);
        visit(order[rank], of_account);
        begin = end;
      }
    }
  }

 private:
  static constexpr std::size_t kPrefetchAhead = 16;

  void sort_range(std::size_t range);
  void sort_account(std::span<std::uint32_t> rows) const;

  AccountDirectory& accounts_;
  unsigned shift_ = 0;                      // a range has 1 << shift_ accounts
  std::vector<std::uint32_t> range_begin_;  // rows
  std::vector<std::uint32_t> rank_;         // of each row's account in by_place()
  EventColumns events_;
  Column<std::uint32_t> part_;
  bool one_part_ = true;
  std::vector<std::uint32_t> account_end_;  // of one range, in sorted_
  std::vector<std::uint32_t> sorted_;       // its rows
};

}  // namespace upselld::store
