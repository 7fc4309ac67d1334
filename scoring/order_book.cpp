// SPDX-License-Identifier: Apache-2.0
#include "scoring/order_book.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "scoring/taken_back.h"

namespace upselld::scoring {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

bool earlier(const SeenOrder& a, const SeenOrder& b) {
  return a.at != b.at ? a.at < b.at : a.id_hash < b.id_hash;
}

double median_of(const std::vector<double>& ascending) {
  if (ascending.empty()) return kUnknown;
  const std::size_t half = ascending.size() / 2;
  return ascending.size() % 2 == 1 ? ascending[half] : (ascending[half - 1] + ascending[half]) / 2;
}

}  // namespace

OrderBook::OrderBook(const Vocabulary& vocabulary, const ScoringSettings& settings)
    : settings_(&settings) {
  for (const std::string& currency : vocabulary.currencies) {
    const auto rate = settings.currency_rates.find(currency);
    const bool own = rates_.empty() || currency == settings.currency;
    rates_.push_back(own ? 1.0 : rate == settings.currency_rates.end() ? kUnknown : rate->second);
  }
  for (const std::string& kind : vocabulary.activity_kinds) is_refund_.push_back(kind == "refund");
}

double OrderBook::in_reporting_currency(double amount, std::uint16_t currency) const {
  if (currency == 0) return amount;
  return currency < rates_.size() ? amount * rates_[currency] : kUnknown;
}

bool OrderBook::is_won(OrderStatus status, double amount) const {
  if (status == OrderStatus::won) return true;
  return status == OrderStatus::cancelled && amount > 0 &&
         settings_->target.later_cancelled == LaterCancelled::counts;
}

void OrderBook::open(const Timeline& timeline) {
  orders_ = &timeline.orders;
  lines_ = &timeline.lines;
  activities_ = &timeline.activities;
  sorted_.resize(lines_->size());
  std::iota(sorted_.begin(), sorted_.end(), 0U);
  // Stable: within an order lines keep the timeline's order when they became known together.
  std::stable_sort(sorted_.begin(), sorted_.end(), [this](std::uint32_t a, std::uint32_t b) {
    const OrderLineEvent& x = (*lines_)[a];
    const OrderLineEvent& y = (*lines_)[b];
    return x.order_hash != y.order_hash ? x.order_hash < y.order_hash : x.known_at < y.known_at;
  });
  std::vector<std::uint32_t> records(orders_->size());
  std::iota(records.begin(), records.end(), 0U);
  std::sort(records.begin(), records.end(), [this](std::uint32_t a, std::uint32_t b) {
    const auto x = (*orders_)[a].id_hash, y = (*orders_)[b].id_hash;
    return x != y ? x < y : a < b;
  });
  entries_.clear();
  std::size_t line = 0;
  auto take_lines = [&](Entry& entry) {
    entry.first = static_cast<std::uint32_t>(line);
    while (line < sorted_.size() && (*lines_)[sorted_[line]].order_hash == entry.id_hash) ++line;
    entry.last = static_cast<std::uint32_t>(line);
  };
  for (std::size_t r = 0; r <= records.size(); ++r) {
    const bool more = r < records.size();
    while (line < sorted_.size() &&
           (!more || (*lines_)[sorted_[line]].order_hash < (*orders_)[records[r]].id_hash)) {
      Entry entry{.id_hash = (*lines_)[sorted_[line]].order_hash};
      take_lines(entry);
      entries_.push_back(entry);
    }
    if (!more) break;
    Entry entry{.id_hash = (*orders_)[records[r]].id_hash, .record = static_cast<int>(records[r])};
    take_lines(entry);
    entries_.push_back(entry);
  }
  for (Entry& entry : entries_) {
    entry.complete_at = entry.record >= 0 ? (*orders_)[entry.record].known_at
                                          : (*lines_)[sorted_[entry.first]].known_at;
    if (entry.last > entry.first) {
      const Instant newest = (*lines_)[sorted_[entry.last - 1]].known_at;
      entry.complete_at = std::max(entry.complete_at, newest);
    }
    entry.whole = seen(entry, entry.complete_at + milliseconds(1));
  }
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return earlier(a.whole, b.whole); });
  taken_back_at_.clear();
}

void OrderBook::match_reversals() const {
  taken_back_at_.assign(entries_.size(), Instant::missing());
  if (settings_->target.later_cancelled == LaterCancelled::counts) return;
  std::vector<Booking> reversals;
  for (const ActivityEvent& event : *activities_) {
    if (is_refund_[event.kind] != 0) reversals.push_back({event.at, event.known_at, event.value});
  }
  // An order that was cancelled was bought: what comes back for it comes back for no other.
  std::vector<Booking> purchases;
  for (const Entry& entry : entries_) {
    const SeenOrder& order = entry.whole;
    const bool is_booked = order.won || order.status == OrderStatus::cancelled;
    const Instant known_at =
        has_amount(entry) ? (*orders_)[entry.record].known_at : entry.complete_at;
    purchases.push_back({order.at, known_at, is_booked ? order.amount : kUnknown});
    if (is_booked && order.amount < 0) reversals.push_back({order.at, known_at, -order.amount});
  }
  if (!reversals.empty()) taken_back_at_ = taken_back(purchases, std::move(reversals));
}

bool OrderBook::has_amount(const Entry& entry) const {
  return entry.record >= 0 && !std::isnan((*orders_)[entry.record].amount);
}

// An entry none of whose parts was known has a missing time.
SeenOrder OrderBook::seen(const Entry& entry, Instant upper) const {
  SeenOrder order;
  order.at = Instant::missing();
  order.id_hash = entry.id_hash;
  const bool has_record = entry.record >= 0;
  if (has_record && (*orders_)[entry.record].known_at >= upper) return order;
  double from_lines = 0;
  for (std::uint32_t i = entry.first; i < entry.last; ++i) {
    const OrderLineEvent& line = (*lines_)[sorted_[i]];
    if (line.known_at >= upper) break;
    if (order.lines == 0) {
      order.kind = line.kind;
      order.status = line.status;
    }
    if (order.at.is_missing() || line.at < order.at) order.at = line.at;
    from_lines += in_reporting_currency(line.quantity * line.unit_price, line.currency);
    order.units += line.quantity;
    ++order.lines;
  }
  order.amount = order.lines > 0 ? from_lines : kUnknown;
  if (has_record) {
    const OrderEvent& record = (*orders_)[entry.record];
    order.at = record.at;
    order.kind = record.kind;
    order.status = record.status;
    if (!std::isnan(record.amount)) {
      order.amount = in_reporting_currency(record.amount, record.currency);
    }
  }
  order.won = is_won(order.status, order.amount);
  return order;
}

void OrderBook::view(Instant upper, OrderView& out) const {
  out.all.clear();
  out.won.clear();
  out.amounts.clear();
  bool sorted = true;
  for (const Entry& entry : entries_) {
    const bool whole = entry.complete_at < upper;
    if (!whole && entry.whole.at >= upper) continue;
    const SeenOrder order = whole ? entry.whole : seen(entry, upper);
    if (order.at.is_missing() || order.at >= upper) continue;
    sorted = sorted && (out.all.empty() || !earlier(order, out.all.back()));
    out.all.push_back(order);
  }
  if (!sorted) std::sort(out.all.begin(), out.all.end(), earlier);
  for (const SeenOrder& order : out.all) {
    if (!order.won) continue;
    out.won.push_back(order);
    if (order.amount > 0) out.amounts.push_back(order.amount);
  }
  std::sort(out.amounts.begin(), out.amounts.end());
  out.usual = median_of(out.amounts);
}

std::vector<OrderBook::Final> OrderBook::placed_in(Instant from, Instant until,
                                                   double amount_min) const {
  if (taken_back_at_.size() != entries_.size()) match_reversals();
  std::vector<Final> found;
  for (std::size_t e = 0; e < entries_.size(); ++e) {
    const Entry& entry = entries_[e];
    if (entry.whole.at < from || entry.whole.at >= until) continue;
    Final final{entry.whole, entry.complete_at, taken_back_at_[e]};
    if (has_amount(entry)) {
      final.known_at = (*orders_)[entry.record].known_at;
    } else if (entry.whole.amount >= amount_min) {
      double amount = 0;
      for (std::uint32_t i = entry.first; i < entry.last && amount < amount_min; ++i) {
        const OrderLineEvent& line = (*lines_)[sorted_[i]];
        amount += in_reporting_currency(line.quantity * line.unit_price, line.currency);
        final.known_at = line.known_at;
      }
      if (entry.record >= 0) {
        final.known_at = std::max(final.known_at, (*orders_)[entry.record].known_at);
      }
    }
    found.push_back(final);
  }
  return found;
}

}  // namespace upselld::scoring
