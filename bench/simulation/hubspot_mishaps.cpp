// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "bench/simulation/hubspot_world.h"

// How upselld is connected to the account, and what the account and its edge do to requests.
namespace upselld::simulation {

namespace {

using sandbox::HttpAnswer;
using sandbox::HttpRequest;

constexpr int kFewCallsMax = 3'000;  // of the account's day: a tenth of it is ours
// What upselld assumes with OAuth, which does not tell.
constexpr int kCallsOfOauth = 15'000;
constexpr Duration kIndexDelay = seconds(5);
constexpr int kIndexLateMax_min = 30;  // and half of it more, below the hour of the second look
constexpr int kWritesAtOnceMax = 20;

// Not among the forms in which accounts differ: mishaps of single answers, and refresh tokens that
// work once, of which a lost answer to a login leaves none: then a person must help.
constexpr std::string_view kNoForms[] = {"empty_partial_answers", "forgetful_partial_answers",
                                         "rotate_refresh_tokens"};

bool is_login(const HttpRequest& request) {
  return has(request, "/oauth/");
}

bool is_search(const HttpRequest& request) {
  return request.path.ends_with("/search");
}

bool is_batch_write(const HttpRequest& request) {
  return request.path.ends_with("/batch/update") || request.path.ends_with("/batch/create");
}

std::vector<std::string> ids_in(const HttpRequest& request) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  std::vector<std::string> ids;
  if (!body.is_object()) return ids;
  for (const auto& input : body.value("inputs", nlohmann::json::array())) {
    if (input.contains("id")) ids.push_back(input["id"]);
  }
  return ids;
}

}  // namespace

Connection HubspotWorld::connect(const std::string& url, sandbox::Random& random) {
  is_oauth_ = random.chance(0.5);
  if (random.chance(0.3) && !is_oauth_) service_.limits.daily_max = kFewCallsMax;
  calls_a_day_max_ = is_oauth_ ? kCallsOfOauth : service_.limits.daily_max;
  for (const sandbox::Switch& form : hs::all_switches()) {
    const bool is_drawn =
        std::find(std::begin(kNoForms), std::end(kNoForms), form.name) == std::end(kNoForms);
    if (is_drawn) service_.portal.switches.set(form.name, random.chance(0.5));
  }
  const bool is_legacy = random.chance(0.2);
  const std::string settings =
      "    plugin: hubspot\n    host: " + url +
      (is_oauth_ ? std::string("\n    auth: refresh_token\n    client_id: ") + hs::Auth::kClientId +
                       "\n    client_secret: {file: hubspot.secret}\n"
                       "    refresh_token: {file: hubspot.refresh}\n"
                 : std::string("\n    token: {file: hubspot.secret}\n")) +
      (is_legacy ? "    version: legacy\n" : "") +
      "    attributes: {seats: {field: seats, kind: number}}\n"
      "    activities:\n"
      "      - {object: usages, at: day, kind: quota_usage, value: share}\n";
  return {name(),
          settings,
          {{"hubspot.secret", is_oauth_ ? hs::Auth::kClientSecret : hs::Auth::kServiceKey},
           {"hubspot.refresh", service_.auth.refresh_tokens.begin()->first}}};
}

Asked HubspotWorld::asked(const HttpRequest& request) const {
  Asked asked;
  asked.counts = !is_login(request) && !request.path.empty();
  asked.reads_tasks = has(request, "/tasks/batch/read");
  if (!has(request, "/companies/batch/")) return asked;
  asked.reads_fields = request.path.ends_with("/read") &&
                       request.body.find("\"upselld_next_action\"") != std::string::npos;
  asked.writes_fields = request.path.ends_with("/update");
  if (asked.reads_fields || asked.writes_fields) asked.accounts = ids_in(request);
  return asked;
}

bool HubspotWorld::can_happen(Mishap mishap) const {
  static constexpr Mishap kNever[] = {
      Mishap::edge_refusal, Mishap::cursors_lost, Mishap::too_many_at_once, Mishap::maintenance,
      Mishap::job_stuck,    Mishap::job_failed,   Mishap::late_commit};
  return std::find(std::begin(kNever), std::end(kNever), mishap) == std::end(kNever);
}

void HubspotWorld::let_end(const HttpRequest&, Dice& dice) {
  // A service key does not end.
  if (is_oauth_ && dice.may_happen(Mishap::session_over, kSometimes)) service_.auth.expire_all();
}

void HubspotWorld::disturb(const HttpRequest& request, Dice& dice) {
  hs::Portal& portal = service_.portal;
  if (portal.index_delay != kIndexDelay) {
    if (dice.random().chance(0.02)) portal.index_delay = kIndexDelay;
  } else if (dice.may_happen(Mishap::index_late, kRare)) {
    portal.index_delay = minutes(dice.random().between(1, kIndexLateMax_min));
  }
  portal.switches.set("forgetful_partial_answers", false);
  portal.switches.set("empty_partial_answers", false);
  const Asked what = asked(request);
  if (what.reads_fields) {
    for (const std::string& account : what.accounts) written_since_read_.erase(account);
  }
  if (!is_batch_write(request)) return;
  if (dice.may_happen(Mishap::results_missing, 0.25)) {
    portal.switches.set("forgetful_partial_answers", true);
  } else if (dice.may_happen(Mishap::results_empty, 0.6)) {
    portal.switches.set("empty_partial_answers", true);
  }
  if (what.writes_fields && !what.accounts.empty()) lock_or_refuse_rows(what, dice);
}

// One company is written by others just now, or breaks a rule until somebody lifts it. No rule
// begins between a write and its repeat: should a person edit the company then, too, no look could
// tell that the first had been done.
void HubspotWorld::lock_or_refuse_rows(const Asked& asked, Dice& dice) {
  hs::Portal& portal = service_.portal;
  const hs::ObjectType& companies = type("companies");
  const auto one = static_cast<std::size_t>(
      dice.random().between(0, static_cast<int>(asked.accounts.size()) - 1));
  const std::int64_t id = std::stoll(asked.accounts[one]);
  if (dice.may_happen(Mishap::row_locked, 0.2)) {
    portal.table(companies).written_at[id].assign(kWritesAtOnceMax, clock_.now());
  }
  const bool is_repeated = !written_since_read_.insert(asked.accounts[one]).second;
  written_since_read_.insert(asked.accounts.begin(), asked.accounts.end());
  std::vector<hs::Rule>& rules = portal.rules["companies"];
  const hs::Record* record = portal.find(companies, id);
  const std::string* name =
      record == nullptr ? nullptr : hs::value_in(record->values, companies.column("name"));
  if (!rules.empty()) {
    if (dice.random().chance(0.1)) rules.clear();
  } else if (name != nullptr && !is_repeated && dice.may_happen(Mishap::row_refused, 0.5)) {
    rules.push_back({"name", *name, "city"});
  }
}

std::optional<HttpAnswer> HubspotWorld::refuse(const HttpRequest& request, Dice& dice) {
  hs::Limits& limits = service_.limits;
  // The account itself says it, with nothing left of this limit for the moment.
  const auto without = [&](int& limit, int value) {
    const int usual = std::exchange(limit, value);
    HttpAnswer refused = answer(request);
    limit = usual;
    return refused;
  };
  if (is_search(request)) {
    if (dice.may_happen(Mishap::too_many_searches, 2 * kSometimes)) {
      return without(limits.search_max, 0);
    }
  } else if (!is_login(request) && dice.may_happen(Mishap::too_many_requests, kRare)) {
    return without(is_oauth_ ? limits.oauth_burst_max : limits.burst_max, 0);
  }
  if (!is_login(request) && dice.may_happen(Mishap::calls_used_up, kRare)) {
    return without(limits.used_by_others, limits.daily_max);
  }
  if (dice.may_happen(Mishap::server_error, kRare)) {
    return made_answer(500, R"({"status":"error","message":"internal error",)"
                            R"("category":"INTERNAL_ERROR"})");
  }
  if (dice.may_happen(Mishap::gateway_page, kRare)) {
    return made_answer(503, "<html>busy</html>", "text/html");
  }
  if (dice.may_happen(Mishap::empty_gateway, kRare)) return made_answer(502, "", "text/plain");
  return std::nullopt;
}

void HubspotWorld::calm_down() {
  hs::Portal& portal = service_.portal;
  portal.index_delay = kIndexDelay;
  portal.rules.clear();
  portal.switches.set("forgetful_partial_answers", false);
  portal.switches.set("empty_partial_answers", false);
}

}  // namespace upselld::simulation
