// SPDX-License-Identifier: Apache-2.0
#include "core/secret.h"

#include <string.h>

#include <utility>

namespace upselld {

namespace {
// A plain fill before the end of an object's life would be optimised away.
void wipe(std::string& value) {
  ::explicit_bzero(value.data(), value.size());
  value.clear();
}
}  // namespace

// Short strings live inside the object, so moving from one leaves its bytes behind.
Secret::Secret(Secret&& other) noexcept : value_(other.value_) {  // NOLINT: a copy, then wiped
  wipe(other.value_);
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(value_);
    value_.swap(other.value_);
  }
  return *this;
}

Secret::~Secret() {
  wipe(value_);
}

bool Secret::equals(std::string_view other) const {
  if (value_.size() != other.size()) return false;
  // Looks at every byte, wherever the first difference is.
  unsigned char difference = 0;
  for (std::size_t i = 0; i < other.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (value_[i] ^ other[i]));
  }
  return difference == 0;
}

std::ostream& operator<<(std::ostream& out, const Secret&) {
  return out << "<secret>";
}

}  // namespace upselld
