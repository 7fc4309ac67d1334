// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>
#include <limits>

#include "core/assertions.h"
#include "core/time_zone.h"

namespace upselld {

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr int kYearMin = 1900;
constexpr int kYearMax = 2200;
constexpr int kDaysTo1970 = -25'567;  // the day number of 1900-01-01

// What a text said, before it is a moment.
struct Parts {
  int year = 0;
  unsigned month = 0, day = 0;
  std::int64_t ms_of_day = 0;
  bool has_time = false;
  bool has_offset = false;
  std::int64_t offset_ms = 0;
};

bool is_digit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

// Two digits, or a negative number.
int two_digits(const char* at) {
  const unsigned high = static_cast<unsigned char>(at[0] - '0');
  const unsigned low = static_cast<unsigned char>(at[1] - '0');
  return high > 9 || low > 9 ? -1 : static_cast<int>(high * 10 + low);
}

// Index = month; the lengths are those of a common year.
constexpr std::uint8_t kMonthDays[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
constexpr std::uint16_t kDaysBefore[] = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

// Gives the day, or false for what is no date. Counts leap days from a table and a few shifts: the
// years are few, and twenty million rows go through here.
bool day_of(int year, unsigned month, unsigned day, Day& out) {
  if (year < kYearMin || year > kYearMax || month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year == 2000;
  if (day > kMonthDays[month] + (month == 2 && leap ? 1U : 0U)) return false;
  const int past = year - kYearMin;
  // 1900 itself was no leap year; 2100 was none either, 2000 was one.
  const int leap_days = (past > 0 ? (past - 1) / 4 : 0) - (year > 2100 ? 1 : 0);
  const int in_year = kDaysBefore[month] + (leap && month > 2 ? 1 : 0) + static_cast<int>(day) - 1;
  out.number = kDaysTo1970 + past * 365 + leap_days + in_year;
  return true;
}

// Below this, "no time" is Instant::missing(): an optional per step costs more than the reading.
Instant moment_of(const Parts& parts, const TimeZone& zone) {
  Day day;
  if (!day_of(parts.year, parts.month, parts.day, day)) return Instant::missing();
  if (!parts.has_time) return zone.end_of(day);
  if (parts.has_offset) return {day.number * kDayMs + parts.ms_of_day - parts.offset_ms};
  return zone.at(day, parts.ms_of_day);
}

// Reads forward through a text; what does not fit makes every later step fail too.
class Reader {
 public:
  explicit Reader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool at_end() const { return at_ == end_; }
  char peek() const { return at_ == end_ ? '\0' : *at_; }
  bool take(char c) {
    if (peek() != c || at_ == end_) return false;
    ++at_;
    return true;
  }
  // Between `least` and `most` digits.
  std::optional<int> number(int least, int most) {
    int value = 0;
    int count = 0;
    while (count < most && at_ != end_ && is_digit(*at_)) {
      value = value * 10 + (*at_++ - '0');
      ++count;
    }
    if (count < least) return std::nullopt;
    return value;
  }
  // ".123456": whole milliseconds, the rest is cut off. No point: 0.
  std::optional<int> fraction_ms() {
    if (!take('.')) return 0;
    int value = 0;
    int count = 0;
    for (; at_ != end_ && is_digit(*at_) && count < 9; ++at_, ++count) {
      if (count < 3) value = value * 10 + (*at_ - '0');
    }
    if (count == 0) return std::nullopt;
    for (int missing = count; missing < 3; ++missing) value *= 10;
    return value;
  }
  // "Z", "+01:00", "+0100" or "+01".
  bool offset(Parts& parts) {
    parts.has_offset = true;
    if (take('Z')) return true;
    const bool minus = peek() == '-';
    if (!take('+') && !take('-')) return false;
    const auto hour = number(2, 2);
    if (!hour || *hour > 15) return false;
    const bool colon = take(':');
    const auto minute = colon || !at_end() ? number(2, 2) : std::optional<int>(0);
    if (!minute || *minute > 59) return false;
    parts.offset_ms = (*hour * 60 + *minute) * std::int64_t{60'000} * (minus ? -1 : 1);
    return true;
  }
  bool month_name(Parts& parts) {
    constexpr const char* kNames = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (end_ - at_ < 3) return false;
    const char name[] = {lower(at_[0]), lower(at_[1]), lower(at_[2]), '\0'};
    for (unsigned month = 0; month < 12; ++month) {
      if (std::memcmp(name, kNames + month * 3, 3) != 0) continue;
      parts.month = month + 1;
      at_ += 3;
      return true;
    }
    return false;
  }

 private:
  static char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
  const char* at_;
  const char* end_;
};

Instant parse_iso(std::string_view text, const TimeZone& zone) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return Instant::missing();
  const char* p = text.data();
  const int century = two_digits(p);
  const int year = two_digits(p + 2);
  const int month = two_digits(p + 5);
  const int day = two_digits(p + 8);
  if ((century | year | month | day) < 0) return Instant::missing();
  Parts parts{century * 100 + year, static_cast<unsigned>(month), static_cast<unsigned>(day)};
  if (text.size() == 10) return moment_of(parts, zone);

  if (text.size() < 16 || (p[10] != 'T' && p[10] != ' ') || p[13] != ':') return Instant::missing();
  const int hour = two_digits(p + 11);
  const int minute = two_digits(p + 14);
  if ((hour | minute) < 0 || hour > 23 || minute > 59) return Instant::missing();
  parts.has_time = true;
  parts.ms_of_day = (hour * 60 + minute) * std::int64_t{60'000};
  std::size_t used = 16;
  if (text.size() >= 19 && p[16] == ':') {
    const int second = two_digits(p + 17);
    if (second < 0 || second > 59) return Instant::missing();
    parts.ms_of_day += second * 1000;
    used = 19;
  }
  if (text.size() == used) return moment_of(parts, zone);
  if (text.size() == used + 1 && p[used] == 'Z') {
    parts.has_offset = true;
    return moment_of(parts, zone);
  }
  Reader rest(text.substr(used));
  if (used == 19) {
    const auto ms = rest.fraction_ms();
    if (!ms) return Instant::missing();
    parts.ms_of_day += *ms;
  }
  if (!rest.at_end() && !rest.offset(parts)) return Instant::missing();
  return rest.at_end() ? moment_of(parts, zone) : Instant::missing();
}

// One %-letter of a pattern. False: the text does not fit, or the letter is unknown.
bool read_field(char letter, Reader& reader, Parts& parts) {
  constexpr std::int64_t kHourMs = 3'600'000;
  std::optional<int> value;
  switch (letter) {
    case 'Y':
      value = reader.number(4, 4);
      break;
    case 'z':
      return reader.offset(parts);
    case 'b':
      return reader.month_name(parts);
    case 'y':
      value = reader.number(2, 2);
      if (value) parts.year = *value + (*value < 69 ? 2000 : 1900);
      return value.has_value();
    default:
      value = reader.number(1, 2);
  }
  if (!value) return false;
  switch (letter) {
    case 'Y':
      parts.year = *value;
      return true;
    case 'm':
      parts.month = static_cast<unsigned>(*value);
      return true;
    case 'd':
      parts.day = static_cast<unsigned>(*value);
      return true;
    case 'H':
      parts.has_time = true;
      parts.ms_of_day += *value * kHourMs;
      return *value < 24;
    case 'M':
      parts.ms_of_day += *value * std::int64_t{60'000};
      return *value < 60;
    case 'S': {
      const auto ms = reader.fraction_ms();
      parts.ms_of_day += *value * 1000 + ms.value_or(0);
      return *value < 60 && ms.has_value();
    }
    default:
      return false;
  }
}

Instant parse_pattern(std::string_view text, std::string_view format, const TimeZone& zone) {
  Reader reader(text);
  Parts parts;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      if (!reader.take(format[i])) return Instant::missing();
      continue;
    }
    if (++i == format.size()) return Instant::missing();
    if (format[i] == '%' ? !reader.take('%') : !read_field(format[i], reader, parts)) {
      return Instant::missing();
    }
  }
  return reader.at_end() ? moment_of(parts, zone) : Instant::missing();
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  const bool minus = text[0] == '-';
  if (minus) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return minus ? -value : value;
}

std::optional<Instant> parse_epoch(std::string_view text, std::int64_t unit_ms) {
  const std::int64_t least = Day::of_civil(kYearMin, 1, 1).number * kDayMs;
  const std::int64_t most = Day::of_civil(kYearMax + 1, 1, 1).number * kDayMs;
  const auto number = parse_integer(text);
  if (!number || *number < least / unit_ms || *number >= most / unit_ms) return std::nullopt;
  return Instant{*number * unit_ms};
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text, std::string_view format,
                                     const TimeZone& zone) {
  if (format == "epoch_s") return parse_epoch(text, 1000);
  if (format == "epoch_ms") return parse_epoch(text, 1);
  const Instant at = format == "iso" ? parse_iso(text, zone) : parse_pattern(text, format, zone);
  if (at.is_missing()) return std::nullopt;
  return at;
}

bool is_time_format(std::string_view format) {
  if (format == "iso" || format == "epoch_s" || format == "epoch_ms") return true;
  bool year = false;
  bool month = false;
  bool day = false;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i == format.size()) return false;
    const char letter = format[i];
    if (std::string_view("YymbdHMSz%").find(letter) == std::string_view::npos) return false;
    year = year || letter == 'Y' || letter == 'y';
    month = month || letter == 'm' || letter == 'b';
    day = day || letter == 'd';
  }
  return year && month && day;
}

std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int century = two_digits(text.data());
  const int year = two_digits(text.data() + 2);
  const int month = two_digits(text.data() + 5);
  const int day = two_digits(text.data() + 8);
  if ((century | year | month | day) < 0) return std::nullopt;
  Day out;
  const bool is_date =
      day_of(century * 100 + year, static_cast<unsigned>(month), static_cast<unsigned>(day), out);
  return is_date ? std::optional<Day>(out) : std::nullopt;
}

namespace {
struct Unit {
  char letter;
  std::int64_t ms;
};
constexpr Unit kUnits[] = {{'d', kDayMs}, {'h', 3'600'000}, {'m', 60'000}, {'s', 1000}};
}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.size() < 2 || !is_digit(text[0])) return std::nullopt;
  const auto count = parse_integer(text.substr(0, text.size() - 1));
  for (const Unit& unit : kUnits) {
    if (unit.letter != text.back()) continue;
    if (!count || *count > std::numeric_limits<std::int64_t>::max() / unit.ms) return std::nullopt;
    return Duration{*count * unit.ms};
  }
  return std::nullopt;
}

std::string to_text(Duration duration) {
  if (duration.ms == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (duration.ms % unit.ms == 0) {
      return std::to_string(duration.ms / unit.ms) + std::string(1, unit.letter);
    }
  }
  return std::to_string(duration.ms) + "ms";
}

}  // namespace upselld
