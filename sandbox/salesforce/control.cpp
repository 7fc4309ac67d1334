// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sandbox/control.h"
#include "sandbox/salesforce/edits.h"
#include "sandbox/salesforce/handlers.h"
#include "sandbox/salesforce/ids.h"

// The control interface: what tests and rehearsals do to an org beside its own API.
namespace upselld::sandbox::salesforce {
namespace {

using Json = nlohmann::ordered_json;
using Action = Json (*)(Service&, const Json&);

std::invalid_argument wrong(const std::string& what) {
  return std::invalid_argument(what);
}

std::string user_of(const Org& org, const std::string& username) {
  const int column = org.schema.find("User")->column("Username");
  for (const Row& row : org.table("User").rows()) {
    if (as_text(cell(row, column)) == username || row.id() == username) return row.id();
  }
  throw wrong("no user " + username);
}

Json move_clock(Service& service, const Json& body) {
  return set_clock(service.org.clock, body);
}

Json plan_faults(Service& service, const Json& body) {
  return add_faults(service.faults, body);
}

Json add_row_fault(Service& service, const Json& body) {
  RowFault fault;
  fault.object = body.at("object").get<std::string>();
  fault.row = body.value("row", "");
  fault.error = {400, body.at("code").get<std::string>(),
                 body.value("message", "made up by the sandbox"),
                 body.value("fields", std::vector<std::string>{})};
  fault.skip = body.value("skip", 0);
  fault.times = body.value("times", 1);
  service.org.row_faults.push_back(std::move(fault));
  return Json::object();
}

Json edit_record(Service& service, const Json& body) {
  return {{"id", apply_edit(service.org, body, service.org.now())}};
}

Json merge(Service& service, const Json& body) {
  merge_records(service.org, body.at("winner"), body.at("loser"), body.value("by", ""));
  return Json::object();
}

// A transaction of somebody else: its stamps are those of its begin, its rows appear at its commit.
Json transaction(Service& service, const Json& body) {
  auto& open = service.org.open_since;
  const std::string name = body.at("name");
  if (body.value("begin", false)) {
    open.emplace(name, service.org.now());
    return Json::object();
  }
  const auto found = open.find(name);
  if (found == open.end()) throw wrong("no open transaction " + name);
  Json ids = Json::array();
  for (const Json& edit : body.value("commit", Json::array())) {
    ids.push_back(apply_edit(service.org, edit, found->second));
  }
  open.erase(found);
  return {{"ids", ids}};
}

Json set_locks(Service& service, const Json& body) {
  Org& org = service.org;
  if (body.contains("chance")) org.lock_chance = body["chance"].get<double>();
  const Instant until = org.now() + duration_of(body.value("for", "1h"));
  for (const std::string& id : body.value("ids", std::vector<std::string>{})) {
    org.locked_until[canonical_id(id).value_or(id)] = until;
  }
  for (const std::string& id : body.value("approval", std::vector<std::string>{})) {
    org.approval_locked.insert(canonical_id(id).value_or(id));
  }
  for (const std::string& id : body.value("release", std::vector<std::string>{})) {
    org.locked_until.erase(canonical_id(id).value_or(id));
    org.approval_locked.erase(canonical_id(id).value_or(id));
  }
  return Json::object();
}

Json set_switches(Service& service, const Json& body) {
  return service.org.switches.set_all(body);
}

Json set_limits(Service& service, const Json& body) {
  Limits& limits = service.limits;
  Org& org = service.org;
  limits.requests_max = body.value("requests_max", limits.requests_max);
  limits.used_by_others = body.value("used_by_others", limits.used_by_others);
  limits.bulk_query_jobs_max = body.value("bulk_query_jobs_max", limits.bulk_query_jobs_max);
  limits.bulk_batches_max = body.value("bulk_batches_max", limits.bulk_batches_max);
  limits.long_requests = body.value("long_requests", limits.long_requests);
  org.query_rows_max = body.value("query_rows_max", org.query_rows_max);
  org.storage_full = body.value("storage_full", org.storage_full);
  org.in_maintenance = body.value("maintenance", org.in_maintenance);
  return {{"requests_used", limits.requests_used(org.now())}};
}

Json set_auth(Service& service, const Json& body) {
  Auth& auth = service.auth;
  if (body.value("expire", false)) auth.expire_all();
  if (body.value("lose_cursors", false)) service.cursors.lose_all();
  if (body.contains("idle")) auth.idle = duration_of(body["idle"]);
  auth.locked_out = body.value("locked_out", auth.locked_out);
  auth.login_url = body.value("login_url", auth.login_url);
  if (body.contains("refuse_next"))
    auth.refuse_next(body["refuse_next"].get<int>(), body.at("message").get<std::string>());
  if (body.contains("instance_url")) auth.instance_url = body["instance_url"].get<std::string>();
  service.required_host = body.value("required_host", service.required_host);
  Json out = {{"logins", auth.logins()}};
  if (body.contains("grant_refresh_token")) {
    out["refresh_token"] = auth.grant_refresh_token(
        body.value("client_id", auth.apps.empty() ? "" : auth.apps[0].client_id),
        user_of(service.org, body["grant_refresh_token"]));
  }
  return out;
}

Json set_app(Service& service, const Json& body) {
  auto& apps = service.auth.apps;
  const std::string id = body.at("client_id");
  auto found = std::find_if(apps.begin(), apps.end(),
                            [&](const ConnectedApp& each) { return each.client_id == id; });
  if (found == apps.end()) found = apps.insert(apps.end(), ConnectedApp{});
  found->client_id = id;
  found->client_secret = body.value("client_secret", found->client_secret);
  found->certificate_pem = body.value("certificate", found->certificate_pem);
  found->approved = body.value("approved", found->approved);
  found->refresh_enabled = body.value("refresh_enabled", found->refresh_enabled);
  if (body.contains("run_as")) found->run_as = user_of(service.org, body["run_as"]);
  return Json::object();
}

std::set<std::string> lowered(const Json& list) {
  std::set<std::string> out;
  for (const Json& each : list) out.insert(lower(each.get<std::string>()));
  return out;
}

Json set_user(Service& service, const Json& body) {
  Org& org = service.org;
  Rights& rights = org.rights[user_of(org, body.at("username"))];
  rights.api_enabled = body.value("api_enabled", rights.api_enabled);
  rights.customize_application = body.value("customize", rights.customize_application);
  rights.objects_by_permission_set =
      body.value("objects_by_permission_set", rights.objects_by_permission_set);
  if (body.contains("hidden")) rights.hidden = lowered(body["hidden"]);
  if (body.contains("read_only")) rights.read_only = lowered(body["read_only"]);
  if (body.contains("no_object")) rights.no_object = lowered(body["no_object"]);
  return Json::object();
}

Json set_invisible(Service& service, const Json& body) {
  service.org.invisible.clear();
  for (const std::string& id : body.at("ids").get<std::vector<std::string>>()) {
    service.org.invisible.insert(canonical_id(id).value_or(id));
  }
  return Json::object();
}

Json add_rule(Service& service, const Json& body) {
  Org& org = service.org;
  if (body.value("clear", false)) {
    org.validation_rules.clear();
    org.duplicate_rules.clear();
  }
  if (body.contains("validation")) {
    const Json& rule = body["validation"];
    org.validation_rules.push_back(
        {rule.at("object").get<std::string>(), rule.value("name", "Rule"),
         rule.value("message", "made up by the sandbox"), rule.value("field", ""),
         parse_condition(rule.at("when").get<std::string>())});
  }
  if (body.contains("duplicate")) {
    const Json& rule = body["duplicate"];
    org.duplicate_rules.push_back({rule.at("object").get<std::string>(),
                                   rule.value("blocks", false),
                                   parse_condition(rule.at("when").get<std::string>())});
  }
  return Json::object();
}

// A field, or an object, that the customer has made: {"object", "prefix", "fields":
// "A__c:string:80"}.
Json add_fields(Service& service, const Json& body) {
  Org& org = service.org;
  ObjectType* type = org.schema.find(body.at("object").get<std::string>());
  if (type == nullptr) {
    type = &org.schema.add(make_object(body["object"].get<std::string>(),
                                       body.at("prefix").get<std::string>(), "Name:string:80"));
  }
  for (Field& field : parse_fields(body.at("fields").get<std::string>())) {
    field.formula = body.value("formula", "");
    field.required = body.value("required", field.required);
    field.tracked = body.value("tracked", false);
    field.granted = body.value("granted", true);
    if (type->column(field.name) >= 0) throw wrong("there is already a field " + field.name);
    type->add(std::move(field));
  }
  return Json::object();
}

Json queue_tasks(Service& service, const Json& body) {
  const Row& row = service.org.put("Group", {{"Name", body.at("name").get<std::string>()},
                                             {"DeveloperName", body["name"].get<std::string>()},
                                             {"Type", std::string("Queue")}});
  if (body.value("takes_tasks", true)) service.org.task_queues.insert(row.id());
  return {{"id", row.id()}};
}

Json set_jobs(Service& service, const Json& body) {
  BulkJobs& jobs = service.jobs;
  jobs.polls_needed = body.value("polls_needed", jobs.polls_needed);
  if (body.contains("takes")) jobs.takes = duration_of(body["takes"]);
  jobs.stuck = body.value("stuck", jobs.stuck);
  jobs.fail_next = body.value("fail_next", jobs.fail_next);
  jobs.fail_after_rows = body.value("fail_after_rows", jobs.fail_after_rows);
  return Json::object();
}

struct Control {
  const char* name;
  Action action;
};
constexpr Control kControls[] = {
    {"clock", move_clock},        {"faults", plan_faults},    {"row_faults", add_row_fault},
    {"edit", edit_record},        {"merge", merge},           {"transaction", transaction},
    {"locks", set_locks},         {"switches", set_switches}, {"limits", set_limits},
    {"auth", set_auth},           {"app", set_app},           {"user", set_user},
    {"invisible", set_invisible}, {"rules", add_rule},        {"fields", add_fields},
    {"queue", queue_tasks},       {"jobs", set_jobs},
};

Json counters(Service& service) {
  return {{"calls", service.log.kinds_json()},
          {"requests_used", service.limits.requests_used(service.org.now())},
          {"logins", service.auth.logins()},
          {"faults_used", service.faults.used()}};
}

}  // namespace

void Service::edit(const Json& edit) {
  apply_edit(org, edit, org.now());
}

HttpAnswer Service::control(const HttpRequest& request) {
  constexpr std::string_view kRoot = "/__sandbox/";
  const std::lock_guard lock(mutex_);
  if (!request.path.starts_with(kRoot)) return empty_answer(404);
  const std::string name = request.path.substr(kRoot.size());
  try {
    if (request.method == "GET") {
      const std::string* object = request.parameter("object");
      if (name == "state")
        return json_answer(200, state_json(org, object == nullptr ? "" : *object));
      if (name == "counters") return json_answer(200, counters(*this).dump());
      if (name == "requests") return json_answer(200, log.requests_json().dump());
    }
    if (request.method == "POST") {
      for (const Control& control : kControls) {
        if (name != control.name) continue;
        return json_answer(200, control.action(*this, Json::parse(request.body)).dump());
      }
    }
  } catch (const std::exception& error) {
    return json_answer(400, Json{{"error", error.what()}}.dump());
  } catch (const ApiError& error) {
    return json_answer(400, Json{{"error", error.code + ": " + error.message}}.dump());
  }
  return json_answer(404, Json{{"error", "no such control"}}.dump());
}

}  // namespace upselld::sandbox::salesforce
