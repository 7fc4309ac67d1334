// SPDX-License-Identifier: Apache-2.0
#include "scoring/feature_catalog.h"

#include <algorithm>

namespace upselld::scoring {
namespace {

using M = Measure;

// In sentences: {value} with its unit, {usual} the middle of the training accounts, {date} the day
// that a number of days ago was, {since} the day a window began.
constexpr MeasureRow kMeasures[] = {
    {M::recency_bucket, "recency_bucket", "", "recency",
     "last order in recency class {value} of 0 to 3, usual {usual}", true, false},
    {M::tenure_days, "tenure_days", "days", "recency", "first known order on {date}", true},
    {M::overdue_ratio, "order_overdue_ratio", "times", "recency",
     "time since the last order: {value} the usual gap", true},
    {M::last_order_on, "last_order_on", "", "recency", "last order on {value}", false},
    {M::days_since_touch, "days_since_touch", "days", "recency",
     "last order, meeting, answered mail or login on {date}, usual {usual} ago", true},

    {M::order_days, "order_days", "days", "frequency", "ordered on {value} so far, usual {usual}",
     true, false},
    {M::interval_mean, "order_interval_mean", "days", "frequency",
     "an order every {value} as a rule, usual {usual}", true},
    {M::interval_spread, "order_interval_spread", "days", "frequency",
     "gaps between orders vary by {value}, usual {usual}", true, false},
    {M::interval_last, "order_interval_last", "days", "frequency",
     "{value} between the last two orders, usual {usual}", true},
    {M::order_rate, "order_rate", "orders a day", "frequency", "{value}, usual {usual}", true,
     false},
    {M::expected_orders, "expected_orders", "orders", "frequency",
     "at this pace {value} to come, usual {usual}", true, false},
    {M::order_chance, "order_chance", "share", "frequency",
     "at this pace an order is {value} likely, usual {usual}", true, false},
    {M::recent_rate_ratio, "order_rate_recent_ratio", "times", "frequency",
     "orders of the last 90 days: {value} the account's own pace", true, false},
    {M::decayed_orders_14, "orders_decayed_14d", "orders", "frequency",
     "{value} with each fading over 14 days, usual {usual}", true, false},
    {M::decayed_orders_45, "orders_decayed_45d", "orders", "frequency",
     "{value} with each fading over 45 days, usual {usual}", true, false},
    {M::decayed_orders_120, "orders_decayed_120d", "orders", "frequency",
     "{value} with each fading over 120 days, usual {usual}", true, false},

    {M::recency_share, "order_recency_share", "share", "recency",
     "no order for {value} of the time as a customer, usual {usual}", true, false},
    {M::silence_chance, "order_silence_chance", "share", "recency",
     "so long a silence is {value} likely at this pace, usual {usual}", true, false},
    {M::active_chance, "active_chance", "share", "recency",
     "still a customer with a chance of {value}, usual {usual}", true, false},
    {M::expected_orders_active, "expected_orders_active", "orders", "frequency",
     "at this pace and with this silence {value} to come, usual {usual}", true, false},
    {M::expected_larger_active, "expected_larger_orders_active", "larger orders", "order_size",
     "going by pace, silence and amounts {value} to come, usual {usual}", true, false},
    {M::expected_larger_active_counts, "expected_larger_orders_active_counts", "larger orders",
     "order_size", "going by pace, silence and past orders {value} to come, usual {usual}", true,
     false},
    {M::count_14, "orders_within_14_days", "orders", "frequency",
     "{value} in the last 14 days, usual {usual}", true},
    {M::count_61_to_120, "orders_61_to_120_days_ago", "orders", "frequency",
     "{value} between 61 and 120 days ago, usual {usual}", true, false},

    {M::amount_spread, "order_amount_spread", "money", "order_size",
     "order amounts vary by {value}, usual {usual}", true, false},
    {M::amount_variation, "order_amount_variation", "times", "order_size",
     "order amounts vary by {value} their mean, usual {usual}", true, false},
    {M::amount_spread_log, "order_amount_spread_log", "", "order_size",
     "order amounts vary by {value} on a log scale, usual {usual}", true, false},
    {M::momentum_3, "order_amount_momentum_3", "times", "order_size",
     "the last orders, three at most: {value} the account's mean", true},
    {M::last_over_median, "order_amount_last_ratio", "times", "order_size",
     "the last order: {value} the account's usual one", true},
    {M::max_over_median, "order_amount_max_ratio", "times", "order_size",
     "the largest order: {value} the account's usual one", true},
    {M::largest_share, "order_amount_largest_share", "share", "order_size",
     "{value} of all spend came in one order, usual {usual}", true},
    {M::decayed_spend_14, "spend_decayed_14d", "money", "order_size",
     "spend of {value} with each order fading over 14 days, usual {usual}", true, false},
    {M::decayed_spend_45, "spend_decayed_45d", "money", "order_size",
     "spend of {value} with each order fading over 45 days, usual {usual}", true, false},
    {M::decayed_spend_120, "spend_decayed_120d", "money", "order_size",
     "spend of {value} with each order fading over 120 days, usual {usual}", true, false},
    {M::larger_share, "larger_order_share", "share", "order_size",
     "{value} of orders were clearly above the account's usual one, elsewhere {usual}", true},
    {M::larger_count_90, "larger_order_count_90d", "larger orders", "order_size",
     "{value} since {since}, usual {usual}", true},
    {M::days_since_larger, "days_since_larger_order", "days", "order_size",
     "last order clearly above the usual one on {date}, usual {usual} ago", true},
    {M::decayed_larger_14, "larger_orders_decayed_14d", "larger orders", "order_size",
     "{value} with each fading over 14 days, usual {usual}", true, false},
    {M::decayed_larger_45, "larger_orders_decayed_45d", "larger orders", "order_size",
     "{value} with each fading over 45 days, usual {usual}", true, false},
    {M::decayed_larger_120, "larger_orders_decayed_120d", "larger orders", "order_size",
     "{value} with each fading over 120 days, usual {usual}", true, false},
    {M::larger_chance_one, "larger_order_chance_one", "share", "order_size",
     "going by past amounts {value} of orders are clearly larger, usual {usual}", true, false},
    {M::expected_larger, "expected_larger_orders", "larger orders", "order_size",
     "at this pace {value} to come, usual {usual}", true, false},
    {M::expected_larger_shape, "expected_larger_orders_by_size", "larger orders", "order_size",
     "going by pace and amounts {value} to come, usual {usual}", true, false},
    {M::larger_chance, "larger_order_chance", "share", "order_size",
     "going by pace and amounts a larger order is {value} likely, usual {usual}", true, false},

    {M::largest_90_ratio, "order_amount_max_ratio_90d", "times", "order_size",
     "the largest order since {since}: {value} the account's usual one", true},
    {M::last_was_larger, "last_order_larger", "yes or no", "order_size",
     "last order clearly above the account's usual one: {value}", true},

    {M::products, "product_count", "products", "products", "{value} bought so far, usual {usual}",
     true},
    {M::products_90, "product_count_90d", "products", "products",
     "{value} bought since {since}, usual {usual}", true},
    {M::products_60, "product_count_60d", "products", "products",
     "{value} bought since {since}, usual {usual}", true},
    {M::units, "line_units_sum", "units", "products", "{value} bought so far, usual {usual}", true},
    {M::families, "product_family_count", "product families", "products",
     "{value} bought so far, usual {usual}", true},
    {M::premium_share, "premium_share", "share", "products",
     "{value} of lines are in the dearer half of their family, usual {usual}", true},
    {M::lines_per_order, "order_lines_mean", "lines", "products", "{value} an order, usual {usual}",
     true},
    {M::lines_last, "order_lines_last", "lines", "products",
     "{value} in the last order, usual {usual}", true, false},
    {M::units_per_line, "line_units_mean", "units", "products", "{value} a line, usual {usual}",
     true, false},
    {M::price_mean, "line_price_mean", "money", "products", "mean price {value}, usual {usual}",
     true},
    {M::repeat_share, "product_repeat_share", "share", "products",
     "{value} of lines repeat a product, usual {usual}", true},

    {M::cancellation_share, "cancellation_share", "share", "friction",
     "{value} of orders were cancellations, usual {usual}", true},
    {M::open_upsell_orders, "open_upsell_orders", "open upgrade orders", "offers", "{value}",
     false},
    {M::cases_open, "cases_open", "open cases", "friction", "{value}, usual {usual}", true},
    {M::cases_escalated_open, "cases_escalated_open", "open escalated cases", "friction",
     "{value}, usual {usual}", true},
    {M::clicks_per_visit_30, "clicks_per_visit_30d", "clicks a visit", "engagement",
     "{value} since {since}, usual {usual}", true},
    {M::offer_last_outcome, "offer_last_accepted", "yes or no", "offers",
     "last offer accepted: {value}", true},
};

struct KnownKind {
  const char* kind;
  const char* one;
  const char* many;
  const char* group;
  const char* value_unit;
};
constexpr KnownKind kKinds[] = {
    {"email_open", "mail opened", "mails opened", "engagement", ""},
    {"email_click", "click in a mail", "clicks in mails", "engagement", ""},
    {"email_reply", "answered mail", "answered mails", "engagement", ""},
    {"site_visit", "visit to the site", "visits to the site", "engagement", ""},
    {"pricing_visit", "visit to the pricing page", "visits to the pricing page", "engagement", ""},
    {"product_view", "product viewed", "products viewed", "engagement", ""},
    {"login", "login", "logins", "engagement", ""},
    {"feature_use", "use of a feature", "uses of a feature", "engagement", ""},
    {"limited_feature_use", "use of a limited feature", "uses of a limited feature", "engagement",
     ""},
    {"quota_usage", "quota reading", "quota readings", "engagement", "share"},
    {"case_opened", "case opened", "cases opened", "friction", ""},
    {"case_escalated", "case escalated", "cases escalated", "friction", ""},
    {"case_closed", "case closed", "cases closed", "friction", "hours"},
    {"nps", "recommendation mark", "recommendation marks", "friction", ""},
    {"csat", "satisfaction mark", "satisfaction marks", "friction", ""},
    {"referral", "referral", "referrals", "engagement", ""},
    {"call", "call", "calls", "engagement", ""},
    {"meeting", "meeting", "meetings", "engagement", ""},
    {"offer_shown", "offer shown", "offers shown", "offers", ""},
    {"offer_accepted", "offer accepted", "offers accepted", "offers", ""},
    {"offer_declined", "offer declined", "offers declined", "offers", ""},
    {"refund", "refund", "refunds", "friction", "money"},
};

}  // namespace

std::span<const MeasureRow> measure_rows() {
  return kMeasures;
}

EventWords words_of_activity(std::string_view kind) {
  for (const KnownKind& known : kKinds) {
    if (kind == known.kind) return {known.one, known.many, known.group, known.value_unit};
  }
  std::string words(kind);
  std::replace(words.begin(), words.end(), '_', ' ');
  return {words + " event", words + " events", "engagement", ""};
}

std::vector<std::string> built_in_order_names() {
  std::vector<std::string> names = {"days_since_order", "order_count"};
  for (const char* window : {"30d", "60d", "90d", "180d", "365d"}) {
    names.push_back(std::string("order_count_") + window);
  }
  for (const char* aggregate : {"sum", "mean", "median", "max", "min", "last"}) {
    names.push_back(std::string("order_amount_") + aggregate);
  }
  for (const char* window : {"30d", "60d", "90d", "180d", "365d"}) {
    names.push_back(std::string("order_amount_sum_") + window);
  }
  for (const char* name :
       {"upsell_order_count", "upsell_order_count_365d", "cross_sell_order_count",
        "renewal_order_count", "days_since_upsell_order", "cancellation_count",
        "cancellation_count_90d", "cancellation_amount_sum"}) {
    names.emplace_back(name);
  }
  return names;
}

std::vector<std::string> built_in_activity_names(std::string_view kind) {
  const std::string event(kind);
  std::vector<std::string> names = {"days_since_" + event, event + "_count", event + "_count_30d",
                                    event + "_count_90d"};
  if (event == "pricing_visit" || event == "limited_feature_use") {
    names.push_back(event + "_count_7d");
  }
  if (event == "quota_usage") {
    for (const char* tail : {"_last", "_max_90d", "_trend_90d"}) names.push_back(event + tail);
  } else if (event == "nps" || event == "csat") {
    names.push_back(event + "_last");
  } else if (event == "case_closed") {
    names.push_back(event + "_mean_90d");
  } else if (words_of_activity(kind).many.ends_with(" events")) {
    names.push_back(event + "_last");  // an admin's own kind may carry a value
    names.push_back(event + "_mean_90d");
  }
  return names;
}

}  // namespace upselld::scoring
