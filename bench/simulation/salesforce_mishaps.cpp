// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "bench/simulation/salesforce_world.h"

// How upselld is connected to the org, and what the org and its edge do to requests.
namespace upselld::simulation {

namespace {

using sandbox::HttpAnswer;
using sandbox::HttpRequest;

constexpr int kFewCallsMax = 6'000;  // of the org's day: a tenth of it is ours

HttpAnswer refused(int status, const char* code, const char* message) {
  return made_answer(status, nlohmann::json({{{"errorCode", code}, {"message", message}}}).dump());
}

bool is_collection_write(const HttpRequest& request) {
  return request.path.ends_with("/composite/sobjects");
}

std::vector<std::string> ids_in(const HttpRequest& request) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  std::vector<std::string> ids;
  if (!body.is_object()) return ids;
  for (const auto& id : body.value("ids", nlohmann::json::array())) ids.push_back(id);
  for (const auto& record : body.value("records", nlohmann::json::array())) {
    if (record.contains("id")) ids.push_back(record["id"]);
  }
  return ids;
}

}  // namespace

Connection SalesforceWorld::connect(const std::string& url, sandbox::Random& random) {
  if (random.chance(0.3)) service_.limits.requests_max = kFewCallsMax;
  // Small enough for jobs to be worth it, now and then.
  std::string more;
  if (random.chance(0.3)) more += "    bulk_rows: 8\n";
  if (random.chance(0.3)) more += "    bulk_writes: 5\n";
  service_.org.switches.set("irregular_pages", random.chance(0.5));
  service_.org.switches.set("burst_limits", random.chance(0.5));
  service_.org.switches.set("bulk_lying_counters", random.chance(0.5));
  service_.auth.instance_url = url;
  return {name(),
          "    plugin: salesforce\n    host: " + url +
              "\n    auth: client_credentials\n    client_id: app\n"
              "    client_secret: {file: salesforce.secret}\n"
              "    attributes: {seats: {field: Seats__c, kind: number}}\n"
              "    activities:\n"
              "      - {object: Usage__c, account: Account__c, at: Day__c, kind: quota_usage, "
              "value: Share__c}\n" +
              more,
          {{"salesforce.secret", "secret"}}};
}

Asked SalesforceWorld::asked(const HttpRequest& request) const {
  Asked asked;
  asked.reads_fields = request.path.ends_with("/composite/sobjects/Account");
  asked.writes_fields = is_collection_write(request) && request.method == "PATCH" &&
                        request.body.find("\"Account\"") != std::string::npos;
  const std::string* soql = request.parameter("q");
  asked.reads_tasks =
      soql != nullptr && soql->find("FROM Task WHERE upselld_Key__c IN") != std::string::npos;
  asked.counts = has(request, "/services/data/v");
  if (asked.reads_fields || asked.writes_fields) asked.accounts = ids_in(request);
  return asked;
}

bool SalesforceWorld::can_happen(Mishap mishap) const {
  return mishap != Mishap::too_many_searches && mishap != Mishap::results_missing &&
         mishap != Mishap::results_empty && mishap != Mishap::index_late;
}

void SalesforceWorld::let_end(const HttpRequest& request, Dice& dice) {
  if (dice.may_happen(Mishap::session_over, kSometimes)) service_.auth.expire_all();
  if (has(request, "/query/") && dice.may_happen(Mishap::cursors_lost, 0.5)) {
    service_.cursors.lose_all();
  }
}

void SalesforceWorld::disturb(const HttpRequest& request, Dice& dice) {
  if (is_collection_write(request)) {
    service_.org.lock_chance = dice.may_happen(Mishap::row_locked, 0.2) ? 0.3 : 0;
    service_.org.in_maintenance = dice.may_happen(Mishap::maintenance, 0.25);
    if (dice.may_happen(Mishap::row_refused, 0.2)) {
      service_.org.row_faults.push_back(
          {"Account",
           "",
           {400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Fill in the region first", {"Region__c"}}});
    }
  }
  if (has(request, "/jobs/") && request.method == "POST") {
    service_.jobs.stuck = dice.may_happen(Mishap::job_stuck, 0.25);
    if (dice.may_happen(Mishap::job_failed, 0.25)) ++service_.jobs.fail_next;
  }
  commit_late(request, dice);
}

// Somebody's transaction began before this moment and is seen later.
void SalesforceWorld::commit_late(const HttpRequest& request, Dice& dice) {
  if (has(request, "/updated") && dice.may_happen(Mishap::late_commit, 0.15)) {
    service_.org.open_since.emplace("late",
                                    service_.org.now() - seconds(dice.random().between(1, 90)));
  } else if (!service_.org.open_since.empty() && dice.random().chance(0.1)) {
    const Instant since = service_.org.open_since.begin()->second;
    service_.org.open_since.clear();
    const Instant until = clock_.now();
    clock_.set(since);
    somebody_works();
    clock_.set(until);
  }
}

std::optional<HttpAnswer> SalesforceWorld::refuse(const HttpRequest& request, Dice& dice) {
  if (dice.may_happen(Mishap::too_many_requests, kRare)) return made_answer(429, "[]");
  if (dice.may_happen(Mishap::server_error, kRare)) {
    return refused(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred");
  }
  if (dice.may_happen(Mishap::gateway_page, kRare)) {
    return made_answer(503, "<html>busy</html>", "text/html");
  }
  if (dice.may_happen(Mishap::empty_gateway, kRare)) return made_answer(502, "", "text/plain");
  if (dice.may_happen(Mishap::edge_refusal, kRare)) return made_answer(420, "", "text/plain");
  if (has(request, "/oauth2/")) return std::nullopt;
  if (dice.may_happen(Mishap::calls_used_up, kRare / 2)) {
    return refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
  }
  if (dice.may_happen(Mishap::too_many_at_once, kRare)) {
    return refused(403, "REQUEST_LIMIT_EXCEEDED",
                   "ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
  }
  return std::nullopt;
}

void SalesforceWorld::calm_down() {
  service_.org.lock_chance = 0;
  service_.org.in_maintenance = false;
  service_.org.row_faults.clear();
  service_.org.open_since.clear();
  service_.jobs.stuck = false;
  service_.jobs.fail_next = 0;
}

}  // namespace upselld::simulation
