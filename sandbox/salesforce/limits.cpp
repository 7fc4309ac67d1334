// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/limits.h"

namespace upselld::sandbox::salesforce {

int Limits::count(std::deque<Instant>& calls, Instant now) {
  while (!calls.empty() && calls.front() + hours(24) <= now) calls.pop_front();
  return static_cast<int>(calls.size());
}

int Limits::requests_used(Instant now) {
  return count(requests_, now) + used_by_others;
}
int Limits::query_jobs_used(Instant now) {
  return count(query_jobs_, now);
}
int Limits::batches_used(Instant now) {
  return count(batches_, now);
}

bool Limits::take_request(Instant now) {
  if (requests_used(now) >= requests_max) return false;
  requests_.push_back(now);
  return true;
}

bool Limits::take_query_job(Instant now) {
  if (query_jobs_used(now) >= bulk_query_jobs_max) return false;
  query_jobs_.push_back(now);
  return true;
}

bool Limits::take_batch(Instant now) {
  if (batches_used(now) >= bulk_batches_max) return false;
  batches_.push_back(now);
  return true;
}

}  // namespace upselld::sandbox::salesforce
