// SPDX-License-Identifier: Apache-2.0
#include "core/secret.h"

#include <openssl/crypto.h>

#include <utility>

namespace upselld {

namespace {
// A plain fill before the end of an object's life would be optimised away.
void wipe(std::string& value) {
  if (!value.empty()) OPENSSL_cleanse(value.data(), value.size());
  value.clear();
}
}  // namespace

// Short strings live inside the object, so moving from one leaves its bytes behind.
Secret::Secret(Secret&& other) noexcept : value_(other.value_) {
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
  return value_.size() == other.size() &&
         CRYPTO_memcmp(value_.data(), other.data(), other.size()) == 0;
}

std::ostream& operator<<(std::ostream& out, const Secret&) {
  return out << "<secret>";
}

}  // namespace upselld
