// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/score.h"
#include "scoring/feature_spec.h"

namespace upselld::scoring {

// A feature that the grammar cannot say.
struct MeasureRow {
  Measure measure;
  const char* name;
  const char* unit;
  const char* group;
  const char* sentence;
  bool learnt;       // false: for rules only, since the past of it is not known
  bool told = true;  // false: nobody can picture it; a reason speaks of another one of its group
};
std::span<const MeasureRow> measure_rows();

// How people speak of an event.
struct EventWords {
  std::string one, many;  // "visit to the pricing page", "visits to the pricing page"
  std::string group;
  std::string value_unit;  // of its value; empty: a plain number
};
EventWords words_of_activity(std::string_view kind);

// The names of the built-in table besides measures: orders, and each kind in the data.
std::vector<std::string> built_in_order_names();
std::vector<std::string> built_in_activity_names(std::string_view kind);

}  // namespace upselld::scoring
