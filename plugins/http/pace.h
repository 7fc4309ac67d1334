// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/instant.h"

namespace upselld::plugins {

// A bucket of tokens that requests are paid with: so many a second, and so many at once after a
// rest. It does not wait; it tells how long to wait, for HttpRequest::wait_before. Times are of
// Clock::steady().
class Pace {
 public:
  Pace(double per_second, double at_once)
      : per_second_(per_second), at_once_(at_once), tokens_(at_once) {}

  // How long the request that is sent next must wait. Counts it as sent.
  Duration take(Duration now);
  // From now on; a pace that is slowed down stays so until then.
  void set(double per_second);
  // Nothing before that time.
  void hold_until(Duration time);
  // Half as fast until then, and what was saved up is gone.
  void slow_down_until(Duration time);

 private:
  double rate(Duration now) const { return now < slow_until_ ? per_second_ / 2 : per_second_; }

  double per_second_, at_once_, tokens_;
  Duration filled_at_{}, held_until_{}, slow_until_{};
  bool has_begun_ = false;
};

}  // namespace upselld::plugins
