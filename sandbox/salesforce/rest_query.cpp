// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/time_zone.h"
#include "sandbox/salesforce/handlers.h"

// query, queryAll, limits, updated and deleted.
namespace upselld::sandbox::salesforce {
namespace {

constexpr std::size_t kPageMost = 2'000, kPageLeast = 200;
constexpr int kUpdatedDaysMost = 30;
constexpr std::size_t kUpdatedIdsMost = 600'000;

std::size_t page_size(const HttpRequest& request) {
  for (const std::string& option : split(request.headers.get("Sforce-Query-Options"), ',')) {
    const std::string_view text = trimmed(option);
    if (!text.starts_with("batchSize=")) continue;
    std::size_t size = kPageMost;
    std::from_chars(text.data() + 10, text.data() + text.size(), size);
    return std::clamp(size, kPageLeast, kPageMost);
  }
  return kPageMost;
}

HttpAnswer answer_query(Service& service, const Call& call, bool all, bool tooling) {
  const std::string* text = call.request.parameter("q");
  if (text == nullptr) {
    throw ApiError{400, "MALFORMED_QUERY", "A query string has to be specified", {}};
  }
  Query query(service.org, parse_soql(*text), {call.user, call.version, all, tooling});
  const Soql& soql = query.soql();
  if (soql.counts_only()) {
    return json_answer(200, fmt::format(R"({{"totalSize":{},"done":true,"records":[]}})",
                                        query.ids(service.org).size()));
  }
  if (!soql.aggregates())
    return json_answer(200, service.cursors.open(query, page_size(call.request)));
  const std::vector<std::string> groups = query.groups_json(service.org);
  std::string out = fmt::format(R"({{"totalSize":{},"done":true,"records":[)", groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) out += (i > 0 ? "," : "") + groups[i];
  return json_answer(200, out + "]}");
}

struct Window {
  Instant from, to;
};

Window window_of(Service& service, const Call& call, const ObjectType& type, int days_most) {
  const std::string* start = call.request.parameter("start");
  const std::string* end = call.request.parameter("end");
  Window window;
  if (!type.replicateable) {
    throw ApiError{400, "INVALID_TYPE", "object type cannot be replicated: " + type.name, {}};
  }
  if (start == nullptr || end == nullptr || !parse_datetime(*start, window.from) ||
      !parse_datetime(*end, window.to)) {
    throw ApiError{400, "INVALID_REPLICATION_DATE", "start and end must be dates with a zone", {}};
  }
  // Seconds do not count.
  window.from.ms -= window.from.ms % 60'000;
  window.to.ms -= window.to.ms % 60'000;
  if (window.to <= window.from || window.from < service.org.now() - days(days_most)) {
    throw ApiError{400,
                   "INVALID_REPLICATION_DATE",
                   window.to <= window.from
                       ? "startDate and endDate must be at least one minute apart"
                       : "startDate before org replication enabled date",
                   {}};
  }
  return window;
}

// What will surely not change any more: nothing that a transaction still open may have stamped.
Instant covered(const Org& org, Instant asked) {
  Instant out = std::min(asked, org.now());
  for (const auto& [name, since] : org.open_since) out = std::min(out, since);
  return {out.ms - out.ms % 60'000};
}

}  // namespace

HttpAnswer get_query(Service& service, const Call& call) {
  return answer_query(service, call, call.path[0] == "queryAll", /*tooling=*/false);
}

HttpAnswer get_tooling_query(Service& service, const Call& call) {
  if (!service.org.views_setup(call.user)) {
    throw ApiError{403, "INSUFFICIENT_ACCESS", "View Setup and Configuration is needed", {}};
  }
  return answer_query(service, call, /*all=*/false, /*tooling=*/true);
}

HttpAnswer get_query_page(Service& service, const Call& call) {
  return json_answer(200, service.cursors.page(call.path.back(), call.user));
}

HttpAnswer get_limits(Service& service, const Call& call) {
  (void)call;
  Org& org = service.org;
  if (org.switches.is_on("limits_forbidden")) {
    throw ApiError{403, "INSUFFICIENT_ACCESS", "View Setup and Configuration is needed", {}};
  }
  const Instant now = org.now();
  Limits& limits = service.limits;
  const auto entry = [](int max, int used) {
    return nlohmann::ordered_json{{"Max", max}, {"Remaining", std::max(0, max - used)}};
  };
  nlohmann::ordered_json out;
  out["ConcurrentAsyncGetReportInstances"] = entry(200, 0);
  out["DailyApiRequests"] = entry(limits.requests_max, limits.requests_used(now));
  out["DailyBulkApiBatches"] = entry(limits.bulk_batches_max, limits.batches_used(now));
  out["DailyBulkV2QueryFileStorageMB"] = entry(976'562, 0);
  out["DailyBulkV2QueryJobs"] = entry(limits.bulk_query_jobs_max, limits.query_jobs_used(now));
  out["DataStorageMB"] = entry(10'240, org.storage_full ? 10'240 : 512);
  out["PermissionSets"] = {{"Max", 1500}, {"Remaining", 1499}, {"CreateCustom", entry(1000, 1)}};
  return json_answer(200, out.dump());
}

HttpAnswer get_record_count(Service& service, const Call& call) {
  const std::string* wanted = call.request.parameter("sObjects");
  nlohmann::ordered_json out = {{"sObjects", nlohmann::ordered_json::array()}};
  std::vector<std::string> names = service.org.schema.names();
  if (wanted != nullptr) names = split(*wanted, ',');
  for (const std::string& name : names) {
    const ObjectType* type = service.org.schema.find(trimmed(name));
    if (type == nullptr || type->tooling || !service.org.sees_object(call.user, *type)) continue;
    // Rows that the user may not see count too.
    const auto& rows = service.org.table(type->name).rows();
    const auto alive =
        std::count_if(rows.begin(), rows.end(), [](const Row& row) { return !row.is_deleted(); });
    out["sObjects"].push_back({{"count", alive}, {"name", type->name}});
  }
  return json_answer(200, out.dump());
}

HttpAnswer get_updated(Service& service, const Call& call) {
  Org& org = service.org;
  const ObjectType& type = known_object(service, call, call.path[1]);
  const Window window = window_of(service, call, type, kUpdatedDaysMost);
  nlohmann::ordered_json ids = nlohmann::ordered_json::array();
  for (const Row& row : org.table(type.name).rows()) {
    const Instant stamp = as_instant(cell(row, kSystemModstamp));
    const bool inside = stamp >= window.from && stamp < window.to;
    if (inside && !row.is_deleted() && !org.invisible.contains(row.id())) ids.push_back(row.id());
  }
  if (ids.size() > kUpdatedIdsMost) {
    throw ApiError{400, "EXCEEDED_ID_LIMIT", "too many ids in the window", {}};
  }
  return json_answer(
      200, nlohmann::ordered_json{{"ids", ids},
                                  {"latestDateCovered",
                                   datetime_text(covered(org, window.to), /*with_z=*/false)}}
               .dump());
}

HttpAnswer get_deleted(Service& service, const Call& call) {
  Org& org = service.org;
  const ObjectType& type = known_object(service, call, call.path[1]);
  const Window window = window_of(service, call, type, /*days_most=*/15);
  nlohmann::ordered_json records = nlohmann::ordered_json::array();
  for (const Row& row : org.table(type.name).rows()) {
    const bool inside = row.deleted_at >= window.from && row.deleted_at < window.to;
    if (row.is_deleted() && inside && !as_text(row.cells[kId]).empty()) {
      records.push_back(
          {{"deletedDate", datetime_text(row.deleted_at, /*with_z=*/false)}, {"id", row.id()}});
    }
  }
  return json_answer(
      200,
      nlohmann::ordered_json{
          {"deletedRecords", records},
          {"earliestDateAvailable", datetime_text(org.now() - days(15), /*with_z=*/false)},
          {"latestDateCovered", datetime_text(covered(org, window.to), /*with_z=*/false)}}
          .dump());
}

}  // namespace upselld::sandbox::salesforce
