// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace upselld::store {

// Numbers of accounts, a bit each.
class AccountSet {
 public:
  void add(std::uint32_t number) {
    if (number >= bits_.size()) bits_.resize(number + number / 2 + 64);
    bits_[number] = true;
  }
  bool contains(std::uint32_t number) const { return number < bits_.size() && bits_[number]; }
  std::vector<std::uint32_t> numbers() const {
    std::vector<std::uint32_t> all;
    for (std::uint32_t number = 0; number < bits_.size(); ++number) {
      if (bits_[number]) all.push_back(number);
    }
    return all;
  }
  void clear() { bits_.assign(bits_.size(), false); }

 private:
  std::vector<bool> bits_;
};

// Ascending numbers as bytes, and back. False: the bytes are damaged.
std::string pack_numbers(const std::vector<std::uint32_t>& numbers);
bool unpack_numbers(std::string_view bytes, std::vector<std::uint32_t>& numbers);

}  // namespace upselld::store
