// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/salesforce/limits.h"
#include "sandbox/salesforce/query.h"
#include "sandbox/salesforce/write.h"

namespace upselld::sandbox::salesforce {

struct BulkJob {
  enum class State { open, upload_complete, in_progress, job_complete, failed, aborted };
  std::string id, operation, object, key_field, user, version;
  bool is_query = false;
  char delimiter = ',';
  bool crlf = false;
  State state = State::open;
  Instant created, modified;
  int polls = 0;
  std::string error;  // of a failed job
  bool chunked = true;

  std::optional<Query> query;
  std::vector<std::string> lines;  // of the results, without the heading

  std::optional<std::string> upload;
  std::vector<std::string> columns;
  std::vector<std::string> successful, failed, unprocessed;  // lines
  int processed = 0, failures = 0;

  bool is_over() const {
    return state == State::job_complete || state == State::failed || state == State::aborted;
  }
};
const char* to_text(BulkJob::State state);

// Jobs of the Bulk API 2.0. They move on when they are looked at: after so many looks, or when the
// clock has moved so far, whichever comes first.
class BulkJobs {
 public:
  BulkJobs(Org& org, Limits& limits) : org_(org), limits_(limits) {}

  int polls_needed = 2;
  Duration takes = seconds(5);
  bool stuck = false;        // nothing moves on
  int fail_next = 0;         // so many jobs fail without a reason
  int fail_after_rows = -1;  // ingest jobs fail there; the rest is unprocessed

  BulkJob& add(BulkJob job);
  // Looks at it, which moves it on where `is_poll`. Throws ApiError 404: no such job, or too old.
  BulkJob& find(const std::string& id, const std::string& user, bool is_query, bool is_poll);
  void start(BulkJob& job);
  void erase(const std::string& id) { jobs_.erase(id); }
  const std::map<std::string, BulkJob>& all() const { return jobs_; }

 private:
  void move_on(BulkJob& job);
  void run_query(BulkJob& job);
  void run_ingest(BulkJob& job);
  std::vector<RowResult> write_rows(const BulkJob& job, const ObjectType& type,
                                    const std::vector<std::vector<std::string>>& rows,
                                    std::size_t count);
  RowResult write_row(Writer& writer, const BulkJob& job, const ObjectType& type,
                      const std::vector<std::string>& row);
  std::string columns_problem(const BulkJob& job, const ObjectType& type) const;

  Org& org_;
  Limits& limits_;
  std::map<std::string, BulkJob> jobs_;
  std::uint64_t made_ = 0;
};

// The rows of an upload, first the heading. `problem` says what is wrong with all of it; a row that
// is wrong by itself holds the single cell kBrokenRow.
inline constexpr std::string_view kBrokenRow = "\x01 broken row";
std::vector<std::vector<std::string>> parse_upload(std::string_view text, char delimiter, bool crlf,
                                                   std::string& problem);
// With every cell in quotes.
std::string csv_line(const std::vector<std::string>& cells, char delimiter);

}  // namespace upselld::sandbox::salesforce
