// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/instant.h"
#include "core/score.h"

namespace upselld::scoring {

// Everything a sentence may depend on besides the model: nothing else, so that a replay tells the
// same.
struct ToldValue {
  double value = 0;      // NaN: missing
  double usual = 0;      // of the training accounts; NaN: not known
  std::string category;  // text of a category's value; empty: none or unknown
  Day day;               // of the run
};

// "3 orders since 18 Oct, usual 1": what info.sentence makes of a value. A missing value is told as
// such. Placeholders: {value} {usual} {date} {since}.
std::string tell(const FeatureInfo& info, const ToldValue& told);
// Whether a rep can picture it: not decayed counts and shrunk rates, nor a category whose text is
// not known, nor most of what is missing.
bool can_tell(const FeatureInfo& info, const ToldValue& told);
// For a group none of whose members can be told: "pace of orders".
std::string group_words(const std::string& group);

// The same with its direction: "...: raises the likelihood". Never "because".
std::string with_direction(const std::string& text, double contribution);
std::string tell_reason(const FeatureInfo& info, const ToldValue& told, double contribution);

// "3 orders", "1 order", "45 days", "84 %", "14,200 EUR", "1.4 times".
std::string value_text(double value, const std::string& unit);
// "18 Oct"; with the year when not within 330 days of `today`.
std::string date_text(Day day, Day today);

}  // namespace upselld::scoring
