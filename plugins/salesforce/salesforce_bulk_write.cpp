// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "plugins/json/json_reading.h"
#include "plugins/salesforce/salesforce_bulk.h"
#include "plugins/salesforce/salesforce_fields.h"
#include "plugins/salesforce/salesforce_write.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr const char* kDoing = "write our fields by Bulk";
constexpr std::size_t kUploadBytesMax = 50 * 1024 * 1024;
constexpr int kPollsMax = 245;
constexpr int kDoublingsMax = 6;

std::string job_path(const std::string& job, const char* tail = "") {
  return "/jobs/ingest/" + job + tail;
}

Result<Rows> read_results(Client& client, const std::string& job, const char* tail) {
  Call call = {.path = job_path(job, tail), .accept = "text/csv"};
  call.is_write = true;
  const auto response = client.fetch(kDoing, call);
  if (!response) return response.error();
  if (response->status == 204) return Rows{};
  return parse_csv(response->body, std::string(kDoing) + tail);
}

// The place of a column in any case; the number of columns where there is none.
std::size_t place_of(const Rows& rows, std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    const std::string& column = rows.columns[i];
    if (std::equal(column.begin(), column.end(), name.begin(), name.end(),
                   [&](char a, char b) { return lower(a) == lower(b); })) {
      return i;
    }
  }
  return rows.columns.size();
}

Result<void> abort_job(Client& client, const std::string& job) {
  Call call = {.method = "PATCH", .path = job_path(job), .body = R"({"state":"Aborted"})"};
  call.is_write = true;
  const auto aborted = client.call(kDoing, call);
  return aborted ? Result<void>() : Result<void>(aborted.error());
}

Result<std::string> create_job(Client& client) {
  Call call = {.method = "POST", .path = "/jobs/ingest"};
  call.body = R"({"object":"Account","operation":"update","contentType":"CSV","lineEnding":"LF",)"
              R"("columnDelimiter":"COMMA"})";
  call.repeatable = false;
  call.is_write = true;
  const auto read = client.fetch_json(kDoing, call);
  if (!read) return read.error();
  return required_text(*read, "id", kDoing);
}

}  // namespace

// A value that is empty clears the field, and is written as #N/A; an empty cell leaves it alone.
std::string FieldWriter::csv_of(std::span<const FieldUpdate> batch,
                                const std::vector<std::size_t>& order,
                                std::span<const FieldColumn> columns) const {
  std::string text = "Id";
  for (const FieldColumn& column : columns) text += "," + column.name;
  text += '\n';
  for (const std::size_t i : order) {
    text += batch[i].account;
    for (const FieldColumn& column : columns) {
      text += ',';
      const auto& value = batch[i].values[column.place()];
      if (!value) continue;
      if (value->empty()) {
        text += "#N/A";
        continue;
      }
      const std::string cut = column.sent_text(*value);
      // The mark for "empty" cannot be written as a text.
      text += csv_cell(cut == "#N/A" ? "N/A" : cut);
    }
    text += '\n';
  }
  return text;
}

// The job's id is durable before it is closed, so that a new process asks for this job and begins
// no second one. A job that was never closed is never run: it is aborted and made anew.
Result<void> FieldWriter::by_bulk(std::span<const FieldUpdate> batch,
                                  const std::vector<std::size_t>& order, ReceiptSink& sink,
                                  const Continuation& from, WriteOutcomes& out) {
  auto known = columns();
  if (!known) return known.error();
  std::erase_if(*known, [](const FieldColumn& column) { return !column.may_write; });
  const std::string csv = csv_of(batch, order, *known);
  if (known->empty() || csv.size() > kUploadBytesMax) return by_collections(batch, order, out);
  std::string job = from.bytes;
  bool is_uploaded = false;
  if (!job.empty()) {
    const auto status = job_status(client_, kDoing, job_path(job));
    if (!status) return status.error();
    if (status->is_open) {
      if (auto aborted = abort_job(client_, job); !aborted) return aborted;
    }
    is_uploaded = !status->is_open && status->state != JobState::gone;
  }
  if (!is_uploaded) {
    auto created = create_job(client_);
    if (!created) {
      // Bulk may be off for this user; the small way always works.
      const bool is_refused = created.error().kind == ErrorKind::forbidden ||
                              created.error().kind == ErrorKind::invalid_config;
      return is_refused ? by_collections(batch, order, out) : Result<void>(created.error());
    }
    job = *created;
  }
  const auto ran = run_bulk_job(job, is_uploaded, csv, sink);
  if (!ran) return ran.error();
  if (auto read = read_bulk_results(job, batch, out); !read) return read;
  // Locked rows, and rows that were never tried: one by one, by the other way.
  std::vector<std::size_t> left;
  std::copy_if(order.begin(), order.end(), std::back_inserter(left),
               [&](std::size_t i) { return !out.is_settled(i); });
  if (!left.empty()) return by_collections(batch, left, out);
  return {};
}

Result<bool> FieldWriter::run_bulk_job(const std::string& job, bool is_uploaded,
                                       const std::string& csv, ReceiptSink& sink) {
  if (!is_uploaded) {
    Call upload = {.method = "PUT", .path = job_path(job, "/batches"), .body = csv};
    upload.content_type = "text/csv; charset=UTF-8";
    upload.repeatable = false;
    upload.is_write = true;
    if (const auto sent = client_.fetch(kDoing, upload); !sent) {
      static_cast<void>(abort_job(client_, job));
      return sent.error();
    }
    if (auto kept = sink.checkpoint({job}); !kept) return kept.error();
    Call close = {
        .method = "PATCH", .path = job_path(job), .body = R"({"state":"UploadComplete"})"};
    close.is_write = true;
    const auto closed = client_.call(kDoing, close);
    if (!closed) return closed.error();
    // Closed by a first request whose answer was lost: what the job itself says counts.
    const bool is_closed_already = closed->fault && closed->fault->status == 400;
    if (closed->fault && !is_closed_already) return error_of(kDoing, *closed->fault);
  }
  for (int polls = 0; polls < kPollsMax; ++polls) {
    Call call = {.path = job_path(job)};
    call.is_write = true;
    call.wait_before = std::min(Duration{1000LL << std::min(polls, kDoublingsMax)}, seconds(60));
    const auto read = client_.fetch_json(kDoing, call);
    if (!read) return read.error();
    const std::string state = text_in(*read, "state");
    if (state == "JobComplete") return true;
    if (state == "Open") {
      static_cast<void>(abort_job(client_, job));
      return Error{
          ErrorKind::unavailable, std::string(kDoing) + ": job " + job + " cannot be closed", {}};
    }
    if (state != "Failed" && state != "Aborted") continue;
    client_.host().log().write(LogLevel::warning, std::string(kDoing) + ": job " + job +
                                                      " failed: " + text_in(*read, "errorMessage"));
    return false;
  }
  static_cast<void>(abort_job(client_, job));
  return Error{ErrorKind::timed_out, std::string(kDoing) + ": job " + job + " takes too long", {}};
}

// Rows come back in an order of their own and are known by their id alone. What is in no file was
// not done, whatever the job's counters say.
Result<void> FieldWriter::read_bulk_results(const std::string& job,
                                            std::span<const FieldUpdate> batch,
                                            WriteOutcomes& out) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!out.is_settled(i)) places[full_id(batch[i].account)] = i;
  }
  for (const char* tail : {"/successfulResults", "/failedResults"}) {
    const auto rows = read_results(client_, job, tail);
    if (!rows) return rows.error();
    const std::size_t own = place_of(*rows, "Id"), told = place_of(*rows, "sf__Id"),
                      error = place_of(*rows, "sf__Error");
    for (const std::vector<std::string>& row : rows->rows) {
      std::string id = own < row.size() ? full_id(row[own]) : std::string();
      if (id.empty() && told < row.size()) id = full_id(row[told]);
      const auto found = places.find(id);
      if (found == places.end()) continue;
      RowResult result;
      result.id = id;
      if (error < row.size()) result.fault = fault_of_bulk(row[error]);
      take(out, found->second, result);
      places.erase(found);
    }
  }
  return {};
}

}  // namespace upselld::plugins::salesforce
