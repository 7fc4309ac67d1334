// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "core/page.h"

namespace upselld {

namespace {

unsigned byte_at(const char* at) {
  return static_cast<unsigned char>(*at);
}
bool is_continuation(const char* at) {
  return (byte_at(at) & 0xc0) == 0x80;
}

// The length of the well-formed sequence that begins at `at`, or 0. The bounds on the second byte
// are those of the Unicode standard, table 3-7: they shut out overlong forms, surrogates and what
// is above U+10FFFF.
std::size_t sequence_length(const char* at, std::size_t left) {
  const unsigned lead = byte_at(at);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (left < length) return 0;
  const unsigned second = byte_at(at + 1);
  const unsigned least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!is_continuation(at + i)) return 0;
  }
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    while (end - at >= 8) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, at, 8);
      if ((eight & kHighBits) != 0) break;
      at += 8;
    }
    if (at == end) return true;
    const std::size_t length = sequence_length(at, static_cast<std::size_t>(end - at));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

}  // namespace upselld
