// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/org.h"

// What stands in every org before any data: its people, stages and statuses.
namespace upselld::sandbox::salesforce {
namespace {

struct Stage {
  const char* name;
  double probability;
  bool closed, won;
  const char* forecast;
};
constexpr Stage kStages[] = {{"Prospecting", 10, false, false, "Pipeline"},
                             {"Negotiation/Review", 90, false, false, "Pipeline"},
                             {"Closed Won", 100, true, true, "Closed"},
                             {"Closed Lost", 0, true, false, "Omitted"}};

struct Status {
  const char* name;
  bool standard, flag;
};
constexpr Status kTaskStatuses[] = {{"Not Started", true, false},
                                    {"In Progress", false, false},
                                    {"Completed", false, true},
                                    {"Waiting on someone else", false, false},
                                    {"Deferred", false, false}};
constexpr Status kTaskPriorities[] = {
    {"High", false, true}, {"Normal", true, false}, {"Low", false, false}};

}  // namespace

void Org::furnish() {
  put("Organization", {{"Name", std::string("Sandbox Sample Org")},
                       {"OrganizationType", std::string("Enterprise Edition")},
                       {"IsSandbox", false},
                       {"TimeZoneSidKey", std::string("UTC")},
                       {"InstanceName", std::string("SBX1")}});
  const std::string profile = put("Profile", {{"Name", std::string("System Administrator")}}).id();
  const auto person = [&](const char* name, const char* last) {
    const std::string username = std::string(name) + "@sandbox.example";
    return put("User", {{"Username", username},
                        {"Email", username},
                        {"LastName", std::string(last)},
                        {"Name", std::string(last)},
                        {"Alias", std::string(name).substr(0, 8)},
                        {"IsActive", true},
                        {"UserType", std::string("Standard")},
                        {"ProfileId", profile},
                        {"TimeZoneSidKey", std::string("UTC")}})
        .id();
  };
  admin_id = person("admin", "Sandbox Admin");
  rights[admin_id].customize_application = true;
  integration_id = person("upselld", "Sandbox Integration");
  double order = 0;
  for (const Stage& stage : kStages) {
    put("OpportunityStage", {{"MasterLabel", std::string(stage.name)},
                             {"ApiName", std::string(stage.name)},
                             {"IsActive", true},
                             {"SortOrder", ++order},
                             {"IsClosed", stage.closed},
                             {"IsWon", stage.won},
                             {"ForecastCategory", std::string(stage.forecast)},
                             {"DefaultProbability", stage.probability}});
  }
  order = 0;
  for (const Status& status : kTaskStatuses) {
    put("TaskStatus", {{"MasterLabel", std::string(status.name)},
                       {"ApiName", std::string(status.name)},
                       {"SortOrder", ++order},
                       {"IsDefault", status.standard},
                       {"IsClosed", status.flag}});
  }
  for (const Status& priority : kTaskPriorities) {
    put("TaskPriority", {{"MasterLabel", std::string(priority.name)},
                         {"ApiName", std::string(priority.name)},
                         {"SortOrder", ++order},
                         {"IsDefault", priority.standard},
                         {"IsHighPriority", priority.flag}});
  }
  const auto book =
      put("Pricebook2",
          {{"Name", std::string("Standard Price Book")}, {"IsActive", true}, {"IsStandard", true}});
}

}  // namespace upselld::sandbox::salesforce
