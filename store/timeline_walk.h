// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/records.h"
#include "core/result.h"
#include "core/timeline.h"

namespace upselld::store {

struct WalkSettings {
  std::string connection;                 // whose accounts are visited
  std::vector<AttributeSpec> attributes;  // of that connection
  std::size_t threads = 1;                // shares that may be walked at the same time
  // Orders, lines and activities that happened before it are not visited, unless an order is open
  // still; missing: all are.
  Instant events_from = Instant::missing();
};

// Walks over the committed records of one connection's accounts, with events from all feeds that
// belong to them. One state for as long as the object lives, beside any writer. Losers of merges
// are not visited: their events are their survivor's. Accounts of which nothing was known before
// the moment asked for are not visited. Contacts that opted out of profiling give no events.
//
// The vocabulary's attributes, and with them Timeline::account.attributes and AttributeChange, are
// sorted by name. Everything is the same for the same data, whatever the order it arrived in.
class TimelineWalk : public TimelineSource {
 public:
  static Result<std::unique_ptr<TimelineWalk>> open(const std::filesystem::path& database,
                                                    const WalkSettings& settings);

  // Up to when the timelines visited with the latest `known_before` would be visited the same, as
  // far as their accounts' data tells: events may be dated ahead. Far ahead: none is.
  virtual Instant next_news() const = 0;
};

}  // namespace upselld::store
