// SPDX-License-Identifier: Apache-2.0
#include "sandbox/calendar.h"

namespace upselld::sandbox {

Calendar::Calendar(Civil end, int months)
    : months_(months), first_(end.year * 12 + static_cast<int>(end.month) - 1 - months) {}

Day Calendar::first_of(int month) const {
  return Day::of_civil((first_ + month) / 12, month_of_year(month), 1);
}

unsigned Calendar::month_of_year(int month) const {
  return static_cast<unsigned>((first_ + month) % 12) + 1;
}

}  // namespace upselld::sandbox
