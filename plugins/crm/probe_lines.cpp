// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/probe_lines.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace upselld::plugins {

namespace {

constexpr std::int64_t kClockAheadMaxMs = 60'000;
constexpr double kScarceShare = 0.15;

}  // namespace

void ProbeLines::add_clock(Duration ahead, const std::string& remedy) {
  const std::int64_t apart = std::abs(ahead.ms);
  const std::string what = fmt::format("clock {:.1f} s apart", static_cast<double>(apart) / 1000);
  if (apart <= kClockAheadMaxMs) return add(Level::ok, what);
  add(Level::warning, what, remedy);
}

void ProbeLines::add_quota(const std::string& what, const std::string& whose, double left,
                           double most) {
  const bool is_short = most > 0 && left < most * kScarceShare;
  add(is_short ? Level::warning : Level::ok,
      fmt::format("{} left today: {:.0f} of {:.0f}", what, left, most),
      is_short ? "find out who uses them; upselld stops at 85 % of " + whose + "'s use" : "");
}

void ProbeLines::add_if_number_as_text(const AttributeSpec& spec, const std::string& field,
                                       bool is_number) {
  if (!is_number || spec.kind != AttributeKind::text) return;
  add(Level::warning,
      fmt::format("attribute {}: {} is a number and is read as text", spec.name, field),
      fmt::format("write {{field: {}, kind: number}}", field.substr(field.rfind('.') + 1)));
}

}  // namespace upselld::plugins
