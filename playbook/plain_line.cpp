// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>

#include "playbook/text.h"

namespace upselld::playbook {

namespace {

struct Decoded {
  std::uint32_t code = 0;
  std::size_t length = 0;  // 0: not UTF-8
};

Decoded decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t lead = byte(at);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > text.size()) return {};
  std::uint32_t code = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0U) != 0x80U) return {};
    code = (code << 6U) | (byte(at + i) & 0x3fU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, length};
}

bool is_break_or_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
}

// Direction marks can make a line read as another one; they and byte order marks are dropped.
bool is_invisible(std::uint32_t code) {
  return code == 0x200e || code == 0x200f || code == 0x061c || (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

}  // namespace

std::string cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return std::string(text.substr(0, end));
}

std::string plain_line(std::string_view text, std::size_t bytes_max) {
  std::string plain;
  for (std::size_t i = 0; i < text.size() && plain.size() <= bytes_max;) {
    const Decoded decoded = decode(text, i);
    if (decoded.length == 0) {
      plain += "?";
      ++i;
      continue;
    }
    if (is_break_or_control(decoded.code)) {
      if (!plain.empty() && plain.back() != ' ') plain += ' ';
    } else if (!is_invisible(decoded.code)) {
      plain += text.substr(i, decoded.length);
    }
    i += decoded.length;
  }
  while (!plain.empty() && plain.back() == ' ') plain.pop_back();
  return cut(plain, bytes_max);
}

}  // namespace upselld::playbook
