// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_cursor.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace upselld::plugins::salesforce {

namespace {

constexpr std::string_view kMark = "sf1";

// Words between blanks; "-" is an empty one.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  void read(std::string& out) {
    const std::size_t end = std::min(rest_.find(' '), rest_.size());
    out = rest_.substr(0, end);
    if (out.empty()) is_good_ = false;
    if (out == "-") out.clear();
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
  }
  template <typename Number>
  void read(Number& out) {
    std::string word;
    read(word);
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), out);
    if (code != std::errc() || end != word.data() + word.size()) is_good_ = false;
  }
  void read(Instant& out) {
    std::string word;
    read(word);
    out = Instant::missing();
    if (word.empty()) return;
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), out.ms);
    if (code != std::errc() || end != word.data() + word.size()) is_good_ = false;
  }
  bool is_good() const { return is_good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool is_good_ = true;
};

std::string word(const std::string& text) {
  return text.empty() ? "-" : text;
}
std::string word(Instant at) {
  return at.is_missing() ? "-" : std::to_string(at.ms);
}

}  // namespace

Cursor to_cursor(const PullCursor& c) {
  return {fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", kMark,
                      word(c.fingerprint), word(c.org), static_cast<int>(c.walk), word(c.watermark),
                      c.refreshed_day, word(c.low), word(c.high), word(c.until), word(c.last_stamp),
                      word(c.last_id), static_cast<int>(c.way), word(c.job), word(c.locator), c.row,
                      c.rows_read, c.polls, c.failures)};
}

std::optional<PullCursor> read_cursor(const Cursor& cursor) {
  Words words(cursor.bytes);
  std::string mark;
  words.read(mark);
  if (mark != kMark) return std::nullopt;
  PullCursor c;
  int walk = 0, way = 0;
  words.read(c.fingerprint);
  words.read(c.org);
  words.read(walk);
  words.read(c.watermark);
  words.read(c.refreshed_day);
  words.read(c.low);
  words.read(c.high);
  words.read(c.until);
  words.read(c.last_stamp);
  words.read(c.last_id);
  words.read(way);
  words.read(c.job);
  words.read(c.locator);
  words.read(c.row);
  words.read(c.rows_read);
  words.read(c.polls);
  words.read(c.failures);
  const bool is_good = words.is_good() && walk >= 0 && walk <= 2 && way >= 0 && way <= 1;
  if (!is_good) return std::nullopt;
  c.walk = static_cast<Walk>(walk);
  c.way = static_cast<PullCursor::Way>(way);
  return c;
}

}  // namespace upselld::plugins::salesforce
