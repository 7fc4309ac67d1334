// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/last_runs.h"
#include "daemon/live_model.h"
#include "daemon/out_of_calls.h"
#include "daemon/run_parts.h"
#include "daemon/version.h"
#include "daemon/web_routes.h"
#include "daemon/web_tasks.h"
#include "store/budget.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kRunsLooked = 200;
constexpr std::size_t kRunsShown = 30;

std::int64_t number_in(const Json& json, const char* key) {
  const auto at = json.find(key);
  return at == json.end() || !at->is_number_integer() ? 0 : at->get<std::int64_t>();
}

// Tasks that a rule wanted and that were held back.
std::int64_t held_back(const Json& counts) {
  std::int64_t sum = 0;
  if (!counts.is_object()) return 0;
  for (const auto& [reason, count] : counts.items()) {
    const bool is_rules = reason != hold::kLowBand && reason != hold::kNoRule;
    if (is_rules && count.is_number_integer()) sum += count.get<std::int64_t>();
  }
  return sum;
}

// A run's document has one connection's keys at the top, or several under `connections`.
std::vector<Json> parts_of(const Json& summary) {
  const auto several = summary.find("connections");
  if (several == summary.end() || !several->is_object()) return {summary};
  std::vector<Json> parts;
  for (const auto& [name, part] : several->items()) parts.push_back(part);
  return parts;
}

Json run_json(const store::Run& run) {
  const Json summary = Json::parse(run.summary, nullptr, false);
  Json out = {{"run", run.id},
              {"kind", store::to_text(run.kind)},
              {"status", store::to_text(run.status)},
              {"as_of", to_text(run.as_of)},
              {"started_at", to_text(run.started_at)},
              {"finished_at", instant_json(run.finished_at)}};
  if (!summary.is_object() || run.finished_at.is_missing()) return out;
  std::int64_t fields = 0, tasks = 0, withdrawn = 0, rejected = 0, held = 0, calls = 0;
  Json notes = Json::array();
  for (const Json& part : parts_of(summary)) {
    const Json delivered = part.value("delivered", Json::object());
    fields += number_in(delivered, "fields");
    tasks += number_in(delivered, "tasks");
    withdrawn += number_in(delivered, "withdrawn");
    rejected += number_in(part, "rejected");
    held += held_back(part.value("held", Json::object()));
    calls += number_in(part, "api_calls");
    for (const char* why : {"failed", "held_because"}) {
      if (part.contains(why)) notes.push_back(part[why]);
    }
  }
  if (summary.contains("reason")) notes.push_back(summary["reason"]);
  out["fields"] = fields;
  out["tasks"] = tasks;
  out["withdrawn"] = withdrawn;
  out["rejected"] = rejected;
  out["held"] = held;
  out["api_calls"] = calls;
  out["why"] = notes;
  return out;
}

// What was done in the 24 hours before now; what is held is told by the newest sync.
Json day_json(const std::vector<store::Run>& runs, Instant now) {
  Json out = {{"since", to_text(now - hours(24))},
              {"runs", 0},
              {"fields", 0},
              {"tasks", 0},
              {"withdrawn", 0},
              {"held", 0},
              {"rejected", 0}};
  bool is_newest = true;
  for (const store::Run& run : runs) {
    if (run.finished_at.is_missing()) continue;
    const Json one = run_json(run);
    if (is_newest && run.kind == store::RunKind::sync) {
      out["held"] = number_in(one, "held");
      is_newest = false;
    }
    if (run.started_at < now - hours(24) || run.started_at > now) continue;
    out["runs"] = number_in(out, "runs") + 1;
    for (const char* key : {"fields", "tasks", "withdrawn", "rejected"}) {
      out[key] = number_in(out, key) + number_in(one, key);
    }
  }
  return out;
}

// The newest sync that says something of this connection; its figures are of the newest that came
// so far as to score.
Result<Json> last_json(const std::vector<store::Run>& runs, const Link& link) {
  Json newest;
  for (const store::Run& run : runs) {
    if (run.kind != store::RunKind::sync || run.finished_at.is_missing()) continue;
    const Json summary = Json::parse(run.summary, nullptr, false);
    if (!summary.is_object() || !took_part(summary, link.name())) continue;
    if (!link.brings_accounts()) return run_json(run);
    const Json* part = part_of(summary, link.name());
    if (part == nullptr) continue;
    if (newest.is_null()) {
      newest = run_json(run);
      for (const char* key : {"failed", "held_because"}) {
        if (part->contains(key)) newest[key] = (*part)[key];
      }
      newest["held_by"] = part->value("held", Json::object());
    }
    const bool is_cut_short = part->contains("failed") || part->contains("out_of_calls") ||
                              part->value("model_version", "").empty();
    if (is_cut_short && number_in(*part, "accounts") == 0) continue;
    for (const char* key : {"accounts", "scored", "not_scored", "bands", "segments"}) {
      if (part->contains(key)) newest[key] = (*part)[key];
    }
    break;
  }
  return newest;
}

// Whether the percentages of the live model can be believed, from its own report.
Result<Json> model_json(Ledger& ledger, const std::string& connection) {
  const auto live = ledger.models.published(connection);
  if (!live) return live.error();
  const std::string version = live->value_or("");
  if (version.empty()) {
    const auto newest = ledger.models.newest(connection);
    if (!newest) return newest.error();
    return Json(
        {{"version", "rules-1"}, {"is_learnt", false}, {"has_trained", newest->has_value()}});
  }
  const auto model = ledger.models.find(connection, version);
  if (!model) return model.error();
  const Json report = *model ? Json::parse((*model)->report, nullptr, false) : Json();
  Json out = {{"version", version}, {"is_learnt", true}};
  if (!report.is_object()) return out;
  out["trained_at"] = to_text((*model)->trained_at);
  out["as_of"] = to_text((*model)->as_of);
  const Json test = report.value("test", Json());
  out["reliability"] = test.is_object() ? test.value("reliability", Json()) : Json();
  out["test_date"] = test.is_object() ? test.value("date", Json()) : Json();
  return out;
}

Result<Json> budget_json(App& app, const Link& link) {
  store::BudgetLimits limits;
  limits.own_share = link.settings->api_budget;
  const store::Budget budget(app.database(), link.name(), limits);
  const auto status = budget.status(TimeZone::utc().day_of(app.clock().now()));
  if (!status) return status.error();
  Json out = {{"used", status->used}, {"limit", status->own_limit}};
  out["org_used"] = status->org_used ? Json(*status->org_used) : Json();
  out["org_limit"] = status->org_limit ? Json(*status->org_limit) : Json();
  return out;
}

Result<Json> connection_json(App& app, const Link& link, const std::vector<store::Run>& runs) {
  Ledger& ledger = app.ledger();
  const auto last = last_json(runs, link);
  if (!last) return last.error();
  Json out = {{"name", link.name()},
              {"plugin", link.settings->plugin},
              {"brings_accounts", link.brings_accounts()},
              {"write", to_text(link.settings->write)},
              {"last", *last}};
  if (link.brings_accounts()) {
    const auto is_part = is_part_pulled(ledger, link.name());
    if (!is_part) return is_part.error();
    const auto model = model_json(ledger, link.name());
    if (!model) return model.error();
    out["pull"] = *is_part ? "stopped half-way" : "whole";
    out["model"] = *model;
  }
  const auto budget = budget_json(app, link);
  if (!budget) return budget.error();
  out["budget"] = *budget;
  return out;
}

Result<Json> needs_json(App& app) {
  Ledger& ledger = app.ledger();
  const auto rejected = ledger.outbox.count_rejected();
  if (!rejected) return rejected.error();
  const auto approvals = ledger.approvals.count(store::ApprovalState::pending);
  if (!approvals) return approvals.error();
  const auto waiting = ledger.brakes.waiting();
  if (!waiting) return waiting.error();
  Json held = Json::array();
  for (const store::HeldRun& one : *waiting) {
    held.push_back({{"run", one.run},
                    {"connection", one.connection},
                    {"at", to_text(one.at)},
                    {"why", Json::parse(one.reasons, nullptr, false)}});
  }
  Json models = Json::array();
  for (const Link& link : app.links()) {
    if (!link.brings_accounts()) continue;
    const auto waits = waiting_model(ledger, link.name());
    if (!waits) return waits.error();
    if (!waits->empty()) models.push_back({{"connection", link.name()}, {"version", *waits}});
  }
  return Json(
      {{"rejected", *rejected}, {"approvals", *approvals}, {"held", held}, {"models", models}});
}

Result<Json> pauses_json(Ledger& ledger) {
  const auto pauses = ledger.brakes.pauses();
  if (!pauses) return pauses.error();
  Json out = Json::array();
  for (const store::Pause& pause : *pauses) {
    out.push_back({{"connection", pause.connection.empty() ? "all" : pause.connection},
                   {"since", to_text(pause.since)},
                   {"by", pause.by},
                   {"why", pause.why}});
  }
  return out;
}

}  // namespace

// What every page needs.
Result<WebAnswer> about_page(const WebContext& context) {
  const App& app = context.app;
  const auto approvals = context.app.ledger().approvals.count(store::ApprovalState::pending);
  if (!approvals) return approvals.error();
  return json_answer({{"now", to_text(app.clock().now())},
                      {"version", kVersion},
                      {"instance", app.settings().instance},
                      {"time_zone", app.settings().zone.name()},
                      {"currency", app.settings().currency},
                      {"approvals", *approvals}});
}

Result<WebAnswer> overview_page(const WebContext& context) {
  App& app = context.app;
  Ledger& ledger = app.ledger();
  const Instant now = app.clock().now();
  const auto runs = ledger.runs.list(kRunsLooked);
  if (!runs) return runs.error();
  const ServiceState state = context.door.state();
  Json out = {{"now", to_text(now)},
              {"service",
               {{"doing", state.doing},
                {"connection", state.connection},
                {"since", to_text(state.since)},
                {"stage", state.stage},
                {"steps", state.steps},
                {"next_at", instant_json(state.next_at)},
                {"sync_is_asked", state.sync_is_asked}}}};
  out["connections"] = Json::array();
  for (const Link& link : app.links()) {
    const auto one = connection_json(app, link, *runs);
    if (!one) return one.error();
    out["connections"].push_back(*one);
  }
  const auto needs = needs_json(app);
  if (!needs) return needs.error();
  const auto pauses = pauses_json(ledger);
  if (!pauses) return pauses.error();
  const auto tasks = task_totals(app);
  if (!tasks) return tasks.error();
  out["needs"] = *needs;
  out["paused"] = *pauses;
  out["day"] = day_json(*runs, now);
  out["tasks"] = *tasks;
  out["runs"] = Json::array();
  for (std::size_t i = 0; i < runs->size() && i < kRunsShown; ++i) {
    out["runs"].push_back(run_json((*runs)[i]));
  }
  return json_answer(out);
}

Result<std::vector<std::string>> not_ready_because(App& app) {
  const auto last = app.ledger().runs.last(store::RunKind::sync);
  if (!last) return last.error();
  if (!*last) return std::vector<std::string>{"no sync has ended yet"};
  const auto ended = read_ended_syncs(app);
  if (!ended) return ended.error();
  std::vector<std::string> reasons;
  for (const auto& [name, sync] : *ended) {
    if (sync.ending != SyncEnding::failed) continue;
    reasons.push_back("the last sync of " + name + " failed: run " + sync.run);
  }
  return reasons;
}

}  // namespace upselld::daemon
