// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace upselld {

using Sha256Digest = std::array<std::uint8_t, 32>;

Sha256Digest sha256(std::string_view bytes);
Sha256Digest hmac_sha256(std::string_view key, std::string_view bytes);
std::string hex(std::string_view bytes);
std::string hex(const Sha256Digest& digest);
// Nothing when the text is not hexadecimal of even length.
std::string from_hex(std::string_view text);

// SHA-256 over pieces, for what does not fit in one string.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::string_view bytes);
  // Length-prefixed, so that ("ab","c") and ("a","bc") differ.
  void add_part(std::string_view bytes);
  Sha256Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Fast 64-bit hash with a key (XXH3): identity of records and tie-breaks. Not for secrets.
std::uint64_t keyed_hash(std::uint64_t key, std::string_view bytes);

// `count` bytes from the operating system's generator: keys and salts, never a result.
std::string random_bytes(std::size_t count);

}  // namespace upselld
