// SPDX-License-Identifier: Apache-2.0
#include "cardbox_cursor.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace upselld::cardbox {

namespace {

// Takes the text up to the next line's end from `rest`.
std::string_view line_of(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

bool read_instant(std::string_view line, Instant& out) {
  const auto [end, wrong] = std::from_chars(line.begin(), line.end(), out.ms);
  return wrong == std::errc() && end == line.end();
}

}  // namespace

Cursor cursor_of(const Window& window, const std::string& fingerprint) {
  return {fmt::format("cardbox 1 {}\n{}\n{}\n{}", fingerprint, window.from.ms, window.before.ms,
                      window.after)};
}

Result<Window> window_of(const Cursor& cursor, const std::string& fingerprint) {
  Window window;
  if (cursor.bytes.empty()) return window;
  std::string_view rest = cursor.bytes;
  if (line_of(rest) != "cardbox 1 " + fingerprint || !read_instant(line_of(rest), window.from) ||
      !read_instant(line_of(rest), window.before)) {
    return Error{ErrorKind::cursor_lost, "read the cursor: it is of another mapping", {}};
  }
  window.after = rest;
  return window;
}

}  // namespace upselld::cardbox
