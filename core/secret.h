// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <string_view>

namespace upselld {

// A credential. Prints as "<secret>", is wiped when destroyed, compares in constant time.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  bool empty() const { return value_.empty(); }
  // The only way to the bytes: easy to find in a review.
  std::string_view reveal() const { return value_; }
  bool equals(std::string_view other) const;

 private:
  std::string value_;
};

std::ostream& operator<<(std::ostream& out, const Secret&);

}  // namespace upselld
