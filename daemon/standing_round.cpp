// SPDX-License-Identifier: Apache-2.0
#include "daemon/standing_round.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/schedule.h"
#include "daemon/version.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::json;

// All that a decision rests on besides data, people's deeds and the hour.
Result<std::string> basis_of(Cycle& cycle, const Link& link) {
  Ledger& ledger = cycle.app.ledger();
  const auto settings = ledger.configs.last_used("settings");
  if (!settings) return settings.error();
  const auto model = ledger.models.published(link.name());
  if (!model) return model.error();
  const Day day = cycle.app.settings().zone.day_of(cycle.now);
  const Json basis = {kVersion,
                      to_text(day),
                      cycle.app.invocation().as_of.has_value(),
                      settings->value_or(""),
                      cycle.playbook_hash,
                      model->value_or("")};
  return basis.dump();
}

// The figures of the run that decided, if it came to its end.
bool take_figures(const std::string& summary, ConnectionReport& report) {
  const Json run = Json::parse(summary, nullptr, false);
  try {
    const Json& of =
        run.contains("connections") ? run.at("connections").at(report.connection) : run;
    if (of.contains("failed")) return false;
    const Json& decided = of.at("decided");
    const std::int64_t unchanged =
        decided.at("changed").get<std::int64_t>() + decided.at("unchanged").get<std::int64_t>();
    of.at("accounts").get_to(report.accounts);
    of.at("scored").get_to(report.scored);
    of.at("not_scored").get_to(report.not_scored);
    of.at("model_version").get_to(report.model_version);
    of.at("bands").get_to(report.bands);
    of.at("segments").get_to(report.segments);
    of.at("held").get_to(report.held);
    report.bands_before = report.bands;
    report.unchanged = unchanged;
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

// Later on this day: when the day's tasks are made, and when open ones are given up.
Result<Instant> next_hour(const Cycle& cycle, const ConnectionCycle& connection) {
  const TimeZone& zone = cycle.app.settings().zone;
  const playbook::Playbook& rules = *connection.cases.playbook;
  Instant next = zone.start_of(zone.day_of(cycle.now) + 1);
  const auto schedule = parse_schedule(rules.create_schedule());
  if (!schedule) return in_context("playbook: tasks.create", schedule.error());
  next = std::min(next, next_occurrence(*schedule, cycle.now, zone));
  for (const CaseDecision& decision : connection.decided.decisions) {
    const TaskMemory& task = decision.choice.memory.task;
    if (!task.is_open()) continue;
    const Instant given_up = task.due + rules.rules().tasks.expire + milliseconds(1);
    if (given_up > cycle.now) next = std::min(next, given_up);
  }
  return next;
}

}  // namespace

Result<bool> last_round_stands(Cycle& cycle, ConnectionCycle& connection) {
  if (cycle.options.dry_run) return false;
  Ledger& ledger = cycle.app.ledger();
  const Link& link = *connection.link;
  // Whether a held connection may be written to again is found by deciding, not by what was
  // decided before it was held.
  const auto held = ledger.brakes.held(link.name());
  if (!held) return held.error();
  if (*held) return false;
  const auto lost = ledger.brakes.lost(link.name());
  if (!lost) return lost.error();
  if (lost->lost > 0 && link.settings->write != WriteLevel::nothing) return false;
  const auto round = ledger.rounds.standing(link.name());
  if (!round) return round.error();
  if (!*round || cycle.now < (*round)->decided_at || cycle.now >= (*round)->stands_until) {
    return false;
  }
  const auto basis = basis_of(cycle, link);
  if (!basis) return basis.error();
  if (*basis != (*round)->rests_on) return false;
  const auto run = ledger.runs.find((*round)->run);
  if (!run) return run.error();
  if (!*run || !take_figures((*run)->summary, connection.report)) return false;
  connection.report.decided_by = (*round)->run;
  return true;
}

Result<store::Round> round_of(Cycle& cycle, const ConnectionCycle& connection) {
  auto basis = basis_of(cycle, *connection.link);
  if (!basis) return basis.error();
  const auto next = next_hour(cycle, connection);
  if (!next) return next.error();
  return store::Round{cycle.run, std::move(*basis), cycle.now,
                      std::min(*next, connection.cases.walk->next_news())};
}

}  // namespace upselld::daemon
