// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/decision.h"
#include "core/delivery.h"
#include "core/instant.h"

namespace upselld {

// The newest task of ours on an account. A key that was used is never used again.
struct TaskMemory {
  std::string key;  // empty: there never was one
  std::string action;
  std::string owner;
  Day decided_on;
  Instant due;
  TaskState::Status status = TaskState::Status::open;
  std::string outcome;  // see outcome_of()
  Instant closed_at = Instant::missing();

  bool is_open() const { return !key.empty() && status == TaskState::Status::open; }
  bool operator==(const TaskMemory&) const = default;
};

// What a run must remember of an account for the next run: the state that playbook decisions depend
// on besides today's data. Kept by the store, made by the playbook, part of every replay.
struct AccountMemory {
  bool decided = false;  // false: never decided about; a first band is no move
  Day decided_on;
  std::string segment;
  std::optional<Band> band;
  std::optional<Band> band_beyond;  // the band that the account is past the edge to
  Day band_beyond_since;            // since when
  std::uint8_t decile = 0;          // 1-10; 0: none
  std::vector<std::string> tags;
  std::string action;  // name; empty: none
  std::string rule;    // "playbook.yaml:38" or "hold holdout": what decided
  std::string held;    // hold reason; empty: none
  std::optional<double> probability;
  std::optional<double> score_30_days_ago;  // 100 x probability, for the field "change"
  std::vector<std::string> reason_order;    // groups, largest first
  std::string model_version;
  Day refreshed_on;  // when the fields were last meant in full
  TaskMemory task;

  bool operator==(const AccountMemory&) const = default;
};

}  // namespace upselld
