// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_cursor.h"

#include <fmt/format.h>

#include "core/digest.h"
#include "plugins/crm/cursor_words.h"

namespace upselld::plugins::hubspot {

namespace {

constexpr const char* kMark = "hs2";
// Counted records of the page in place of naming the last one, which comes last here.
constexpr const char* kFormerMark = "hs1";

}  // namespace

Cursor to_cursor(const PullCursor& c) {
  // What the server gives as a place is opaque, and might hold a blank.
  return {fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {}", kMark, cursor_word(c.fingerprint),
                      cursor_word(c.portal), static_cast<int>(c.walk), static_cast<int>(c.phase),
                      cursor_word(c.fast_from), cursor_word(c.slow_from), cursor_word(c.listed_at),
                      cursor_word(c.archived_from), cursor_word(c.low), cursor_word(c.high),
                      cursor_word(c.last_id), cursor_word(hex(c.after)))};
}

std::optional<PullCursor> read_cursor(const Cursor& cursor) {
  CursorWords words(cursor.bytes);
  std::string mark, after;
  words.read(mark);
  const bool is_former = mark == kFormerMark;
  if (mark != kMark && !is_former) return std::nullopt;
  PullCursor c;
  int walk = 0, phase = 0;
  words.read(c.fingerprint);
  words.read(c.portal);
  words.read(walk);
  words.read(phase);
  words.read(c.fast_from);
  words.read(c.slow_from);
  words.read(c.listed_at);
  words.read(c.archived_from);
  words.read(c.low);
  words.read(c.high);
  words.read(c.last_id);
  words.read(after);
  std::uint64_t brought = 0;  // of the page, which is brought again
  if (is_former) words.read(brought);
  if (!words.is_good() || walk < 0 || walk > 2 || phase < 0 || phase > 4) return std::nullopt;
  c.walk = static_cast<Walk>(walk);
  c.phase = static_cast<PullCursor::Phase>(phase);
  c.after = from_hex(after);
  if (c.after.empty() != after.empty()) return std::nullopt;
  return c;
}

}  // namespace upselld::plugins::hubspot
