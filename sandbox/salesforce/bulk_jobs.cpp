// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/bulk_jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/digest.h"
#include "sandbox/http_message.h"
#include "sandbox/salesforce/ids.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr Duration kKept = days(7);
constexpr std::size_t kBatchRows = 10'000;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

const char* to_text(BulkJob::State state) {
  switch (state) {
    case BulkJob::State::open:
      return "Open";
    case BulkJob::State::upload_complete:
      return "UploadComplete";
    case BulkJob::State::in_progress:
      return "InProgress";
    case BulkJob::State::job_complete:
      return "JobComplete";
    case BulkJob::State::failed:
      return "Failed";
    case BulkJob::State::aborted:
      return "Aborted";
  }
  return "Open";
}

BulkJob& BulkJobs::add(BulkJob job) {
  job.id = make_id("750", ++made_);
  job.created = job.modified = org_.now();
  const std::string id = job.id;
  return jobs_.emplace(id, std::move(job)).first->second;
}

BulkJob& BulkJobs::find(const std::string& text, const std::string& user, bool is_query,
                        bool is_poll) {
  const auto found = jobs_.find(canonical_id(text).value_or(text));
  const bool known = found != jobs_.end() && found->second.is_query == is_query &&
                     (found->second.user == user || org_.customizes(user));
  if (!known || (found->second.is_over() && found->second.modified + kKept < org_.now())) {
    throw ApiError{404, "NOT_FOUND", "The requested resource does not exist", {}};
  }
  BulkJob& job = found->second;
  if (is_poll) ++job.polls;
  move_on(job);
  return job;
}

void BulkJobs::start(BulkJob& job) {
  job.state = BulkJob::State::upload_complete;
  job.modified = org_.now();
  job.polls = 0;
}

void BulkJobs::move_on(BulkJob& job) {
  const bool runs =
      job.state == BulkJob::State::upload_complete || job.state == BulkJob::State::in_progress;
  if (!runs || stuck) return;
  const bool due = job.polls >= polls_needed || job.modified + takes <= org_.now();
  if (!due) {
    if (job.polls > 0) job.state = BulkJob::State::in_progress;
    return;
  }
  if (fail_next > 0) {
    --fail_next;
    job.state = BulkJob::State::failed;
  } else if (job.is_query) {
    run_query(job);
  } else {
    run_ingest(job);
  }
  job.modified = org_.now();
}

void BulkJobs::run_query(BulkJob& job) {
  job.state = BulkJob::State::job_complete;
  const bool with_z = org_.switches.is_on("bulk_datetime_z");
  try {
    for (const std::string& id : job.query->ids(org_)) {
      std::vector<std::string> cells = job.query->cells(org_, id, with_z);
      if (org_.switches.is_on("bulk_nul_bytes") && !cells.empty() && !cells.back().empty()) {
        cells.back().insert(cells.back().begin(), '\0');
      }
      job.lines.push_back(csv_line(cells, job.delimiter));
    }
  } catch (const ApiError&) {
    // The platform rarely says why.
    job.state = BulkJob::State::failed;
    job.lines.clear();
  }
  job.processed = static_cast<int>(job.lines.size());
}

std::string BulkJobs::columns_problem(const BulkJob& job, const ObjectType& type) const {
  std::set<std::string> seen;
  for (const std::string& column : job.columns) {
    if (!seen.insert(lower(column)).second)
      return "InvalidBatch : Duplicate field name : " + column;
    const int at = type.column(column);
    if (at < 0 || !org_.sees_field(job.user, type, type.fields[static_cast<std::size_t>(at)])) {
      return "InvalidBatch : Field name not found : " + column;
    }
  }
  const bool needs_id = job.operation == "update" || job.operation.ends_with("elete");
  if (needs_id && !seen.contains("id")) return "InvalidBatch : Field name not found : Id";
  if (job.operation == "upsert" && !seen.contains(lower(job.key_field))) {
    return "InvalidBatch : External ID field not found in the data : " + job.key_field;
  }
  return {};
}

RowResult BulkJobs::write_row(Writer& writer, const BulkJob& job, const ObjectType& type,
                              const std::vector<std::string>& row) {
  RowResult result;
  std::string id, key;
  std::vector<Assignment> assignments;
  try {
    if (row.size() != job.columns.size()) {
      throw ApiError{
          400, "CLIENT_INPUT_ERROR", "The row has a wrong number of fields or bad quotes", {}};
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      const int column = type.column(job.columns[i]);
      const Field& field = type.fields[static_cast<std::size_t>(column)];
      if (column == kId) {
        id = row[i];
      } else if (job.operation == "upsert" && equal_without_case(field.name, job.key_field)) {
        key = row[i];
      } else if (!row[i].empty()) {  // an empty field leaves the value as it is
        assignments.push_back({column, value_of_cell(field, row[i])});
      }
    }
  } catch (const ApiError& error) {
    result.error = error;
    return result;
  }
  if (job.operation == "insert") return writer.insert(type, assignments);
  if (job.operation == "update") return writer.update(type, id, assignments);
  if (job.operation != "upsert") return writer.remove(type, id);
  if (key.empty()) {
    result.error =
        ApiError{400, "MISSING_ARGUMENT", job.key_field + " not specified", {job.key_field}};
    return result;
  }
  return writer.upsert(type, type.column(job.key_field), key, assignments);
}

std::vector<RowResult> BulkJobs::write_rows(const BulkJob& job, const ObjectType& type,
                                            const std::vector<std::vector<std::string>>& rows,
                                            std::size_t count) {
  std::vector<RowResult> results;
  Writer writer(org_, {job.user});
  for (std::size_t i = 0; i < count; ++i) results.push_back(write_row(writer, job, type, rows[i]));
  return results;
}

void BulkJobs::run_ingest(BulkJob& job) {
  const ObjectType& type = *org_.schema.find(job.object);
  std::string_view text = job.upload ? std::string_view(*job.upload) : std::string_view();
  job.state = BulkJob::State::failed;
  if (text.starts_with(kByteOrderMark) && !org_.switches.is_on("bulk_refuses_bom")) {
    text.remove_prefix(kByteOrderMark.size());
  }
  auto rows = parse_upload(text, job.delimiter, job.crlf, job.error);
  if (job.error.empty() && rows.empty()) job.error = "InvalidBatch : no data was uploaded";
  if (!job.error.empty()) return;
  job.columns = rows.front();
  rows.erase(rows.begin());
  job.error = columns_problem(job, type);
  std::size_t count = job.error.empty() ? rows.size() : 0;
  const bool breaks = fail_after_rows >= 0 && static_cast<std::size_t>(fail_after_rows) < count;
  if (breaks) {
    count = static_cast<std::size_t>(fail_after_rows);
    job.error = "InternalServerError : the job was given up";
  }
  for (std::size_t i = 0; i < rows.size(); i += kBatchRows) limits_.take_batch(org_.now());
  const std::vector<RowResult> results = write_rows(job, type, rows, count);
  if (job.error.empty()) job.state = BulkJob::State::job_complete;
  std::vector<std::size_t> order(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return keyed_hash(org_.seed, std::to_string(a)) < keyed_hash(org_.seed, std::to_string(b));
  });
  for (const std::size_t i : order) {
    std::vector<std::string> cells = rows[i];
    if (i >= count) {
      job.unprocessed.push_back(csv_line(cells, job.delimiter));
    } else if (results[i].error) {
      const ApiError& error = *results[i].error;
      const std::string fields = error.fields.empty() ? "" : error.fields[0] + " ";
      cells.insert(cells.begin(),
                   {results[i].id, fmt::format("{}:{}:{}--", error.code, error.message, fields)});
      job.failed.push_back(csv_line(cells, job.delimiter));
    } else {
      cells.insert(cells.begin(), {results[i].id, results[i].created ? "true" : "false"});
      job.successful.push_back(csv_line(cells, job.delimiter));
    }
  }
  job.processed = static_cast<int>(count);
  job.failures =
      org_.switches.is_on("bulk_lying_counters") ? 0 : static_cast<int>(job.failed.size());
}

}  // namespace upselld::sandbox::salesforce
