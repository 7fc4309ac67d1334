// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/timeline.h"
#include "scoring/settings.h"

namespace upselld::scoring {

// One order as it was known at a moment. Amounts are in the reporting currency; NaN: not known.
struct SeenOrder {
  Instant at;
  std::uint64_t id_hash = 0;
  double amount = 0;
  double units = 0;
  int lines = 0;
  OrderKind kind = OrderKind::other;
  OrderStatus status = OrderStatus::won;
  bool won = false;  // counts as bought: see LaterCancelled
};
struct SeenLine {
  Instant at;
  std::uint32_t product = 0;
  double quantity = 0, price = 0;
  bool won = false;
};

// What was known of an account's orders before a moment, by time. Reused: valid until the next
// view.
struct OrderView {
  std::vector<SeenOrder> all;
  std::vector<SeenOrder> won;
  std::vector<double> amounts;  // of won orders with an amount above 0, ascending
  double usual = 0;             // their median; NaN: none
};

// The orders of one account, made from order records and from lines. A line that was not known yet
// is not there: an order that straddles a moment has only its earlier lines then.
class OrderBook {
 public:
  OrderBook(const Vocabulary& vocabulary, const ScoringSettings& settings);

  void open(const Timeline& timeline);
  // Known before `upper`, happened before `upper`.
  void view(Instant upper, OrderView& out) const;
  const std::vector<OrderLineEvent>& lines() const { return *lines_; }

  // Orders as known at the end, with since when an order's amount had reached `amount_min`.
  struct Final {
    SeenOrder order;
    Instant known_at;
    Instant taken_back_at = Instant::missing();  // known since; see taken_back()
  };
  std::vector<Final> placed_in(Instant from, Instant until, double amount_min) const;

  double in_reporting_currency(double amount, std::uint16_t currency) const;
  bool is_won(OrderStatus status, double amount) const;

 private:
  struct Entry {
    std::uint64_t id_hash = 0;
    int record = -1;                    // index into the timeline's orders
    std::uint32_t first = 0, last = 0;  // into sorted_
    Instant complete_at = {};           // known whole since
    SeenOrder whole = {};
  };
  SeenOrder seen(const Entry& entry, Instant upper) const;
  bool has_amount(const Entry& entry) const;  // of its own, not of its lines
  void match_reversals() const;

  const ScoringSettings* settings_;
  std::vector<double> rates_;
  std::vector<std::uint8_t> is_refund_;  // by activity kind
  const std::vector<OrderEvent>* orders_ = nullptr;
  const std::vector<OrderLineEvent>* lines_ = nullptr;
  std::vector<std::uint32_t> sorted_;  // lines by order, then known_at
  const std::vector<ActivityEvent>* activities_ = nullptr;
  std::vector<Entry> entries_;
  // By entry; empty until placed_in() asks, which scoring never does.
  mutable std::vector<Instant> taken_back_at_;
};

}  // namespace upselld::scoring
