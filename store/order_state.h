// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/records.h"

namespace upselld::store {

// Kind and status of an order or line, as EventColumns::state holds them.
constexpr std::uint8_t order_state(OrderKind kind, OrderStatus status) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(kind) << 4 |
                                   static_cast<unsigned>(status));
}
constexpr OrderKind kind_of(std::uint8_t state) {
  return static_cast<OrderKind>(state >> 4);
}
constexpr OrderStatus status_of(std::uint8_t state) {
  return static_cast<OrderStatus>(state & 15);
}
// Whether it has no age: a deal that is open counts, however long ago it was begun.
constexpr bool goes_on(std::uint8_t state) {
  return status_of(state) == OrderStatus::open;
}

}  // namespace upselld::store
