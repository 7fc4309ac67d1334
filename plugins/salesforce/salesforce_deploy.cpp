// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_deploy.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "plugins/json/json_reading.h"
#include "plugins/salesforce/salesforce_prepare.h"
#include "plugins/salesforce/salesforce_soql.h"
#include "plugins/salesforce/salesforce_zip.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr const char* kDoing = "deploy our fields";
constexpr const char* kBoundary = "upselld-package-2f6c1f7e9b";
constexpr int kPollsMax = 60;
constexpr std::size_t kProblemsMax = 5;
constexpr Duration kPollFirst = seconds(1), kPollMax = seconds(10);

std::string body_of(const std::map<std::string, std::string>& files, bool check_only) {
  const nlohmann::ordered_json options = {{"allowMissingFiles", false}, {"checkOnly", check_only},
                                          {"ignoreWarnings", true},     {"rollbackOnError", true},
                                          {"singlePackage", true},      {"testLevel", "NoTestRun"}};
  const std::string begin = std::string("--") + kBoundary + "\r\n";
  return begin +
         "Content-Disposition: form-data; name=\"json\"\r\n"
         "Content-Type: application/json\r\n\r\n" +
         nlohmann::ordered_json({{"deployOptions", options}}).dump() + "\r\n" + begin +
         "Content-Disposition: form-data; name=\"file\"; filename=\"package.zip\"\r\n"
         "Content-Type: application/zip\r\n\r\n" +
         zipped(files) + "\r\n--" + kBoundary + "--\r\n";
}

// Waits for the end; the answer's deployResult.
Result<nlohmann::json> wait_for(Client& client, const std::string& id) {
  Call call = {.path = "/metadata/deployRequest/" + id + "?includeDetails=true"};
  Duration pause = kPollFirst;
  for (int polls = 0; polls < kPollsMax; ++polls) {
    call.wait_before = pause;
    pause = std::min(Duration{pause.ms * 2}, kPollMax);
    const auto read = client.fetch_json(kDoing, call);
    if (!read) return read.error();
    const nlohmann::json* result = member(*read, "deployResult");
    if (result != nullptr && flag_in(*result, "done")) return *result;
  }
  return Error{ErrorKind::timed_out,
               std::string(kDoing) + ": deployment " + id +
                   " goes on; see its end in Setup, Deployment Status",
               {}};
}

std::vector<nlohmann::json> components(const nlohmann::json& result, const char* which) {
  const nlohmann::json* details = member(result, "details");
  const nlohmann::json* list = details == nullptr ? nullptr : member(*details, which);
  if (list == nullptr) return {};
  // One alone may come without a list around it.
  if (list->is_object()) return {*list};
  return {list->begin(), list->end()};
}

Error refused(const nlohmann::json& result) {
  std::string message = std::string(kDoing) + ": the org refused, and nothing was changed";
  std::size_t told = 0;
  for (const auto& each : components(result, "componentFailures")) {
    if (++told > kProblemsMax) break;
    message += "\n  " + text_in(each, "fullName") + ": " + text_in(each, "problem");
  }
  return {ErrorKind::forbidden, message, {}};
}

std::string step_of(const nlohmann::json& component, bool is_dry) {
  const char* did = flag_in(component, "deleted")   ? is_dry ? "would remove " : "removed "
                    : flag_in(component, "created") ? is_dry ? "would make " : "made "
                    : flag_in(component, "changed") ? is_dry ? "would write " : "wrote "
                                                    : "is there already: ";
  return did + text_in(component, "componentType") + " " + text_in(component, "fullName");
}

Result<std::string> only_id(Client& client, const std::string& soql) {
  const auto rows = query(client, kDoing, soql, {"Id"}, /*all=*/false);
  if (!rows) return rows.error();
  return rows->rows.empty() ? std::string() : rows->rows[0][0];
}

// The integration user gets the permission set.
Result<std::string> assign(Client& client, const std::string& username, const std::string& set) {
  const auto user = only_id(client, "SELECT Id FROM User WHERE Username = " + soql_text(username));
  if (!user) return user.error();
  const auto id = only_id(client, "SELECT Id FROM PermissionSet WHERE Name = " + soql_text(set));
  if (!id) return id.error();
  if (user->empty() || id->empty()) return std::string();
  Call call = {.method = "POST", .path = "/sobjects/PermissionSetAssignment"};
  call.body = nlohmann::ordered_json({{"AssigneeId", *user}, {"PermissionSetId", *id}}).dump();
  call.repeatable = false;
  const auto reply = client.call(kDoing, call);
  if (!reply) return reply.error();
  if (reply->fault && class_of(*reply->fault) == FaultClass::duplicate) {
    return username + " has the permission set " + set + " already";
  }
  if (reply->fault) return error_of(kDoing, *reply->fault);
  return "assigned the permission set " + set + " to " + username;
}

}  // namespace

Result<PrepareReport> deploy_package(const SalesforceSettings& settings, Host& host,
                                     const std::string& prefix,
                                     const std::map<std::string, std::string>& files,
                                     const PrepareRequest& request) {
  SalesforceSettings as_admin = settings;
  as_admin.credentials.flow = Flow::given;
  as_admin.credentials.given_session = request.admin_session;
  as_admin.credentials.unreadable.reset();
  Client client(as_admin, host);
  Call call = {.method = "POST", .path = "/metadata/deployRequest"};
  call.body = body_of(files, request.dry_run);
  call.content_type = std::string("multipart/form-data; boundary=") + kBoundary;
  call.repeatable = false;
  const auto begun = client.fetch_json(kDoing, call);
  if (!begun) return begun.error();
  const auto id = required_text(*begun, "id", kDoing);
  if (!id) return id.error();
  const auto result = wait_for(client, *id);
  if (!result) return result.error();
  if (!flag_in(*result, "success")) return refused(*result);
  PrepareReport report;
  for (const auto& each : components(*result, "componentSuccesses")) {
    if (!text_in(each, "componentType").empty()) {
      report.steps.push_back(step_of(each, request.dry_run));
    }
  }
  if (request.dry_run || request.remove) return report;
  const std::string& username = settings.credentials.username;
  if (username.empty()) {
    report.left_to_do.push_back("assign the permission set " + prefix +
                                "_Integration to the user that upselld logs in as");
    add_steps_for_people(prefix, report);
    return report;
  }
  const auto assigned = assign(client, username, prefix + "_Integration");
  if (!assigned) return assigned.error();
  (assigned->empty() ? report.left_to_do : report.steps)
      .push_back(assigned->empty() ? "there is no user " + username + "; assign " + prefix +
                                         "_Integration to the user that upselld logs in as"
                                   : *assigned);
  add_steps_for_people(prefix, report);
  return report;
}

}  // namespace upselld::plugins::salesforce
