// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>

#include "core/instant.h"

namespace upselld::sandbox::salesforce {

// The org's allocations: windows of 24 hours that roll.
class Limits {
 public:
  int requests_max = 100'000;
  int used_by_others = 0;  // other programs of the same org
  int bulk_query_jobs_max = 10'000, bulk_batches_max = 15'000;
  int long_requests = 0, long_requests_max = 25;

  // False: the allocation is used up; the call is not counted.
  bool take_request(Instant now);
  bool take_query_job(Instant now);
  bool take_batch(Instant now);
  int requests_used(Instant now);
  int query_jobs_used(Instant now);
  int batches_used(Instant now);

 private:
  static int count(std::deque<Instant>& calls, Instant now);
  std::deque<Instant> requests_, query_jobs_, batches_;
};

}  // namespace upselld::sandbox::salesforce
