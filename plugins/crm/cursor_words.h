// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "core/instant.h"

// Cursors as words between blanks; "-" is an empty one. What a connector packs it reads back.
namespace upselld::plugins {

class CursorWords {
 public:
  explicit CursorWords(std::string_view text) : rest_(text) {}

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
  // All words were there and were what was asked for, and none is left.
  bool is_good() const { return is_good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool is_good_ = true;
};

inline std::string cursor_word(const std::string& text) {
  return text.empty() ? "-" : text;
}
inline std::string cursor_word(Instant at) {
  return at.is_missing() ? "-" : std::to_string(at.ms);
}

}  // namespace upselld::plugins
