// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugins/hubspot/hubspot_catalogue.h"
#include "plugins/hubspot/hubspot_reading.h"

namespace upselld::plugins::hubspot {

// Records of one batch: created or updated.
struct BatchItem {
  std::string trace_id;  // its own, by which the answer tells it from others
  std::string id;        // of an update; empty: it is created
  std::string input;     // the JSON object
};

// What became of one item. Neither id nor fault nor `not_done`: the answer does not say.
struct ItemResult {
  std::string id;
  Row record = {};  // as the answer gives it, where there is an id
  std::optional<Fault> fault;
  // Why it was surely not done, where it was not sent or not taken with its batch: until when it
  // waits is missing where nobody says.
  std::optional<Refusal> not_done = {};
  Instant until = Instant::missing();
};

struct BatchWrite {
  std::string doing;
  std::string object;
  bool is_create = false;
  // Properties of ours: what is wrong with one of them is wrong for all items.
  std::vector<std::string> ours;
  Duration wait_before = {};
  std::optional<Duration> not_after = {};  // steady time: nothing is sent after it
};

// At most 100 items, in one request where all is well. A batch that is refused whole because of one
// item is halved until that item stands alone. A property of ours that the account lists and
// writes do not know yet was made a moment ago: it is waited for, a minute at most. Results in the
// order sent. An Error: nothing is known about any of them (timed_out), or none was done; where a
// part had been answered before, each item says so for itself.
Result<std::vector<ItemResult>> send_batch(Client& client, Catalogue& catalogue,
                                           const BatchWrite& write,
                                           const std::vector<BatchItem>& items);

}  // namespace upselld::plugins::hubspot
