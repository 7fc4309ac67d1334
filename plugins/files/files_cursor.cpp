// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files_cursor.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <vector>

namespace upselld::plugins::files {

namespace {

constexpr std::string_view kPart = "part1";
constexpr std::string_view kDerived = "derived1";

// Words between blanks, read one after the other; what is missing or no number spoils the whole.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  std::string_view word() {
    const std::size_t end = std::min(rest_.find(' '), rest_.size());
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (word.empty()) good_ = false;
    return word;
  }
  template <typename Number>
  void read(Number& out) {
    const std::string_view text = word();
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (code != std::errc() || end != text.data() + text.size()) good_ = false;
  }
  void read(bool& out) {
    int number = 0;
    read(number);
    out = number != 0;
  }
  bool is_good() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

Cursor to_cursor(const PartCursor& c) {
  return {fmt::format("{} {} {:d} {:d} {:d} {} {} {} {} {:d} {} {} {} {} {} {}", kPart,
                      c.fingerprint, c.is_sweep, c.at_end, c.is_settled, c.place.offset,
                      c.place.line, c.place.hash_low, c.place.hash_high, c.place.growable,
                      c.records, c.rows, c.bad_rows, c.stamp.size, c.stamp.inode,
                      c.stamp.modified_ns)};
}

std::optional<PartCursor> part_cursor_of(const Cursor& cursor) {
  Words words(cursor.bytes);
  if (words.word() != kPart) return std::nullopt;
  PartCursor c;
  c.fingerprint = words.word();
  words.read(c.is_sweep);
  words.read(c.at_end);
  words.read(c.is_settled);
  words.read(c.place.offset);
  words.read(c.place.line);
  words.read(c.place.hash_low);
  words.read(c.place.hash_high);
  words.read(c.place.growable);
  words.read(c.records);
  words.read(c.rows);
  words.read(c.bad_rows);
  words.read(c.stamp.size);
  words.read(c.stamp.inode);
  words.read(c.stamp.modified_ns);
  if (!words.is_good()) return std::nullopt;
  return c;
}

Cursor to_cursor(const DerivedCursor& c) {
  return {fmt::format("{} {} {:d} {:d} {:d} {} {} {}", kDerived, c.fingerprint, c.is_sweep,
                      c.at_end, c.is_settled, c.stamps, c.content, c.position)};
}

std::optional<DerivedCursor> derived_cursor_of(const Cursor& cursor) {
  Words words(cursor.bytes);
  if (words.word() != kDerived) return std::nullopt;
  DerivedCursor c;
  c.fingerprint = words.word();
  words.read(c.is_sweep);
  words.read(c.at_end);
  words.read(c.is_settled);
  words.read(c.stamps);
  words.read(c.content);
  words.read(c.position);
  if (!words.is_good()) return std::nullopt;
  return c;
}

}  // namespace upselld::plugins::files
