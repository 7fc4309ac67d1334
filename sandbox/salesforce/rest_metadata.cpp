// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sandbox/salesforce/handlers.h"
#include "sandbox/salesforce/zip.h"

// metadata/deployRequest: packages that admins bring in.
namespace upselld::sandbox::salesforce {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kPackageBytesMax = 39'000'000;

void check_rights(const Service& service, const Call& call) {
  if (service.org.customizes(call.user)) return;
  throw ApiError{403,
                 "INSUFFICIENT_ACCESS",
                 "Modify Metadata Through Metadata API Functions or Modify All Data is needed",
                 {}};
}

// The content of the part with this name; empty: none.
std::string_view part_of(std::string_view body, const std::string& boundary,
                         std::string_view name) {
  const std::string mark = "--" + boundary;
  const std::string wanted = "name=\"" + std::string(name) + "\"";
  for (std::size_t at = body.find(mark); at != std::string_view::npos;) {
    const std::size_t next = body.find(mark, at + mark.size());
    if (next == std::string_view::npos) return {};
    const std::string_view part = body.substr(at + mark.size(), next - at - mark.size());
    const std::size_t head = part.find("\r\n\r\n");
    if (head != std::string_view::npos && part.substr(0, head).find(wanted) != part.npos) {
      const std::string_view content = part.substr(head + 4);
      return content.substr(0, content.size() - 2);
    }
    at = next;
  }
  return {};
}

Json component_json(const DeployedComponent& each) {
  Json out = {{"changed", each.changed || each.created},
              {"componentType", each.type},
              {"created", each.created},
              {"deleted", each.deleted},
              {"fileName", each.file},
              {"fullName", each.full_name},
              {"success", each.problem.empty()}};
  if (!each.problem.empty()) {
    out["problem"] = each.problem;
    out["problemType"] = "Error";
  }
  return out;
}

Json result_json(const Deploy& deploy, bool with_details) {
  Json good = Json::array(), bad = Json::array();
  for (const DeployedComponent& each : deploy.components) {
    (each.problem.empty() ? good : bad).push_back(component_json(each));
  }
  const char* status = !deploy.is_done    ? deploy.polls == 0 ? "Pending" : "InProgress"
                       : deploy.is_good() ? "Succeeded"
                                          : "Failed";
  Json out = {{"id", deploy.id},
              {"checkOnly", deploy.check_only},
              {"done", deploy.is_done},
              {"status", status},
              {"success", deploy.is_done && deploy.is_good()},
              {"rollbackOnError", true},
              {"numberComponentErrors", bad.size()},
              {"numberComponentsDeployed", deploy.is_good() ? good.size() : 0},
              {"numberComponentsTotal", deploy.components.size()},
              {"startDate", datetime_text(deploy.started, /*with_z=*/false)}};
  if (with_details) out["details"] = {{"componentFailures", bad}, {"componentSuccesses", good}};
  return out;
}

Json deploy_json(const Deploy& deploy, bool with_details) {
  return {{"id", deploy.id},
          {"validationResult", nullptr},
          {"deployOptions", {{"checkOnly", deploy.check_only}, {"rollbackOnError", true}}},
          {"deployResult", result_json(deploy, with_details)}};
}

}  // namespace

HttpAnswer post_deploy(Service& service, const Call& call) {
  check_rights(service, call);
  const std::string_view type = call.request.headers.get("Content-Type");
  const std::size_t at = type.find("boundary=");
  if (!lower(type).starts_with("multipart/form-data") || at == std::string_view::npos) {
    throw ApiError{
        415, "UNSUPPORTED_MEDIA_TYPE", "the request's body must be multipart/form-data", {}};
  }
  std::string boundary(type.substr(at + 9));
  if (boundary.starts_with('"')) boundary = boundary.substr(1, boundary.size() - 2);
  const auto json = Json::parse(part_of(call.request.body, boundary, "json"), nullptr,
                                /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("deployOptions")) {
    throw ApiError{400, "INVALID_INPUT", "the part json has no deployOptions", {}};
  }
  auto files = unzipped(part_of(call.request.body, boundary, "file"), kPackageBytesMax);
  if (!files) throw ApiError{400, "INVALID_INPUT", "the part file is no zip archive", {}};
  const Deploy& deploy =
      service.deploys.add(std::move(*files), json["deployOptions"].value("checkOnly", false));
  return json_answer(201, deploy_json(deploy, /*with_details=*/false).dump());
}

HttpAnswer get_deploy(Service& service, const Call& call) {
  check_rights(service, call);
  const Deploy* deploy = service.deploys.poll(call.path[2]);
  if (deploy == nullptr) {
    throw ApiError{404, "NOT_FOUND", "The requested resource does not exist", {}};
  }
  const std::string* details = call.request.parameter("includeDetails");
  return json_answer(200, deploy_json(*deploy, details != nullptr && *details == "true").dump());
}

}  // namespace upselld::sandbox::salesforce
