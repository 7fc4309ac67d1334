// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/account_cases.h"
#include "daemon/app.h"
#include "daemon/decide.h"
#include "daemon/decision_store.h"
#include "daemon/run_report.h"

namespace upselld::daemon {

// What a person asked of one cycle.
struct CycleOptions {
  std::string connection;  // only this one; empty: all
  bool full = false;       // everything again, from nothing
  bool dry_run = false;    // bring data, decide nothing
  bool pull_only = false;  // bring data; neither train nor decide
  bool train = false;      // also where there is a model already
  bool only_own = false;   // deliver nothing that earlier runs left
};

// One connection that brings accounts, on its way through the stages.
struct ConnectionCycle {
  Link* link = nullptr;
  store::AccountsLost accounts_lost;
  AccountCases cases;
  Decided decided;
  ConnectionReport report;
};

// One cycle: what the stages pass on to each other.
struct Cycle {
  App& app;
  CycleOptions options;
  std::string run;  // "2026-11-23T07:00Z-4d1e"
  Instant now;      // of data and decisions: --as-of, or when the run began
  Instant started;  // by the clock
  std::string playbook_hash;
  std::vector<ConnectionCycle> connections;
  RunReport report;

  // Only the connections that the person asked for take part.
  bool takes_part(const Link& link) const {
    return options.connection.empty() || options.connection == link.name();
  }
};

// Brings what is new from every connection into the store.
Result<void> pull_stage(Cycle& cycle);
// Reads what became of our open tasks.
Result<void> outcomes_stage(Cycle& cycle, ConnectionCycle& connection);
// Trains where there is no model yet, or where the cycle is to; publishes where the settings say.
Result<void> train_stage(Cycle& cycle, ConnectionCycle& connection);
Result<void> score_stage(Cycle& cycle, ConnectionCycle& connection);
// Decides about every account, tests the brakes, and stores the decisions with their deliveries.
Result<void> decide_stage(Cycle& cycle, ConnectionCycle& connection);
Result<void> deliver_stage(Cycle& cycle, ConnectionCycle& connection);

// The parts of decide_stage, which plans use too.
struct DecideMoment {
  Instant now;
  Instant data_as_of;     // of the last pull: old data makes no tasks
  bool is_as_of = false;  // `now` is a midnight that stands for its whole day
};
Result<DecideInput> decide_input(App& app, Link& link, const AccountCases& cases,
                                 const DecideMoment& moment);
DecisionScope decision_scope(const Cycle& cycle, const ConnectionCycle& connection);
void count_decisions(const AccountCases& cases, const Decided& decided, ConnectionReport& report);
// The brake of `stop_when` that this round would break, in words; nothing: none.
std::optional<std::string> broken_limit(const StopWhen& limits, const ConnectionCycle& connection);

// Trains and stores a model as of `now`; `connection.report.train_json` tells the outcome.
struct TrainOutcome {
  std::string version;
  std::string report_json;
  std::string predictions_csv;
  std::string card;
  bool publishable = false;
  bool published = false;
  std::string reason;
};
// Whether a model that is worth it goes live at once, in the transaction that keeps it.
enum class Publish { ask, automatic };
// A stop is `cancelled`: nothing is stored then.
Result<TrainOutcome> train_and_store(App& app, Link& link, AccountCases& cases, Instant now,
                                     const std::string& run, Publish rule);

// A new run id: minute and four random digits, so that two of one minute can be alike.
std::string new_run_id(Instant now);
// One that no run of the store has. It fails as reading the store does.
Result<std::string> unused_run_id(const store::Runs& runs, Instant now);

}  // namespace upselld::daemon
