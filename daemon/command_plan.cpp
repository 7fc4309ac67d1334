// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/file_io.h"
#include "daemon/command_list.h"
#include "daemon/last_runs.h"
#include "daemon/out_of_calls.h"
#include "daemon/pause_lookup.h"
#include "daemon/plan.h"
#include "daemon/run_frame.h"
#include "daemon/version.h"
#include "scoring/score.h"

namespace upselld::daemon {
namespace {

Result<Plan> read_plan(const std::string& file) {
  const auto text = read_file(file, kPlanBytesMax);
  if (!text) return in_context("read plan", text.error());
  return plan_from_json(*text, file);
}

// A rehearsal of the past: of files alone, as of the day of the last one. A CRM's own past is only
// for show.
Result<std::optional<Instant>> rehearsed_day(App& app, const Link& link) {
  using Found = std::optional<Instant>;
  if (app.invocation().as_of) return Found(app.now());
  if (link.settings->plugin != "files") return Found();
  const auto last = last_whole_sync(app.ledger(), link.name());
  if (!last) return last.error();
  const bool is_past = *last && (*last)->started_at - (*last)->as_of > days(1);
  return is_past ? Found((*last)->as_of) : Found();
}

// Nothing is decided on a part of a pull.
Result<void> was_read_whole(App& app, const Link& link) {
  const auto is_part = is_part_pulled(app.ledger(), link.name());
  if (!is_part) return is_part.error();
  return *is_part ? Result<void>(part_pulled_error(link.name())) : Result<void>();
}

// When the data that is stored was read.
Result<Instant> data_as_of(App& app, const Link& link, Instant now) {
  const auto last = last_whole_sync(app.ledger(), link.name());
  if (!last) return last.error();
  if (!*last) {
    return Error{ErrorKind::invalid_config,
                 "no sync has read " + link.name() +
                     " to its end yet; bring it in with: upselld "
                     "sync",
                 {}};
  }
  const bool is_rehearsed = link.settings->plugin == "files";
  return std::min(is_rehearsed ? (*last)->as_of : (*last)->started_at, now);
}

// Scores and decides on the data of the last pull; stores nothing.
Result<void> decide_on_stored_data(App& app, ConnectionCycle& connection,
                                   const DecideMoment& moment) {
  auto cases = open_cases(app, *connection.link, moment.now);
  if (!cases) return cases.error();
  connection.cases = std::move(*cases);
  if (const auto chosen = choose_model(app, *connection.link, "", connection.cases); !chosen) {
    return chosen;
  }
  if (const auto scored = score_cases(app, *connection.link, moment.now, connection.cases);
      !scored) {
    return scored;
  }
  const auto input = decide_input(app, *connection.link, connection.cases, moment);
  if (!input) return input.error();
  auto decided = decide_with_pauses(connection.cases, *input, *connection.link->connector,
                                    connection.report.account_notes);
  if (!decided) return decided.error();
  connection.decided = std::move(*decided);
  count_decisions(connection.cases, connection.decided, connection.report);
  connection.report.model_version = connection.cases.model_version;
  const auto lost = app.ledger().brakes.lost(connection.link->name());
  if (!lost) return lost.error();
  connection.accounts_lost = *lost;
  return {};
}

Result<void> still_valid(App& app, const Plan& plan) {
  const auto refuse = [](const std::string& why) {
    return Error{ErrorKind::invalid_config, why + "; make a new one with: upselld plan", {}};
  };
  const ConnectionSettings* connection = app.settings().connection(plan.connection);
  if (plan.as_of_given && connection != nullptr && connection->plugin != "files") {
    return refuse("it is a plan of a past day, which is for show: it would be written to the " +
                  plan.connection + " of today");
  }
  if (plan.settings_hash != app.settings_hash()) {
    return refuse("the settings changed since this plan was made");
  }
  if (plan.playbook_hash != hex(sha256(app.playbook().text))) {
    return refuse("the playbook changed since this plan was made");
  }
  if (plan.decision_code != kDecisionCode) {
    return refuse("another version of upselld made this plan");
  }
  const auto live = app.ledger().models.published(plan.connection);
  if (!live) return live.error();
  const std::string version =
      live->value_or("").empty() ? scoring::kRulesVersion : live->value_or("");
  if (plan.model_version != version) return refuse("another model is live now");
  if (app.clock().now() > plan.made_at + kPlanValidFor) return refuse("the plan is over 24 h old");
  const auto applied = app.ledger().plans.applied_by(plan.id);
  if (!applied) return applied.error();
  if (*applied) return refuse("the plan was applied already, by run " + **applied);
  return {};
}

struct Comparison {
  std::map<std::string, std::string> moved;
  std::set<std::uint32_t> left_out;
};

Result<Comparison> compare(const Plan& plan, const Plan& again, const AccountCases& cases) {
  Comparison out;
  out.moved = moved_rows(plan, again);
  std::size_t planned_moved = 0;
  for (const PlanRow& row : plan.rows) planned_moved += out.moved.count(row.account);
  if (static_cast<double>(planned_moved) >
      kPlanMovedMax * static_cast<double>(std::max<std::size_t>(plan.rows.size(), 1))) {
    return Error{ErrorKind::invalid_config,
                 fmt::format("{} of {} rows of the plan moved since: nothing was written; make a "
                             "new one with: upselld plan",
                             planned_moved, plan.rows.size()),
                 {}};
  }
  for (const AccountCase& one : cases.cases) {
    if (out.moved.count(one.facts.id) != 0) out.left_out.insert(one.facts.number);
  }
  return out;
}

Result<void> store_and_deliver(Cycle& cycle, ConnectionCycle& connection, const Plan& plan,
                               const Comparison& compared) {
  Ledger& ledger = cycle.app.ledger();
  DecisionScope scope = decision_scope(cycle, connection);
  scope.left_out = compared.left_out;
  scope.plan = plan.id;
  scope.lifts_hold = true;
  const auto stored =
      store_decisions(ledger, connection.cases, connection.decided, scope, connection.report);
  if (!stored) return stored;
  connection.cases.walk.reset();
  return deliver_stage(cycle, connection);
}

Result<void> apply_plan(Cycle& cycle, const Plan& plan) {
  ConnectionCycle& connection = cycle.connections.front();
  // What reps did since the plan counts, and no task goes out that is overdue by now.
  if (const auto read = outcomes_stage(cycle, connection); !read) return read;
  if (const auto whole = was_read_whole(cycle.app, *connection.link); !whole) return whole;
  // Syncs go on meanwhile: what they did not change is as it was planned, its moment too.
  const auto decided =
      decide_on_stored_data(cycle.app, connection, {plan.now, plan.data_as_of, plan.as_of_given});
  if (!decided) return decided;
  const std::uint64_t lost = connection.accounts_lost.lost;
  if (lost > plan.accounts_lost) {
    return Error{ErrorKind::invalid_config,
                 fmt::format("{} accounts are missing, and {} were when this plan was made; make a "
                             "new one with: upselld plan",
                             lost, plan.accounts_lost),
                 {}};
  }
  const auto compared = compare(plan, make_plan(cycle.app, connection, plan.now), connection.cases);
  if (!compared) return compared.error();
  for (const auto& [account, why] : compared->moved) {
    connection.report.account_notes.push_back("left out: " + account + " " + why);
  }
  return store_and_deliver(cycle, connection, plan, *compared);
}

}  // namespace

Result<int> plan_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  const auto link = (*app)->only_link(invocation.option("--connection"));
  if (!link) return link.error();
  const auto rehearsed = rehearsed_day(**app, **link);
  if (!rehearsed) return rehearsed.error();
  const bool as_of = rehearsed->has_value();
  const Instant now = rehearsed->value_or((*app)->now());
  ConnectionCycle connection;
  connection.link = *link;
  connection.report.write = to_text((*link)->settings->write);
  if (const auto whole = was_read_whole(**app, **link); !whole) return whole.error();
  const auto read_at = data_as_of(**app, **link, now);
  if (!read_at) return read_at.error();
  const auto decided = decide_on_stored_data(**app, connection, {now, *read_at, as_of});
  if (!decided) return decided.error();
  Plan plan = make_plan(**app, connection, now);
  plan.as_of_given = as_of;
  const std::string file =
      invocation.arguments.empty() ? plan.id + ".plan" : invocation.arguments.front();
  const auto written = write_file_atomically(file, plan_to_json(plan), 0600);
  if (!written) return in_context("write " + file, written.error());
  std::cout << (invocation.json ? plan_to_json(plan) : plan_to_text(plan, file, false));
  return kDone;
}

Result<int> plan_show_command(const Invocation& invocation) {
  const std::string& file = invocation.arguments.front();
  const auto plan = read_plan(file);
  if (!plan) return plan.error();
  std::cout << (invocation.json ? plan_to_json(*plan)
                                : plan_to_text(*plan, file, invocation.has("--all")));
  return kDone;
}

Result<int> apply_command(const Invocation& invocation) {
  const auto plan = read_plan(invocation.arguments.front());
  if (!plan) return plan.error();
  auto app = App::open(invocation, Access::write);
  if (!app) return app.error();
  if (const auto valid = still_valid(**app, *plan); !valid) return valid.error();
  CycleOptions options;
  options.connection = plan->connection;
  const Instant started = (*app)->clock().now();
  Cycle cycle{**app, options, "", plan->as_of_given ? plan->now : started, started, "", {}, {}};
  if (const auto begun = begin_run(cycle, store::RunKind::apply); !begun) return begun.error();
  const auto done = apply_plan(cycle, *plan);
  if (const auto ended = end_run(cycle, done); !ended) return ended.error();
  if (!done) return done.error();
  std::cout << (invocation.json ? to_json(cycle.report) : to_text(cycle.report));
  return cycle.report.exit_code();
}

}  // namespace upselld::daemon
