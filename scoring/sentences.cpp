// SPDX-License-Identifier: Apache-2.0
#include "scoring/sentences.h"

#include "scoring/feature_catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace upselld::scoring {
namespace {

constexpr int kYearShownBeyondDays = 330;
constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_currency(const std::string& unit) {
  return unit.size() == 3 &&
         std::all_of(unit.begin(), unit.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string with_commas(double value) {
  std::string digits = fmt::format("{:.0f}", std::abs(value));
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return (value <= -0.5 ? "-" : "") + digits;
}

// Two digits that say something; money has one more.
std::string number_text(double value, int digits_from_ten = 0) {
  const double size = std::abs(value);
  if (size >= 1000) return with_commas(value);
  std::string text = fmt::format("{:.{}f}", value,
                                 size >= 100  ? 0
                                 : size >= 10 ? digits_from_ten
                                 : size >= 1  ? 1 + digits_from_ten
                                              : 2);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

// "visits to the pricing page" -> "visit to the pricing page", "product families" -> "... family".
std::string singular(const std::string& many) {
  for (std::size_t end = many.find(' ');; end = many.find(' ', end + 1)) {
    const std::size_t size = end == std::string::npos ? many.size() : end;
    std::string head = many.substr(0, size);
    if (head.ends_with("s")) {
      head = head.ends_with("ies") ? head.substr(0, size - 3) + "y" : head.substr(0, size - 1);
      return head + many.substr(size);
    }
    if (end == std::string::npos) return many;
  }
}

bool is_measured(const std::string& unit) {
  return unit == "days" || unit == "hours" || unit == "share" || unit == "times" ||
         is_currency(unit);
}

void replace(std::string& text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  if (at != std::string::npos) text.replace(at, what.size(), by);
}

int window_of(const std::string& name) {
  const std::size_t bar = name.rfind('_');
  if (bar == std::string::npos || name.back() != 'd') return 0;
  int days = 0;
  std::from_chars(name.data() + bar + 1, name.data() + name.size() - 1, days);
  return days;
}

// Days from today to what a feature tells: -1 where it counts days that passed, 1 where it counts
// days to come.
int sign_of_days(const FeatureInfo& info) {
  return info.name.starts_with("days_until_") ? 1 : -1;
}

std::string usual_text(const FeatureInfo& info, double usual) {
  // A date of the account's can be behind or ahead, whatever its feature is called.
  if (info.group == "attributes" && info.unit == "days") {
    const double ahead = sign_of_days(info) * usual;
    const std::string days = value_text(std::abs(usual), info.unit);
    return ahead < 0 ? days + " ago" : "in " + days;
  }
  return is_measured(info.unit) ? value_text(usual, info.unit) : number_text(usual);
}

std::string missing_text(const FeatureInfo& info) {
  const std::size_t date = info.sentence.find(" on {date}");
  // What an attribute does not tell may have been all the same.
  const bool is_attribute = info.group == "attributes";
  if (!is_attribute && info.sentence.starts_with("last ") && date != std::string::npos) {
    return "no " + info.sentence.substr(5, date - 5) + " so far";
  }
  std::string words = info.name;
  std::replace(words.begin(), words.end(), '_', ' ');
  return words + " not known";
}

}  // namespace

std::string value_text(double value, const std::string& unit) {
  if (unit == "share") return number_text(value * 100) + " %";
  if (unit == "yes or no") return value > 0 ? "yes" : "no";
  if (unit == "times") {
    const std::string share = fmt::format("{:.0f} % of", value * 100);
    return value < 0.95 ? share : value < 1.05 ? "about" : number_text(value) + " times";
  }
  if (is_currency(unit)) {
    return (std::abs(value) < 100 ? number_text(value, 1) : with_commas(value)) + " " + unit;
  }
  const std::string number = number_text(value);
  if (unit.empty()) return number;
  const bool one = number == "1" && unit != "times";
  return number + " " + (one ? singular(unit) : unit);
}

std::string date_text(Day day, Day today) {
  const Civil civil = civil_of(day);
  const std::string text = fmt::format("{} {}", civil.day, kMonths[civil.month - 1]);
  const bool far = std::abs(today.number - day.number) > kYearShownBeyondDays;
  return far ? fmt::format("{} {}", text, civil.year) : text;
}

std::string tell(const FeatureInfo& info, const ToldValue& told) {
  if (std::isnan(told.value)) return missing_text(info);
  std::string text = info.sentence;
  const int days = static_cast<int>(std::lround(told.value));
  std::string value = value_text(told.value, info.unit);
  // Ordered words are numbers with a text.
  const bool worded = info.group == "attributes" && !told.category.empty();
  if (info.kind == FeatureInfo::Kind::category || worded) {
    value = told.category.empty() ? "of another sort" : told.category;
  }
  if (info.kind == FeatureInfo::Kind::instant) value = date_text(Day{days}, told.day);
  if (std::isnan(told.usual)) {
    for (const char* tail : {", usual", ", elsewhere"}) {
      if (const auto at = text.find(tail); at != std::string::npos) text.erase(at);
    }
  } else {
    replace(text, "{usual}", usual_text(info, told.usual));
  }
  replace(text, "{value}", value);
  if (text.find("{date}") != std::string::npos) {
    replace(text, "{date}", date_text(told.day + sign_of_days(info) * days, told.day));
  }
  replace(text, "{since}", date_text(told.day - window_of(info.name), told.day));
  return text;
}

bool can_tell(const FeatureInfo& info, const ToldValue& told) {
  for (const MeasureRow& row : measure_rows()) {
    // Unless the admin has words for it.
    if (info.name == row.name && !row.told && info.sentence == row.sentence) return false;
  }
  if (info.sentence.starts_with("trend of ")) return false;
  if (std::isnan(told.value)) return info.sentence.starts_with("last ");
  return info.kind != FeatureInfo::Kind::category || !told.category.empty();
}

std::string group_words(const std::string& group) {
  static const std::pair<const char*, const char*> kWords[] = {
      {"recency", "time since the last order"}, {"frequency", "pace of orders"},
      {"order_size", "sizes of past orders"},   {"engagement", "how much the account is doing"},
      {"friction", "cases and complaints"},     {"offers", "past offers and upgrades"},
      {"products", "what the account buys"},    {"attributes", "what sort of account it is"}};
  for (const auto& [name, words] : kWords) {
    if (group == name) return words;
  }
  return group;
}

std::string tell_reason(const FeatureInfo& info, const ToldValue& told, double contribution) {
  return with_direction(tell(info, told), contribution);
}

std::string with_direction(const std::string& text, double contribution) {
  return text + (contribution >= 0 ? ": raises the likelihood" : ": lowers the likelihood");
}

}  // namespace upselld::scoring
