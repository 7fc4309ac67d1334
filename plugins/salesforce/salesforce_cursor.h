// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/page.h"
#include "plugins/connector.h"

namespace upselld::plugins::salesforce {

// A place in a stream. All that a new process needs: no locator of a query is among it, for those
// die; the keyset (stamp, id) and a job's id with its results' locator do not.
struct PullCursor {
  std::string fingerprint, org;
  Walk walk = Walk::changes;
  Instant watermark = Instant::missing();  // all before it was brought
  std::int32_t refreshed_day = 0;          // formulas were read that day

  // The window being walked: [low, high) now, and on to `until`. Missing `until`: none.
  Instant low = Instant::missing(), high = Instant::missing(), until = Instant::missing();
  Instant last_stamp = Instant::missing();  // of the last record brought
  std::string last_id;

  enum class Way : std::uint8_t { rest, bulk } way = Way::rest;
  std::string job, locator;     // bulk
  std::uint64_t row = 0;        // rows of this page of results that were brought
  std::uint64_t rows_read = 0;  // of the job, before this page
  std::int32_t polls = 0, failures = 0;

  bool is_walking() const { return !until.is_missing(); }
};

Cursor to_cursor(const PullCursor& cursor);
// Nothing: not one of ours.
std::optional<PullCursor> read_cursor(const Cursor& cursor);

}  // namespace upselld::plugins::salesforce
