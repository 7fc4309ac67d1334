// SPDX-License-Identifier: Apache-2.0
#include "core/number_text.h"

#include <charconv>
#include <cmath>

#include "core/assertions.h"

namespace upselld {

namespace {
constexpr int kDecimalsMax = 20;
}  // namespace

std::string shortest_text(double number) {
  if (std::isnan(number)) return {};
  char buffer[32];
  const auto done = std::to_chars(buffer, buffer + sizeof buffer, number);
  UPSELLD_ASSERT(done.ec == std::errc());
  return std::string(buffer, done.ptr);
}

std::string fixed_text(double number, int decimals) {
  UPSELLD_ASSERT(decimals >= 0 && decimals <= kDecimalsMax);
  if (std::isnan(number)) return {};
  char buffer[350];  // The largest double has 309 digits before the point.
  const auto done =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed, decimals);
  UPSELLD_ASSERT(done.ec == std::errc());
  std::string text(buffer, done.ptr);
  if (text[0] == '-' && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

}  // namespace upselld
