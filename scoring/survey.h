// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/timeline.h"

namespace upselld::scoring {

// What must be known before features can be computed.
struct Survey {
  Instant begins = Instant::missing();
  std::size_t accounts = 0;
  std::vector<Instant> kind_since;  // by activity kind; missing: never
  // By attribute: how many accounts ever had each text.
  std::vector<std::map<std::string, std::size_t>> texts;
};
Result<Survey> survey_all(const TimelineSource& source, Instant now, unsigned threads);

// More than half as many texts as accounts that have one: such an attribute names accounts instead
// of describing them.
bool is_near_unique(const std::map<std::string, std::size_t>& texts);
// The names of such attributes, in the order of the vocabulary. One walk.
Result<std::vector<std::string>> near_unique_attributes(const TimelineSource& source, Instant now,
                                                        unsigned threads);
// Those that name nobody; by count, then by text: the same whatever the order of the accounts.
std::vector<std::string> texts_by_count(const std::map<std::string, std::size_t>& counts);

// Calls `visit(share, timeline)` for every account; the first error of the lowest share counts.
Result<void> walk_all(const TimelineSource& source, Instant known_before, unsigned threads,
                      const std::function<void(std::size_t, const Timeline&)>& visit);

}  // namespace upselld::scoring
