// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>

#include "core/settings.h"

namespace upselld {

namespace {
constexpr std::size_t kNearestBytesMax = 64;
}  // namespace

// The folder is left out: a place is shown to people, compared in tests and kept in the audit, and
// must not depend on where the file lies.
std::string to_text(const Place& place) {
  const std::string name = std::filesystem::path(place.file).filename().string();
  return place.line > 0 ? name + ":" + std::to_string(place.line) : name;
}

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Error error_at(const Place& place, const std::string& message) {
  const std::string where = to_text(place);
  return {ErrorKind::invalid_config, where.empty() ? message : where + ": " + message, {}};
}

namespace {

// Edits that turn `a` into `b`, where two swapped neighbours are one edit.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + cost});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(now);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > kNearestBytesMax) return {};
  std::string best;
  std::size_t best_distance = word.size() / 3 + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kNearestBytesMax) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto done = std::from_chars(text.data(), end, value);
  if (text.empty() || done.ec != std::errc() || done.ptr != end || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<double> parse_share(std::string_view text) {
  const bool percent = !text.empty() && text.back() == '%';
  if (percent) text.remove_suffix(1);
  const auto number = parse_number(text);
  if (!number || *number < 0 || std::signbit(*number)) return std::nullopt;
  return percent ? *number / 100 : *number;
}

std::optional<bool> parse_yes_no(std::string_view text) {
  if (text == "yes" || text == "true") return true;
  if (text == "no" || text == "false") return false;
  return std::nullopt;
}

}  // namespace upselld
