// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "plugins/connector.h"
#include "tests/support/fake_crm_state.h"

namespace upselld::tests {

// How the made-up CRM misbehaves. Shares are of items and decided by a hash of seed and item, so
// that a run repeats itself whatever the threads, pages and restarts.
struct FakeFaults {
  std::uint64_t seed = 1;
  double lost_answers = 0;       // committed, but the answer never arrives: unknown
  double rejected = 0;           // of accounts: a validation rule refuses the row
  double deferred = 0;           // of accounts: locked, try again in an hour
  int not_ready = 0;             // times that a full pull's job says "ask again in five seconds"
  bool lose_cursor = false;      // once: the job is gone in the middle of its pages
  bool drop_connection = false;  // each batch of more than one item ends after half of them
  std::int64_t calls_max = 0;    // per connector; 0: no limit
};

// A connector over `state` that keeps every promise and nothing more: pages in no order, jobs that
// are not ready, receipts in any order, unique task keys. `state` and `host` outlive it.
std::unique_ptr<Connector> make_fake_crm(FakeCrmState& state, const FakeFaults& faults, Host& host,
                                         const ConnectorContext& context);

// The plugin `fake_crm`: `data` is the folder of its state, `faults` are the above.
const ConnectorDescriptor& fake_crm_descriptor();

}  // namespace upselld::tests
