// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sandbox/emit.h"
#include "sandbox/rates.h"

namespace upselld::sandbox {
namespace {

constexpr double kShareCancelled = 0.03;
constexpr double kShareLost = 0.08;
constexpr double kShareCrossSell = 0.35;
constexpr double kShareRenewing = 0.7;      // of accounts, once a year
constexpr double kShareOpenUpsell = 0.025;  // of accounts, at the calendar's end
constexpr int kRefundDaysMost = 20;
constexpr int kDaysToEnterContracts = 28;

struct Line {
  std::size_t family = 0;
  int step = 0;
  std::int64_t quantity = 1;
};

// One account's orders, written as its months pass.
class OrderWriter {
 public:
  OrderWriter(const Calendar& calendar, std::uint64_t seed, const History& history,
              OutputFiles& files)
      : calendar_(calendar),
        history_(history),
        files_(files),
        id_(account_id(history.account)),
        random_(seed, Random::Purpose::orders, static_cast<std::uint64_t>(history.account)) {
    const double mean = mean_seats(history.traits.level);
    traces_.seats = kSeatsLeast + static_cast<std::int64_t>(mean * (0.5 + random_.uniform()));
    traces_.first_seats = traces_.seats;
    traces_.months.resize(history.months.size());
    traces_.plan = history.months.front().view.plan;
    renews_ = random_.chance(kShareRenewing);
  }

  OrderTraces run() {
    write_change("plan", history_.traits.created);
    write_change("seats", history_.traits.created);
    if (!history_.traits.customer) return traces_;
    write_first_order();
    for (std::size_t i = 0; i < history_.months.size(); ++i) {
      write_month(history_.months[i], traces_.months[i]);
    }
    if (random_.chance(kShareOpenUpsell)) {
      const Day day = calendar_.end() - random_.between(1, 20);
      write_order(std::max(day, history_.traits.created), "upsell", "open", {basic_line()});
    }
    return std::move(traces_);
  }

 private:
  // The CRM is as old as the history: of older customers it knows the contract that was running
  // then. Orders from before, without the activities of their time, would only push the first
  // snapshots to where no activity was recorded yet.
  void write_first_order() {
    const Day created = history_.traits.created;
    if (created >= calendar_.start()) {
      write_order(created, "new_business", "won", {basic_line()});
    } else {
      const Day entered = calendar_.start() + random_.between(0, kDaysToEnterContracts - 1);
      write_order(entered, "renewal", "won", {seats_line()});
    }
  }

  void write_month(const Month& month, MonthTraces& traces) {
    const Day first = calendar_.first_of(month.view.month);
    const int days = calendar_.days_in(month.view.month);
    const int from = std::max(0, history_.traits.created.number + 1 - first.number);
    if (from >= days) return;
    const auto any_day = [&] { return first + random_.between(from, days - 1); };
    traces.is_seen = true;
    traces.orders = random_.poisson(orders_a_month(history_.traits, month.view.month));
    for (int i = 0; i < traces.orders; ++i) write_ordinary(any_day());
    if (renews_ && month.view.tenure_months > 0 && month.view.tenure_months % 12 == 0) {
      write_order(any_day(), "renewal", "won", {seats_line()});
    }
    traces.is_upsell_lost = random_.chance(rate(kLostUpsells, month.during.interest));
    if (traces.is_upsell_lost) {
      write_order(any_day(), "upsell", "lost", {basic_line()});
    }
    if (month.upsell_day >= 0) write_upsell(first + month.upsell_day);
  }

  void write_ordinary(Day day) {
    std::vector<Line> lines = {basic_line()};
    while (lines.size() < 4 && random_.chance(0.35)) lines.push_back(basic_line());
    const char* kind = random_.chance(kShareCrossSell) ? "cross_sell" : "new_business";
    if (random_.chance(kShareLost)) {
      write_order(day, kind, "lost", lines);
      return;
    }
    const bool cancelled = random_.chance(kShareCancelled);
    const std::int64_t cents = write_order(day, kind, cancelled ? "cancelled" : "won", lines);
    const Day back = day + random_.between(1, kRefundDaysMost);
    if (cancelled && back < calendar_.end()) traces_.refunds.push_back({back, cents});
  }

  // The same family, one step up the ladder; then more room: the next plan, or more seats.
  void write_upsell(Day day) {
    Line line = basic_line();
    line.step = std::min(line.step + 1, kSteps - 1);
    write_order(day, "upsell", "won", {line});
    if (traces_.plan == Plan::enterprise) {
      traces_.seats += traces_.seats / 3 + 1;
      write_change("seats", day);
      return;
    }
    traces_.plan = static_cast<Plan>(static_cast<int>(traces_.plan) + 1);
    write_change("plan", day);
  }

  Line basic_line() {
    const auto family = static_cast<std::size_t>(random_.between(0, 3));
    if (kFamilies[family].name == "seats") return seats_line();
    const int step = std::min(static_cast<int>(traces_.plan) + random_.between(0, 1), kSteps - 1);
    return {family, step, random_.between(1, 3)};
  }

  Line seats_line() {
    return {1, static_cast<int>(traces_.plan), std::max<std::int64_t>(1, traces_.seats)};
  }

  std::int64_t write_order(Day day, const char* kind, const char* status,
                           const std::vector<Line>& lines) {
    const std::string order = fmt::format("O{:06}-{}", history_.account, ++orders_);
    const int second = second_of_day();
    std::int64_t sum = 0;
    for (const Line& line : lines) {
      const auto& ladder = kFamilies[line.family].price_cents;
      const std::int64_t price =
          ladder[static_cast<std::size_t>(line.step)] * random_.between(92, 100) / 100;
      sum += price * line.quantity;
      files_.order_lines.text(order).text(id_).moment(day, second);
      files_.order_lines.text(product_id(line.family, line.step));
      files_.order_lines.integer(line.quantity).cents(price).end_row();
    }
    files_.orders.text(order).text(id_).moment(day, second).cents(sum).text("EUR");
    files_.orders.text(kind).text(status).end_row();
    if (std::string_view(status) == "won") {
      ++traces_.won_orders;
      if (std::string_view(kind) == "upsell") ++traces_.upsells;
      if (day >= newest_) {
        newest_ = day;
        traces_.last_cents = sum;
      }
    }
    return sum;
  }

  void write_change(const char* field, Day day) {
    files_.changes.text(id_).text(field).moment(day, second_of_day());
    if (std::string_view(field) == "plan") {
      files_.changes.text(kPlans[static_cast<std::size_t>(traces_.plan)]);
    } else {
      files_.changes.integer(traces_.seats);
    }
    files_.changes.end_row();
  }

  int second_of_day() { return random_.between(8 * 3600, 18 * 3600 - 1); }

  const Calendar& calendar_;
  const History& history_;
  OutputFiles& files_;
  std::string id_;
  Random random_;
  OrderTraces traces_;
  bool renews_ = false;
  Day newest_{INT32_MIN};
  int orders_ = 0;
};

}  // namespace

OrderTraces emit_orders(const Calendar& calendar, std::uint64_t seed, const History& history,
                        OutputFiles& files) {
  return OrderWriter(calendar, seed, history, files).run();
}

}  // namespace upselld::sandbox
