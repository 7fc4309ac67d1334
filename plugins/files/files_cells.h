// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/instant.h"
#include "core/time_zone.h"
#include "plugins/files/files_mapping.h"

namespace upselld::plugins::files {

// A cell as it may be shown in a message: cut when long, control characters escaped, in quotes.
std::string shown_cell(std::string_view text);

// Without blanks around it.
inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Equal texts, quicker than == where most are not: neighbours tend to differ in the last byte.
inline bool is_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || (a.back() == b.back() && a == b));
}

// Reads the cells of one section: how dates, numbers and ids are written there. An empty cell is
// not read here: what it means depends on the field.
class CellReader {
 public:
  CellReader(const Mapping& mapping, const TimeZone& zone);

  // With `id_number`, 17850.0 becomes 17850.
  std::string_view id(std::string_view text) const;
  // False: not a date in the section's format, or outside 1900 to 2200.
  bool instant(std::string_view text, Instant& out) const;
  // False: no finite number.
  bool number(std::string_view text, double& out) const;
  const std::string& format() const { return format_; }

 private:
  bool instant_of_known_day(std::string_view text, Instant& out) const;
  void learn_day(std::string_view date) const;

  std::string format_;
  TimeZone zone_;
  char decimal_;
  char thousands_;
  bool id_number_;
  bool is_iso_;
  // Rows mostly follow each other in time: the day of the last one is looked up once. Only a day
  // without a change of the clocks is kept, so that a time is midnight and milliseconds.
  static constexpr std::size_t kDateBytes = 10;  // 2026-11-22
  mutable std::array<char, kDateBytes> known_date_{};
  mutable Instant known_midnight_;
};

// yes, true, y, t, 1 and no, false, n, f, 0 in any case.
bool parse_flag(std::string_view text, bool& out);
// A flag, or won, accepted, success and lost, declined, rejected, failure.
bool parse_outcome(std::string_view text, bool& out);
// "Email Open" -> "email_open"; empty where nothing of that kind can be made of it.
std::string activity_name_of(std::string_view text);

}  // namespace upselld::plugins::files
