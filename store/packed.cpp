// SPDX-License-Identifier: Apache-2.0
#include "store/packed.h"

#include <bit>

namespace upselld::store {

// Zigzag, then seven bits a byte: small numbers of either sign take one byte.
void PackedWriter::integer(std::int64_t value) {
  auto bits = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  while (bits >= 0x80) {
    byte(static_cast<std::uint8_t>(bits | 0x80));
    bits >>= 7;
  }
  byte(static_cast<std::uint8_t>(bits));
}

void PackedWriter::number(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (int shift = 0; shift < 64; shift += 8) byte(static_cast<std::uint8_t>(bits >> shift));
}

void PackedWriter::text(std::string_view value) {
  integer(static_cast<std::int64_t>(value.size()));
  bytes_ += value;
}

void PackedWriter::texts(const std::vector<std::string>& values) {
  integer(static_cast<std::int64_t>(values.size()));
  for (const std::string& value : values) text(value);
}

void PackedWriter::maybe_number(const std::optional<double>& value) {
  byte(value ? 1 : 0);
  if (value) number(*value);
}

void PackedWriter::maybe_text(const std::optional<std::string>& value) {
  byte(value ? 1 : 0);
  if (value) text(*value);
}

std::string_view PackedReader::take(std::size_t count) {
  if (!ok_ || count > rest_.size()) {
    ok_ = false;
    return {};
  }
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::uint8_t PackedReader::byte() {
  const std::string_view taken = take(1);
  return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken[0]);
}

std::int64_t PackedReader::integer() {
  std::uint64_t bits = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t next = byte();
    bits |= static_cast<std::uint64_t>(next & 0x7f) << shift;
    if (next < 0x80) {
      return static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1);
    }
  }
  ok_ = false;
  return 0;
}

double PackedReader::number() {
  const std::string_view taken = take(8);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    bits |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(taken[i])) << (8 * i);
  }
  return std::bit_cast<double>(bits);
}

std::string PackedReader::text() {
  return std::string(take(static_cast<std::size_t>(integer())));
}

std::vector<std::string> PackedReader::texts() {
  const auto count = static_cast<std::size_t>(integer());
  std::vector<std::string> values;
  // Each takes a byte at least, so a damaged count cannot ask for more than there is.
  if (count > rest_.size()) ok_ = false;
  for (std::size_t i = 0; ok_ && i < count; ++i) values.push_back(text());
  return values;
}

std::optional<double> PackedReader::maybe_number() {
  if (byte() == 0) return std::nullopt;
  return number();
}

std::optional<std::string> PackedReader::maybe_text() {
  if (byte() == 0) return std::nullopt;
  return text();
}

}  // namespace upselld::store
