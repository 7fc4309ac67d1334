// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/digest.h"
#include "daemon/cycle.h"
#include "daemon/decision_store.h"
#include "daemon/deliver.h"
#include "daemon/interrupt.h"
#include "daemon/pause_lookup.h"
#include "daemon/standing_round.h"
#include "daemon/text_table.h"
#include "scoring/effect.h"

namespace upselld::daemon {
namespace {

std::string round_kind(const std::string& connection) {
  return "task_round/" + connection;
}
std::string write_kind(const std::string& connection) {
  return "write/" + connection;
}
std::string hash_of(const std::string& text) {
  return hex(sha256(text));
}

// The day's tasks are made by the first run at or after tasks.create. Under --as-of, which is a
// midnight, the hour counts as reached.
Result<bool> tasks_due(App& app, const Link& link, const playbook::Playbook& rules, Instant now,
                       bool as_of) {
  const TimeZone& zone = app.settings().zone;
  const Day today = zone.day_of(now);
  const auto done = app.ledger().configs.last_used(round_kind(link.name()));
  if (!done) return done.error();
  if (*done && **done == hash_of(to_text(today))) return false;
  const auto schedule = parse_schedule(rules.create_schedule());
  if (!schedule) return in_context("playbook: tasks.create", schedule.error());
  const Instant occurrence =
      next_occurrence(*schedule, zone.start_of(today) - milliseconds(1), zone);
  const bool on_this_day = zone.day_of(occurrence) == today;
  return on_this_day && (as_of || occurrence <= now);
}

playbook::WeekCounts tasks_this_week(const AccountCases& cases, Day today) {
  playbook::WeekCounts counts;
  const Day monday = playbook::week_start(today);
  for (const AccountCase& one : cases.cases) {
    const TaskMemory& task = one.memory.task;
    if (!task.key.empty() && task.decided_on >= monday) ++counts[task.owner];
  }
  return counts;
}

Result<std::optional<playbook::Approval>> newest_yes(App& app, std::uint32_t account,
                                                     const std::string& action) {
  const auto newest = app.ledger().approvals.newest(account, action);
  if (!newest) return newest.error();
  std::optional<playbook::Approval> yes;
  if (*newest && (*newest)->state == store::ApprovalState::approved) {
    yes = {action, app.settings().zone.day_of((*newest)->decided_at)};
  }
  return yes;
}

void hold(Cycle& cycle, ConnectionCycle& connection, const std::string& why) {
  connection.report.held_because = why;
  if (cycle.report.status == "done") cycle.report.status = "held";
}

Result<void> store_hold(Cycle& cycle, const ConnectionCycle& connection, const std::string& why) {
  Ledger& ledger = cycle.app.ledger();
  auto transaction = store::Transaction::begin(ledger.database, "held", store::Durability::full);
  if (!transaction) return transaction.error();
  const Instant at = cycle.app.clock().now();
  const std::string& name = connection.link->name();
  nlohmann::ordered_json json = {{"connection", name}, {"why", why}};
  if (const store::AccountsLost& lost = connection.accounts_lost; lost.lost > 0) {
    json["accounts_lost"] = {{"lost", lost.lost}, {"known", lost.known}};
  }
  const std::string reason = json.dump();
  const auto held = ledger.brakes.hold(*transaction, {cycle.run, name, at, reason});
  if (!held) return held;
  const auto appended =
      ledger.audit.append(*transaction, {store::AuditKind::held, at, cycle.run, {}, reason});
  if (!appended) return appended;
  return transaction->commit();
}

// The marks that a round leaves: which day's tasks were made, and how far writing went.
std::vector<std::pair<std::string, std::string>> marks_of(const ConnectionCycle& connection) {
  const std::string& name = connection.link->name();
  std::vector<std::pair<std::string, std::string>> marks = {
      {write_kind(name), to_text(connection.link->settings->write)}};
  // Where no task may be made yet, the day's round is still to come.
  const bool makes_tasks = connection.link->settings->write == WriteLevel::fields_and_tasks;
  if (connection.decided.today.tasks_due && makes_tasks) {
    marks.emplace_back(round_kind(name), to_text(connection.decided.today.day));
  }
  return marks;
}

}  // namespace

Result<DecideInput> decide_input(App& app, Link& link, const AccountCases& cases,
                                 const DecideMoment& moment) {
  const Instant now = moment.now;
  const TimeZone& zone = app.settings().zone;
  DecideInput input;
  playbook::Today& today = input.today;
  today.day = zone.day_of(now);
  today.midnight = zone.start_of(today.day);
  today.now = now;
  today.zone = zone;
  const auto due = tasks_due(app, link, *cases.playbook, now, moment.is_as_of);
  if (!due) return due.error();
  today.tasks_due = *due;
  today.data_as_of = moment.data_as_of;
  today.instance = app.settings().instance;
  today.salt = app.settings().instance;
  today.several = app.has_several();
  today.model_version = cases.model_version;
  const auto trained = app.ledger().models.newest(link.name());
  if (!trained) return trained.error();
  today.has_trained = trained->has_value();
  today.currency = app.settings().currency;
  today.base_rate = cases.base_rate;
  today.horizon = link.settings->target.horizon;
  if (cases.model && cases.model->has_gains()) {
    const scoring::Money stated = scoring_settings(app.settings(), *link.settings).money;
    today.worth_from = scoring::money_with(stated, cases.model->effect()).worth_from();
  }
  today.refresh = link.settings->refresh;
  const std::shared_ptr<store::RecordReader> reader = app.record_reader();
  auto reps = reader->reps(link.name());
  if (!reps) return reps.error();
  input.reps = std::move(*reps);
  input.this_week = tasks_this_week(cases, today.day);
  input.contacts = [reader](std::uint32_t account) { return reader->contacts_of(account); };
  input.approval = [&app](std::uint32_t account, const std::string& action) {
    return newest_yes(app, account, action);
  };
  const WriteLevel write = link.settings->write;
  const auto before = app.ledger().configs.last_used(write_kind(link.name()));
  if (!before) return before.error();
  // Writing was off until now: nothing of what was decided stands in the CRM yet.
  input.write_all =
      write != WriteLevel::nothing && *before && **before == hash_of(to_text(WriteLevel::nothing));
  input.make_tasks = write == WriteLevel::fields_and_tasks;
  return input;
}

void count_decisions(const AccountCases& cases, const Decided& decided, ConnectionReport& report) {
  for (std::size_t i = 0; i < cases.cases.size(); ++i) {
    const AccountCase& one = cases.cases[i];
    const CaseDecision& decision = decided.decisions[i];
    if (one.not_scored == "deleted") continue;
    ++report.accounts;
    if (one.score) ++report.scored;
    if (!one.score) ++report.not_scored[one.not_scored];
    if (one.memory.band) ++report.bands_before[to_text(*one.memory.band)];
    if (!one.is_ours()) continue;
    if (decision.choice.band) ++report.bands[to_text(*decision.choice.band)];
    if (!decision.choice.segment.empty()) ++report.segments[decision.choice.segment];
    if (!decision.held.empty()) ++report.held[decision.held];
    if (!decision.choice.action.empty()) ++report.actions;
    if (decision.crossed) ++report.crossed;
    ++(decision.is_change() ? report.changed : report.unchanged);
  }
}

std::optional<std::string> broken_limit(const StopWhen& limits, const ConnectionCycle& connection) {
  const store::AccountsLost& lost = connection.accounts_lost;
  const auto share = [](std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  };
  if (share(lost.lost, lost.known) > limits.accounts_lost) {
    return fmt::format("the pull no longer shows {} of {} accounts (stop_when: accounts_lost {})",
                       lost.lost, lost.known, percent(limits.accounts_lost, 0));
  }
  std::uint64_t had_band = 0, moved = 0, tasks = 0;
  for (std::size_t i = 0; i < connection.cases.cases.size(); ++i) {
    const AccountMemory& before = connection.cases.cases[i].memory;
    const CaseDecision& decision = connection.decided.decisions[i];
    if (decision.task) ++tasks;
    if (!before.band || !connection.cases.cases[i].is_ours()) continue;
    ++had_band;
    if (before.band != decision.choice.band) ++moved;
  }
  if (share(moved, had_band) > limits.bands_moved) {
    return fmt::format("{} of {} accounts would change their band (stop_when: bands_moved {})",
                       moved, had_band, percent(limits.bands_moved, 0));
  }
  if (tasks > static_cast<std::uint64_t>(limits.new_tasks)) {
    return fmt::format("{} new tasks (stop_when: new_tasks {})", tasks, limits.new_tasks);
  }
  return std::nullopt;
}

// What was decided on the past of a CRM must never reach its present, not by a later run either.
bool is_past_of_a_crm(const Cycle& cycle, const Link& link) {
  return cycle.app.invocation().as_of && link.settings->plugin != "files";
}

DecisionScope decision_scope(const Cycle& cycle, const ConnectionCycle& connection) {
  const Link& link = *connection.link;
  return {cycle.run,
          link.name(),
          cycle.app.clock().now(),
          link.settings->write,
          cycle.playbook_hash,
          cycle.app.playbook().file,
          {},
          marks_of(connection)};
}

Result<void> decide_stage(Cycle& cycle, ConnectionCycle& connection) {
  if (!connection.report.decided_by.empty()) return {};
  Link& link = *connection.link;
  // The pull of this very run is what is known.
  const auto input = decide_input(cycle.app, link, connection.cases,
                                  {cycle.now, cycle.now, cycle.app.invocation().as_of.has_value()});
  if (!input) return input.error();
  const bool is_for_show = cycle.options.dry_run || is_past_of_a_crm(cycle, link);
  auto decided = is_for_show ? decide(connection.cases, *input)
                             : decide_with_pauses(connection.cases, *input, *link.connector,
                                                  connection.report.account_notes);
  if (!decided) return decided.error();
  connection.decided = std::move(*decided);
  count_decisions(connection.cases, connection.decided, connection.report);
  if (is_for_show) return {};
  const auto lost = cycle.app.ledger().brakes.lost(link.name());
  if (!lost) return lost.error();
  connection.accounts_lost = *lost;
  const auto limit = broken_limit(cycle.app.settings().stop_when, connection);
  if (limit && link.settings->write != WriteLevel::nothing) {
    hold(cycle, connection, *limit);
    return store_hold(cycle, connection, *limit);
  }
  DecisionScope scope = decision_scope(cycle, connection);
  scope.lifts_hold = !limit;
  auto round = round_of(cycle, connection);
  if (!round) return round.error();
  scope.round = std::move(*round);
  return store_decisions(cycle.app.ledger(), connection.cases, connection.decided, scope,
                         connection.report);
}

Result<void> deliver_stage(Cycle& cycle, ConnectionCycle& connection) {
  Link& link = *connection.link;
  if (link.settings->write == WriteLevel::nothing || cycle.options.dry_run) return {};
  if (connection.report.held_because) return {};
  if (is_past_of_a_crm(cycle, link)) {
    connection.report.notes.push_back(
        "under --as-of nothing is decided for a CRM and nothing delivered to it");
    return {};
  }
  Ledger& ledger = cycle.app.ledger();
  Deliverer deliverer({ledger, *link.connector, cycle.app.clock(), link.name(), cycle.run,
                       cycle.app.settings_hash(), link.settings->write, cycle.options.only_own},
                      connection.report, stop_signal());
  const auto delivered = deliverer.deliver_all();
  connection.report.api_calls = link.host->calls();
  if (delivered || delivered.error().kind != ErrorKind::budget_exhausted) return delivered;
  // No failure: what is left is due, and a later run goes on with it.
  cycle.report.incomplete = true;
  connection.report.notes.push_back(delivered.error().message +
                                    "; what is left goes on with a later sync");
  return {};
}

}  // namespace upselld::daemon
