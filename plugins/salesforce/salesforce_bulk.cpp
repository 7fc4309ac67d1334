// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_bulk.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>

#include "plugins/http/headers.h"
#include "plugins/http/url.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr const char* kRowsPerResult = "50000";

// No promise is made about the order of columns, nor about their spelling.
Result<Rows> in_order(Rows rows, const std::vector<std::string>& columns, const std::string& what) {
  if (rows.columns == columns || rows.rows.empty()) return rows;
  const auto is_same = [](const std::string& a, const std::string& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
      return std::tolower(x) == std::tolower(y);
    });
  };
  std::vector<std::size_t> places;
  for (const std::string& column : columns) {
    const auto found = std::find_if(rows.columns.begin(), rows.columns.end(),
                                    [&](const std::string& name) { return is_same(name, column); });
    if (found == rows.columns.end()) {
      return Error{ErrorKind::corrupt, what + ": the column " + column + " is missing", {}};
    }
    places.push_back(static_cast<std::size_t>(found - rows.columns.begin()));
  }
  for (std::vector<std::string>& row : rows.rows) {
    std::vector<std::string> moved;
    for (const std::size_t place : places) moved.push_back(row[place]);
    row = std::move(moved);
  }
  rows.columns = columns;
  return rows;
}

bool is_unsupported(const Fault& fault) {
  return fault.code == "INVALIDENTITY" || fault.code == "API_ERROR" ||
         fault.message.find("not supported by the Bulk API") != std::string::npos ||
         fault.message.find("does not support query") != std::string::npos ||
         fault.message.find("not supported in Bulk Query") != std::string::npos;
}

}  // namespace

Result<JobStatus> job_status(Client& client, const std::string& doing, const std::string& path) {
  auto reply = client.call(doing, {.path = path});
  if (!reply) return reply.error();
  JobStatus status;
  if (reply->fault && reply->fault->status == 404) {
    status.state = JobState::gone;
    return status;
  }
  if (reply->fault) return error_of(doing, *reply->fault);
  const auto read = parse_json(reply->response.body, doing);
  if (!read) return read.error();
  const std::string state = text_in(*read, "state");
  if (state == "JobComplete") status.state = JobState::complete;
  if (state == "Failed" || state == "Aborted") status.state = JobState::failed;
  status.is_open = state == "Open";
  status.rows = static_cast<std::uint64_t>(number_in(*read, "numberRecordsProcessed").value_or(0));
  status.message = redacted(text_in(*read, "errorMessage"));
  return status;
}

bool BulkQueries::may_read(const std::string& object) const {
  return !is_disabled_ && unreadable_.count(object) == 0;
}

Result<std::string> BulkQueries::create(const std::string& object, const std::string& soql,
                                        bool all) {
  const std::string doing = "begin a Bulk query of " + object;
  const nlohmann::ordered_json body = {{"operation", all ? "queryAll" : "query"},
                                       {"query", soql},
                                       {"contentType", "CSV"},
                                       {"columnDelimiter", "COMMA"},
                                       {"lineEnding", "LF"}};
  // Sent again where no answer came: a second job costs one of the day's and harms nothing.
  const Call call = {.method = "POST", .path = "/jobs/query", .body = body.dump()};
  auto reply = client_.call(doing, call);
  if (!reply) return reply.error();
  if (reply->fault) {
    const Fault& fault = *reply->fault;
    if (fault.code == "API_DISABLED_FOR_ORG") is_disabled_ = true;
    if (is_unsupported(fault)) unreadable_.insert(object);
    if (!may_read(object)) return std::string();
    return error_of(doing, fault);
  }
  const auto read = parse_json(reply->response.body, doing);
  if (!read) return read.error();
  auto id = required_text(*read, "id", doing);
  if (id && full_id(*id).empty()) {
    return Error{ErrorKind::corrupt, doing + ": the answer's \"id\" is no id", {}};
  }
  return id;
}

Result<JobStatus> BulkQueries::status(const std::string& job) {
  return job_status(client_, "ask for Bulk query " + job, "/jobs/query/" + job);
}

Result<const BulkPage*> BulkQueries::results(const std::string& job, const std::string& locator,
                                             const std::vector<std::string>& columns) {
  const std::string key = job + " " + locator;
  if (held_ == key) return &page_;
  const std::string doing = "read results of Bulk query " + job;
  Call call = {.path = "/jobs/query/" + job + "/results?maxRecords=" + kRowsPerResult};
  if (!locator.empty()) call.path += "&locator=" + percent_encoded(locator);
  call.accept = "text/csv";
  const auto response = client_.fetch(doing, call);
  if (!response) return response.error();
  if (response->status == 204) return nullptr;
  auto rows = parse_csv(response->body, doing);
  if (!rows) return rows.error();
  std::uint64_t told = 0;
  const std::string_view count = header(*response, "sforce-numberofrecords");
  const auto [end, code] = std::from_chars(count.data(), count.data() + count.size(), told);
  const bool is_told = code == std::errc() && end == count.data() + count.size() && !count.empty();
  if (is_told && told != rows->rows.size()) {
    return Error{ErrorKind::unavailable,
                 doing + ": " + std::to_string(rows->rows.size()) + " rows of " +
                     std::to_string(told) + " arrived",
                 {}};
  }
  auto ordered = in_order(std::move(*rows), columns, doing);
  if (!ordered) return ordered.error();
  page_.rows = std::move(*ordered);
  // The end is told by the four letters, or by nothing.
  const std::string_view next = header(*response, "sforce-locator");
  page_.next = next == "null" ? std::string() : std::string(next);
  held_ = key;
  return &page_;
}

void BulkQueries::remove(const std::string& job) {
  if (held_.starts_with(job)) held_.clear();
  const auto removed =
      client_.call("remove Bulk query " + job, {.method = "DELETE", .path = "/jobs/query/" + job});
  if (!removed) client_.host().log().write(LogLevel::debug, removed.error().message);
}

}  // namespace upselld::plugins::salesforce
