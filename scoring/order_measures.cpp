// SPDX-License-Identifier: Apache-2.0
#include "scoring/order_measures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace upselld::scoring {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kDayMs = 86'400'000.0;
constexpr int kHalfLives[] = {14, 45, 120};

double days_between(Instant earlier, Instant later) {
  return static_cast<double>((later - earlier).ms) / kDayMs;
}

double age_in_days(Instant at, const Moment& moment) {
  return std::max(0.0, days_between(at, moment.midnight));
}

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : kUnknown;
}

// Sample standard deviation; NaN below two values.
double spread_of(const std::vector<double>& values) {
  if (values.size() < 2) return kUnknown;
  double mean = 0, squares = 0;
  for (const double value : values) mean += value;
  mean /= static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double mean_of(const std::vector<double>& values) {
  if (values.empty()) return kUnknown;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// How likely the account still buys: the longer the silence beside its pace, the less.
double active_chance(double count, double silence, double span) {
  const double stretch = (kPriorDays + span) / (kPriorDays + span - silence);
  const double odds_left =
      kPriorLeaving / (count + kPriorOrders) * std::pow(stretch, count + kPriorLeavingOrders);
  return 1 / (1 + odds_left);
}

double upper_tail(double z) {
  return 0.5 * std::erfc(z / std::sqrt(2.0));
}

double recency_bucket(int days) {
  return days <= 7 ? 0 : days <= 30 ? 1 : days <= 90 ? 2 : 3;
}

}  // namespace

ProductTraits::ProductTraits(const Vocabulary& vocabulary) {
  std::map<std::string, std::vector<double>> prices;
  for (const ProductFacts& product : vocabulary.products) {
    auto& known = prices[product.family];
    if (product.list_price > 0) known.push_back(product.list_price);
  }
  std::map<std::string, std::pair<std::uint32_t, double>> families;  // number, dear from
  for (auto& [name, known] : prices) {
    std::sort(known.begin(), known.end());
    const double dear = known.size() < 2 ? kUnknown : known[known.size() / 2];
    const auto number = static_cast<std::uint32_t>(name.empty() ? 0 : ++family_count);
    families.emplace(name, std::make_pair(number, dear));
  }
  for (const ProductFacts& product : vocabulary.products) {
    const auto& [number, dear] = families.at(product.family);
    family.push_back(number);
    const bool known = product.list_price > 0 && !std::isnan(dear);
    premium.push_back(!known ? -1 : product.list_price >= dear ? 1 : 0);
  }
}

OrderMeasures::OrderMeasures(const Vocabulary& vocabulary, const ScoringSettings& settings)
    : settings_(&settings), traits_(vocabulary) {
  product_seen_.assign(traits_.size() + 1, 0);
  product_seen_60_.assign(traits_.size() + 1, 0);
  product_seen_90_.assign(traits_.size() + 1, 0);
  family_seen_.assign(traits_.family_count + 1, 0);
}

int OrderMeasures::days_ago(Instant at, const Moment& moment) const {
  return std::max(0, moment.day.number - settings_->zone.day_of(at).number);
}

void OrderMeasures::compute(const OrderBook& book, const OrderView& view, const Moment& moment,
                            MeasureValues& out) {
  double cancelled = 0, open = 0;
  for (const SeenOrder& order : view.all) {
    if (!order.won && order.status == OrderStatus::cancelled) ++cancelled;
    const bool upsell = order.kind == OrderKind::upsell || order.kind == OrderKind::cross_sell;
    if (order.status == OrderStatus::open && upsell) ++open;
  }
  at(out, Measure::open_upsell_orders) = open;
  at(out, Measure::cancellation_share) =
      ratio(cancelled, cancelled + static_cast<double>(view.won.size()));
  if (view.won.empty()) return;
  rhythm(view, moment, out);
  size(view, moment, out);
  larger(view, moment, out);
  basket(book, view, moment, out);
}

void OrderMeasures::rhythm(const OrderView& view, const Moment& moment, MeasureValues& out) const {
  const auto& won = view.won;
  const auto count = static_cast<double>(won.size());
  const int recency = days_ago(won.back().at, moment);
  const int tenure = days_ago(won.front().at, moment);
  at(out, Measure::recency_bucket) = recency_bucket(recency);
  at(out, Measure::tenure_days) = tenure;
  at(out, Measure::last_order_on) = settings_->zone.day_of(won.back().at).number;
  std::vector<double> gaps;
  double order_days = 1, recent = 0, within_14 = 0, within_120 = 0, decayed[3] = {};
  Day before = settings_->zone.day_of(won.front().at);
  for (std::size_t i = 0; i < won.size(); ++i) {
    const double age = age_in_days(won[i].at, moment);
    for (int k = 0; k < 3; ++k) decayed[k] += std::exp2(-age / kHalfLives[k]);
    if (age <= 14) ++within_14;
    if (age <= 90) ++recent;
    if (age > 60 && age <= 120) ++within_120;
    if (i == 0) continue;
    gaps.push_back(days_between(won[i - 1].at, won[i].at));
    const Day day = settings_->zone.day_of(won[i].at);
    if (day != before) ++order_days;
    before = day;
  }
  const double age = age_in_days(won.back().at, moment);
  const double span = age_in_days(won.front().at, moment);
  const double gap = mean_of(gaps);
  at(out, Measure::order_days) = order_days;
  at(out, Measure::interval_mean) = gap;
  at(out, Measure::interval_spread) = spread_of(gaps);
  at(out, Measure::interval_last) = gaps.empty() ? kUnknown : gaps.back();
  at(out, Measure::overdue_ratio) = std::isnan(gap) ? kUnknown : age / std::max(gap, 1.0);
  at(out, Measure::order_rate) = (count - 1) / std::max(span, 7.0);
  const double pace = (count + kPriorOrders) / (span + kPriorDays);
  const double expected = settings_->target.horizon_days() * pace;
  at(out, Measure::expected_orders) = expected;
  at(out, Measure::order_chance) = 1 - std::exp(-expected);
  const double active = active_chance(count, age, span);
  at(out, Measure::recency_share) = age / std::max(span, 1.0);
  at(out, Measure::silence_chance) = std::exp(-age * count / (span + kPriorDays / 2));
  at(out, Measure::active_chance) = active;
  at(out, Measure::expected_orders_active) = active * expected;
  at(out, Measure::count_14) = within_14;
  at(out, Measure::count_61_to_120) = within_120;
  at(out, Measure::recent_rate_ratio) = (recent / std::min(90.0, std::max(span, 7.0))) / pace;
  at(out, Measure::decayed_orders_14) = decayed[0];
  at(out, Measure::decayed_orders_45) = decayed[1];
  at(out, Measure::decayed_orders_120) = decayed[2];
}

void OrderMeasures::size(const OrderView& view, const Moment& moment, MeasureValues& out) const {
  std::vector<double> amounts;
  double decayed[3] = {}, sum = 0;
  for (const SeenOrder& order : view.won) {
    if (std::isnan(order.amount)) continue;
    amounts.push_back(order.amount);
    sum += order.amount;
    const double age = age_in_days(order.at, moment);
    for (int k = 0; k < 3; ++k) decayed[k] += order.amount * std::exp2(-age / kHalfLives[k]);
  }
  if (amounts.empty()) return;
  const double mean = sum / static_cast<double>(amounts.size());
  const double largest = *std::max_element(amounts.begin(), amounts.end());
  double last3 = 0;
  const std::size_t n3 = std::min<std::size_t>(3, amounts.size());
  for (std::size_t i = amounts.size() - n3; i < amounts.size(); ++i) last3 += amounts[i];
  at(out, Measure::amount_spread) = spread_of(amounts);
  at(out, Measure::amount_variation) = ratio(spread_of(amounts), mean);
  at(out, Measure::momentum_3) = ratio(last3 / static_cast<double>(n3), mean);
  at(out, Measure::last_over_median) = ratio(amounts.back(), view.usual);
  at(out, Measure::max_over_median) = ratio(largest, view.usual);
  at(out, Measure::largest_share) = ratio(largest, sum);
  at(out, Measure::decayed_spend_14) = decayed[0];
  at(out, Measure::decayed_spend_45) = decayed[1];
  at(out, Measure::decayed_spend_120) = decayed[2];
}

// How often the account already ordered clearly above its own level, and how likely one order is
// to: from the counts, and from a log-normal of its amounts whose spread leans on a prior.
void OrderMeasures::larger(const OrderView& view, const Moment& moment, MeasureValues& out) const {
  if (view.amounts.empty()) return;
  const double amount_min = settings_->target.growth * view.usual;
  const auto n = static_cast<double>(view.amounts.size());
  double count = 0, count_90 = 0, decayed[3] = {}, log_sum = 0, log_squares = 0;
  double largest_90 = kUnknown;
  bool last_was_larger = false;
  for (const SeenOrder& order : view.won) {
    if (!(order.amount > 0)) continue;
    log_sum += std::log(order.amount);
    const double age = age_in_days(order.at, moment);
    if (age <= 90 && !(largest_90 > order.amount)) largest_90 = order.amount;
    last_was_larger = order.amount >= amount_min;
    if (!last_was_larger) continue;
    ++count;
    if (age <= 90) ++count_90;
    for (int k = 0; k < 3; ++k) decayed[k] += std::exp2(-age / kHalfLives[k]);
    at(out, Measure::days_since_larger) = days_ago(order.at, moment);
  }
  const double log_mean = log_sum / n;
  for (const double amount : view.amounts) {
    log_squares += (std::log(amount) - log_mean) * (std::log(amount) - log_mean);
  }
  const double variance =
      (kPriorLogDegrees * kPriorLogVariance + log_squares) / (kPriorLogDegrees + n - 1);
  const double chance = upper_tail((std::log(amount_min) - log_mean) / std::sqrt(variance));
  const double expected = at(out, Measure::expected_orders);
  const double by_size = expected * chance;
  at(out, Measure::amount_spread_log) = std::sqrt(variance);
  at(out, Measure::larger_share) = count / n;
  at(out, Measure::larger_count_90) = count_90;
  at(out, Measure::decayed_larger_14) = decayed[0];
  at(out, Measure::decayed_larger_45) = decayed[1];
  at(out, Measure::decayed_larger_120) = decayed[2];
  at(out, Measure::larger_chance_one) = chance;
  at(out, Measure::expected_larger) =
      expected * (count + kPriorLargerShare * kPriorLargerOrders) / (n + kPriorLargerOrders);
  at(out, Measure::expected_larger_shape) = by_size;
  at(out, Measure::larger_chance) = 1 - std::exp(-by_size);
}

void OrderMeasures::basket(const OrderBook& book, const OrderView& view, const Moment& moment,
                           MeasureValues& out) {
  ++call_;
  const Instant since_60 = settings_->zone.start_of(moment.day - 60);
  const Instant since_90 = settings_->zone.start_of(moment.day - 90);
  double lines = 0, units = 0, prices = 0, products = 0, families = 0;
  double products_60 = 0, products_90 = 0;
  double premium = 0, priced = 0;
  const auto note_once = [this](std::uint32_t& seen, double& count) {
    if (seen != call_) ++count;
    seen = call_;
  };
  for (const OrderLineEvent& line : book.lines()) {
    const double amount = line.quantity * line.unit_price;
    if (line.known_at >= moment.upper || !book.is_won(line.status, amount)) continue;
    ++lines;
    units += line.quantity;
    prices += book.in_reporting_currency(line.unit_price, line.currency);
    const std::size_t product = line.product < traits_.size() ? line.product : 0;
    note_once(product_seen_[product], products);
    if (line.at >= since_60) note_once(product_seen_60_[product], products_60);
    if (line.at >= since_90) note_once(product_seen_90_[product], products_90);
    if (product >= traits_.size()) continue;
    const std::uint32_t family = traits_.family[product];
    if (family != 0) note_once(family_seen_[family], families);
    if (traits_.premium[product] >= 0) ++priced;
    if (traits_.premium[product] == 1) ++premium;
  }
  if (lines == 0) return;
  double line_count = 0;
  for (const SeenOrder& order : view.won) line_count += order.lines;
  at(out, Measure::products) = products;
  at(out, Measure::products_60) = products_60;
  at(out, Measure::products_90) = products_90;
  at(out, Measure::units) = units;
  at(out, Measure::families) = traits_.family_count == 0 ? kUnknown : families;
  at(out, Measure::premium_share) = ratio(premium, priced);
  at(out, Measure::lines_per_order) = line_count / static_cast<double>(view.won.size());
  at(out, Measure::lines_last) = view.won.back().lines;
  at(out, Measure::units_per_line) = units / lines;
  at(out, Measure::price_mean) = prices / lines;
  at(out, Measure::repeat_share) = 1 - products / lines;
}

}  // namespace upselld::scoring
