// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "plugins/salesforce/salesforce_csv.h"
#include "plugins/salesforce/salesforce_soql.h"

namespace upselld::plugins::salesforce {

enum class JobState { working, complete, failed, gone };
struct JobStatus {
  JobState state = JobState::working;
  bool is_open = false;  // an upload that was never closed
  std::uint64_t rows = 0;
  std::string message;
};
Result<JobStatus> job_status(Client& client, const std::string& doing, const std::string& path);

struct BulkPage {
  Rows rows;
  std::string next;  // locator; empty: the last page
};

// Query jobs. Keeps the page of results it fetched last.
class BulkQueries {
 public:
  explicit BulkQueries(Client& client) : client_(client) {}

  // The job's id. Empty: this object cannot be read so, or Bulk is not allowed here; REST it is,
  // for this object and as long as this process lives.
  Result<std::string> create(const std::string& object, const std::string& soql, bool all);
  bool may_read(const std::string& object) const;
  Result<JobStatus> status(const std::string& job);
  // Rows in the order of `columns`. nullptr: not ready.
  Result<const BulkPage*> results(const std::string& job, const std::string& locator,
                                  const std::vector<std::string>& columns);
  // Best effort.
  void remove(const std::string& job);

 private:
  Client& client_;
  std::set<std::string> unreadable_;
  bool is_disabled_ = false;
  std::string held_;  // job and locator of `page_`
  BulkPage page_;
};

}  // namespace upselld::plugins::salesforce
