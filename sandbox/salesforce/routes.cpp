// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/salesforce/handlers.h"

namespace upselld::sandbox::salesforce {
namespace {

struct Route {
  const char* method;
  const char* path;  // below the version; '*' is any one part
  Handler handler;
};

HttpAnswer get_resources(Service&, const Call& call) {
  const std::string root = "/services/data/v" + call.version;
  return json_answer(
      200, fmt::format(R"({{"tooling":"{0}/tooling","jobs":"{0}/jobs","query":"{0}/query",)"
                       R"("queryAll":"{0}/queryAll","composite":"{0}/composite",)"
                       R"("limits":"{0}/limits","sobjects":"{0}/sobjects"}})",
                       root));
}

// The first that fits is taken: fixed parts stand before '*'.
constexpr Route kRoutes[] = {
    {"GET", "", get_resources},
    {"GET", "query", get_query},
    {"GET", "queryAll", get_query},
    {"GET", "query/*", get_query_page},
    {"GET", "queryAll/*", get_query_page},
    {"GET", "limits", get_limits},
    {"GET", "limits/recordCount", get_record_count},
    {"GET", "sobjects", get_objects},
    {"GET", "sobjects/*", get_object},
    {"POST", "sobjects/*", post_record},
    {"GET", "sobjects/*/describe", get_describe},
    {"GET", "sobjects/*/updated", get_updated},
    {"GET", "sobjects/*/deleted", get_deleted},
    {"GET", "sobjects/*/*", get_record},
    {"PATCH", "sobjects/*/*", patch_record},
    {"DELETE", "sobjects/*/*", delete_record},
    {"GET", "sobjects/*/*/*", get_record_by_key},
    {"PATCH", "sobjects/*/*/*", patch_record_by_key},
    {"POST", "composite", post_composite},
    {"POST", "composite/batch", post_composite_batch},
    {"POST", "composite/sobjects", post_collection},
    {"PATCH", "composite/sobjects", patch_collection},
    {"DELETE", "composite/sobjects", delete_collection},
    {"POST", "composite/sobjects/*", read_collection},
    {"GET", "composite/sobjects/*", read_collection},
    {"PATCH", "composite/sobjects/*/*", upsert_collection},
    {"POST", "jobs/query", post_query_job},
    {"GET", "jobs/query", list_query_jobs},
    {"GET", "jobs/query/*", get_query_job},
    {"PATCH", "jobs/query/*", patch_query_job},
    {"DELETE", "jobs/query/*", delete_query_job},
    {"GET", "jobs/query/*/results", get_query_results},
    {"POST", "jobs/ingest", post_ingest_job},
    {"GET", "jobs/ingest", list_ingest_jobs},
    {"GET", "jobs/ingest/*", get_ingest_job},
    {"PATCH", "jobs/ingest/*", patch_ingest_job},
    {"DELETE", "jobs/ingest/*", delete_ingest_job},
    {"PUT", "jobs/ingest/*/batches", put_ingest_data},
    {"GET", "jobs/ingest/*/*", get_ingest_results},
    {"GET", "tooling/query", get_tooling_query},
    {"POST", "metadata/deployRequest", post_deploy},
    {"GET", "metadata/deployRequest/*", get_deploy},
};

bool fits(const Route& route, const std::vector<std::string>& path) {
  if (*route.path == '\0') return path.empty();
  const std::vector<std::string> parts = split(route.path, '/');
  return parts.size() == path.size() &&
         std::equal(parts.begin(), parts.end(), path.begin(),
                    [](const std::string& a, const std::string& b) { return a == "*" || a == b; });
}

std::string method_of(const HttpRequest& request) {
  // Clients behind old proxies send POST and name the method beside it.
  const std::string* named = request.parameter("_HttpMethod");
  return named != nullptr && request.method == "POST" ? *named : request.method;
}

const Route* route_of(const std::string& method, const std::vector<std::string>& path,
                      bool& path_exists) {
  for (const Route& route : kRoutes) {
    if (!fits(route, path)) continue;
    path_exists = true;
    if (method == route.method) return &route;
  }
  return nullptr;
}

}  // namespace

std::string kind_of(const HttpRequest& request, const std::vector<std::string>& parts) {
  if (parts.size() < 3) return "GET versions";
  bool exists = false;
  const std::string method = method_of(request);
  const Route* route = route_of(method, {parts.begin() + 3, parts.end()}, exists);
  return route == nullptr ? "unknown path" : method + " " + route->path;
}

HttpAnswer Service::route(const Call& call) {
  bool exists = false;
  const std::string method = method_of(call.request);
  const Route* route = route_of(method, call.path, exists);
  if (route != nullptr) return route->handler(*this, call);
  if (exists) {
    throw ApiError{405,
                   "METHOD_NOT_ALLOWED",
                   fmt::format("HTTP Method '{}' not allowed.", method.substr(0, 20)),
                   {}};
  }
  throw ApiError{404, "NOT_FOUND", "The requested resource does not exist", {}};
}

}  // namespace upselld::sandbox::salesforce
