// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/ids.h"

#include <cstddef>

namespace upselld::sandbox::salesforce {
namespace {

constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kSuffix = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
constexpr std::string_view kPod = "Sb";  // where a real id names the instance
constexpr std::size_t kShort = 15, kLong = 18, kGroup = 5;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

}  // namespace

std::string make_id(std::string_view prefix, std::uint64_t number) {
  std::string id = std::string(prefix) + std::string(kPod);
  std::string digits;
  for (std::size_t i = id.size(); i < kShort; ++i, number /= kDigits.size()) {
    digits.insert(digits.begin(), kDigits[number % kDigits.size()]);
  }
  id += digits;
  return id + id_suffix(id);
}

std::string id_suffix(std::string_view fifteen) {
  std::string suffix;
  for (std::size_t group = 0; group < kShort; group += kGroup) {
    unsigned bits = 0;
    for (std::size_t i = 0; i < kGroup; ++i) {
      if (is_upper(fifteen[group + i])) bits |= 1U << i;
    }
    suffix += kSuffix[bits];
  }
  return suffix;
}

std::optional<std::string> canonical_id(std::string_view text) {
  if (text.size() != kShort && text.size() != kLong) return std::nullopt;
  std::string id(text.substr(0, kShort));
  for (const char c : text) {
    if (kDigits.find(c) == std::string_view::npos) return std::nullopt;
  }
  if (text.size() == kShort) return id + id_suffix(id);
  for (std::size_t i = 0; i < kShort; ++i) {
    char mark = text[kShort + i / kGroup];
    if (is_lower(mark)) mark = static_cast<char>(mark - 'a' + 'A');
    const std::size_t bits = kSuffix.find(mark);
    if (bits == std::string_view::npos) return std::nullopt;
    const bool upper = (bits >> (i % kGroup) & 1U) != 0;
    if (upper && is_lower(id[i])) id[i] = static_cast<char>(id[i] - 'a' + 'A');
    if (!upper && is_upper(id[i])) id[i] = static_cast<char>(id[i] - 'A' + 'a');
  }
  return id + id_suffix(id);
}

}  // namespace upselld::sandbox::salesforce
