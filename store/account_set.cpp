// SPDX-License-Identifier: Apache-2.0
#include "store/account_set.h"

#include "store/event_bytes.h"

namespace upselld::store {

std::string pack_numbers(const std::vector<std::uint32_t>& numbers) {
  EventBytes out;
  std::uint32_t before = 0;
  for (const std::uint32_t number : numbers) {
    out.varint(number - before);
    before = number;
  }
  return out.take();
}

bool unpack_numbers(std::string_view bytes, std::vector<std::uint32_t>& numbers) {
  numbers.clear();
  EventBytesReader in(bytes);
  std::uint64_t number = 0;
  while (in.ok() && !in.at_end()) {
    number += in.varint();
    if (number > 0xffffffff) return false;
    numbers.push_back(static_cast<std::uint32_t>(number));
  }
  return in.ok();
}

}  // namespace upselld::store
