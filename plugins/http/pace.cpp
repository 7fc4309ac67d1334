// SPDX-License-Identifier: Apache-2.0
#include "plugins/http/pace.h"

#include <algorithm>
#include <cmath>

namespace upselld::plugins {

Duration Pace::take(Duration now) {
  if (!has_begun_) filled_at_ = now;
  has_begun_ = true;
  const Duration begin = std::max(now, held_until_);
  const double seconds_passed =
      static_cast<double>(std::max<std::int64_t>((begin - filled_at_).ms, 0)) / 1000;
  tokens_ = std::min(at_once_, tokens_ + seconds_passed * rate(now));
  filled_at_ = std::max(filled_at_, begin);
  tokens_ -= 1;
  const double missing_s = tokens_ >= 0 ? 0 : -tokens_ / rate(now);
  return milliseconds((begin - now).ms + static_cast<std::int64_t>(std::ceil(missing_s * 1000)));
}

void Pace::set(double per_second) {
  if (per_second > 0) per_second_ = per_second;
}

void Pace::hold_until(Duration time) {
  held_until_ = std::max(held_until_, time);
}

void Pace::slow_down_until(Duration time) {
  slow_until_ = std::max(slow_until_, time);
  tokens_ = std::min(tokens_, 0.0);
}

}  // namespace upselld::plugins
