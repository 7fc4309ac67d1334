// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "plugins/crm/halving.h"
#include "plugins/http/headers.h"
#include "plugins/json/json_reading.h"
#include "plugins/salesforce/salesforce_write.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr Attempt kAttempts[] = {
    {kCollectionMax, {}}, {50, seconds(2)}, {10, seconds(4)}, {1, seconds(8)}, {1, seconds(16)}};

RowResult read_row(const nlohmann::json& row) {
  RowResult result;
  if (flag_in(row, "success")) {
    result.id = full_id(text_in(row, "id"));
    return result;
  }
  Fault fault;
  const nlohmann::json* errors = member(row, "errors");
  if (errors != nullptr && errors->is_array() && !errors->empty()) {
    const nlohmann::json& error = errors->at(0);
    fault.code = redacted(text_in(error, "statusCode"), 80);
    fault.message = redacted(text_in(error, "message"));
    const nlohmann::json* fields = member(error, "fields");
    if (fields != nullptr && fields->is_array() && !fields->empty()) {
      fault.field = redacted(text_of(fields->at(0)), 200);
    }
  }
  if (fault.code.empty()) fault.code = "UNKNOWN";
  result.fault = std::move(fault);
  return result;
}

Call call_of(const CollectionsCall& wanted, std::size_t first, std::size_t count) {
  std::string body = R"({"allOrNone":false,"records":[)";
  for (std::size_t i = first; i < first + count; ++i) {
    body += (i == first ? "" : ",") + wanted.records[i];
  }
  body += "]}";
  Call call = {.method = wanted.method, .path = "/composite/sobjects", .body = std::move(body)};
  // A duplicate rule that only warns does not stop a score; no assignment rule is to run for it.
  call.headers = {{"Sforce-Duplicate-Rule-Header", "allowSave=true"},
                  {"Sforce-Auto-Assign", "false"}};
  // Somebody may have changed by then what an update would overwrite.
  call.repeatable = false;
  call.is_write = true;
  return call;
}

// Whole requests that are refused because of one row.
bool may_be_one_row(const Fault& fault) {
  return fault.status == 400 && class_of(fault) != FaultClass::retry &&
         class_of(fault) != FaultClass::limit && fault.code != "INVALID_TYPE";
}

}  // namespace

std::span<const Attempt> attempts() {
  return kAttempts;
}

Receipt rejected(const Fault& fault) {
  Refusal told = fault;
  if (told.code.empty()) told.code = "HTTP " + std::to_string(fault.status);
  if (const std::string remedy = remedy_of(fault); !remedy.empty()) {
    told.message += (told.message.empty() ? "" : "; ") + remedy;
  }
  return plugins::rejected(told);
}

void take(WriteOutcomes& out, std::size_t index, const RowResult& result) {
  if (!result.fault) return out.done(index);
  if (class_of(*result.fault) == FaultClass::retry) return out.note(index, *result.fault);
  out.settle(index, rejected(*result.fault));
}

Result<std::vector<RowResult>> send_collection(Client& client, const CollectionsCall& wanted) {
  std::vector<RowResult> results(wanted.records.size());
  Duration wait = wanted.wait_before;
  const auto send = [&](std::size_t first, std::size_t count) -> Result<Group> {
    const auto rows = std::span(results).subspan(first, count);
    Call call = call_of(wanted, first, count);
    call.wait_before = std::exchange(wait, Duration{});
    const auto reply = client.call(wanted.doing, call);
    if (!reply) return reply.error();
    if (reply->fault) {
      if (!may_be_one_row(*reply->fault)) return error_of(wanted.doing, *reply->fault);
      if (count == 1) rows[0].fault = *reply->fault;
      return Group::refused;
    }
    const auto read = parse_json(reply->response.body, wanted.doing);
    if (!read || !read->is_array() || read->size() != count) {
      // It was done, and nobody can say what became of which row.
      return Error{ErrorKind::timed_out,
                   wanted.doing + ": the answer is not one result for each record",
                   {}};
    }
    std::transform(read->begin(), read->end(), rows.begin(), read_row);
    return Group::settled;
  };
  if (const auto sent = send_in_halves(0, results.size(), send); !sent) return sent.error();
  return results;
}

}  // namespace upselld::plugins::salesforce
