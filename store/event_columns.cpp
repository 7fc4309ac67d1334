// SPDX-License-Identifier: Apache-2.0
#include "store/event_columns.h"

#include "core/digest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

namespace upselld::store {
namespace {

constexpr std::uint64_t kContentKey = 0x75706d6f6e746e74;

}  // namespace

void sort_by_time(EventColumns& events, std::size_t first) {
  if (std::is_sorted(events.at.begin() + static_cast<std::ptrdiff_t>(first), events.at.end()))
    return;
  std::vector<std::uint32_t> rows(events.size());
  std::iota(rows.begin(), rows.end(), 0U);
  std::stable_sort(rows.begin() + static_cast<std::ptrdiff_t>(first), rows.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return events.at[a] < events.at[b]; });
  EventColumns sorted;
  sorted.append(events, rows);
  std::swap(events, sorted);
}

std::uint64_t content_hash(const EventColumns& events, std::size_t row, std::uint32_t account) {
  const std::array<std::uint64_t, 9> content = {std::uint64_t{account} << 32 | events.product[row],
                                                static_cast<std::uint64_t>(events.at[row]),
                                                static_cast<std::uint64_t>(events.delay[row]),
                                                std::uint64_t{events.kind[row]} << 32 |
                                                    std::uint64_t{events.state[row]} << 16 |
                                                    events.currency[row],
                                                std::bit_cast<std::uint64_t>(events.x[row]),
                                                std::bit_cast<std::uint64_t>(events.y[row]),
                                                events.thread[row],
                                                events.contact[row],
                                                events.id[row]};
  return keyed_hash(kContentKey, std::string_view(reinterpret_cast<const char*>(content.data()),
                                                  sizeof(content)));
}

}  // namespace upselld::store
