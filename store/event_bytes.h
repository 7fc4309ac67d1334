// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace upselld::store {

// Small differences, of either sign, become small numbers.
inline std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// Bytes of blocks, one value behind the other. Not PackedWriter: that one is for a few values, this
// one for thousands.
class EventBytes {
 public:
  // Room for so many bytes to begin with; it grows.
  explicit EventBytes(std::size_t expected = 64) : bytes_(expected, '\0') {}

  void byte(std::uint8_t value) {
    *room(1) = static_cast<char>(value);
    ++size_;
  }
  void varint(std::uint64_t value) {
    char* const begin = room(kVarintBytesMax);
    char* to = begin;
    while (value >= 0x80) {
      *to++ = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    *to++ = static_cast<char>(value);
    size_ += static_cast<std::size_t>(to - begin);
  }
  void word(std::uint64_t value) {
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(room(sizeof(value)), &value, sizeof(value));
    size_ += sizeof(value);
  }
  void text(std::string_view value) {
    std::memcpy(room(value.size()), value.data(), value.size());
    size_ += value.size();
  }
  // All that was written. Nothing can be added after.
  std::string take() {
    bytes_.resize(size_);
    return std::move(bytes_);
  }

 private:
  static constexpr std::size_t kVarintBytesMax = 10;
  char* room(std::size_t count) {
    if (bytes_.size() - size_ < count) bytes_.resize(2 * bytes_.size() + count);
    return bytes_.data() + size_;
  }

  std::string bytes_;  // longer than what was written
  std::size_t size_ = 0;
};

// Reads them back. Past the end, or after an impossible value, ok() is false and all is 0.
class EventBytesReader {
 public:
  explicit EventBytesReader(std::string_view bytes)
      : at_(reinterpret_cast<const std::uint8_t*>(bytes.data())), end_(at_ + bytes.size()) {}

  std::uint8_t byte() {
    if (at_ == end_) return fail();
    return *at_++;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) return fail();
      const std::uint8_t next = *at_++;
      value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    return fail();
  }
  std::uint64_t word() {
    if (end_ - at_ < 8) return fail();
    std::uint64_t value = 0;
    std::memcpy(&value, at_, sizeof(value));
    at_ += sizeof(value);
    return value;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && at_ == end_; }
  std::uint8_t fail() {
    ok_ = false;
    at_ = end_;
    return 0;
  }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool ok_ = true;
};

}  // namespace upselld::store
