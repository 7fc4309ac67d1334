// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/instant.h"

namespace upselld::sandbox {

// The months of a history, counted from its first one. Months before (negative) and after it have
// days too.
class Calendar {
 public:
  // `end` is the first of the month after the last one.
  Calendar(Civil end, int months);

  int months() const { return months_; }
  Day first_of(int month) const;
  int days_in(int month) const { return first_of(month + 1).number - first_of(month).number; }
  // 1 to 12.
  unsigned month_of_year(int month) const;
  Day start() const { return first_of(0); }
  Day end() const { return first_of(months_); }

 private:
  int months_;
  int first_;  // months since year 0
};

}  // namespace upselld::sandbox
