// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_cursor.h"

#include <fmt/format.h>

#include <string_view>

#include "plugins/crm/cursor_words.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr std::string_view kMark = "sf1";

}  // namespace

Cursor to_cursor(const PullCursor& c) {
  return {fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", kMark,
                      cursor_word(c.fingerprint), cursor_word(c.org), static_cast<int>(c.walk),
                      cursor_word(c.watermark), c.refreshed_day, cursor_word(c.low),
                      cursor_word(c.high), cursor_word(c.until), cursor_word(c.last_stamp),
                      cursor_word(c.last_id), static_cast<int>(c.way), cursor_word(c.job),
                      cursor_word(c.locator), c.row, c.rows_read, c.polls, c.failures)};
}

std::optional<PullCursor> read_cursor(const Cursor& cursor) {
  CursorWords words(cursor.bytes);
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
