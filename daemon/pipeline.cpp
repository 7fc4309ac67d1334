// SPDX-License-Identifier: Apache-2.0
#include "daemon/pipeline.h"

#include <utility>

#include "daemon/interrupt.h"
#include "daemon/out_of_calls.h"
#include "daemon/run_frame.h"

namespace upselld::daemon {
namespace {

using Stage = Result<void> (*)(Cycle&, ConnectionCycle&);
struct NamedStage {
  const char* name;
  Stage run;
};

constexpr NamedStage kStages[] = {
    {"outcomes", outcomes_stage}, {"train", train_stage},     {"score", score_stage},
    {"decide", decide_stage},     {"deliver", deliver_stage},
};

Result<void> timed(Cycle& cycle, const char* name, ConnectionCycle& connection, Stage stage) {
  const Duration begun = cycle.app.clock().steady();
  cycle.app.progress().begin(std::string(name) + " " + connection.link->name());
  const auto done = stage(cycle, connection);
  const double seconds = static_cast<double>((cycle.app.clock().steady() - begun).ms) / 1000;
  connection.report.seconds[name] += seconds;
  cycle.report.seconds[name] += seconds;
  return done;
}

Result<void> pull(Cycle& cycle) {
  const Duration begun = cycle.app.clock().steady();
  const auto done = pull_stage(cycle);
  cycle.report.seconds["pull"] =
      static_cast<double>((cycle.app.clock().steady() - begun).ms) / 1000;
  return done;
}

// A connection that failed is told and left out of the later stages; the others go on.
Result<void> go_through(Cycle& cycle, ConnectionCycle& connection) {
  for (const NamedStage& stage : kStages) {
    if (connection.report.failed || connection.report.out_of_calls) break;
    if (stop_signal().stop_requested()) {
      return Error{ErrorKind::cancelled, "stopped by a signal", {}};
    }
    const auto done = timed(cycle, stage.name, connection, stage.run);
    if (done) continue;
    const ErrorKind kind = done.error().kind;
    if (kind == ErrorKind::invalid_config || kind == ErrorKind::cancelled) return done;
    if (kind == ErrorKind::budget_exhausted) {
      connection.report.out_of_calls = out_of_calls(*connection.link, done.error(), {});
    } else {
      connection.report.failed = done.error().message;
      connection.report.failed_kind = kind;
    }
  }
  connection.report.api_calls = connection.link->host->calls();
  // The walk holds a read transaction: done with it.
  connection.cases.walk.reset();
  return {};
}

Result<void> run_stages(Cycle& cycle) {
  if (const auto pulled = pull(cycle); !pulled) return pulled;
  if (cycle.options.pull_only) return {};
  for (ConnectionCycle& connection : cycle.connections) {
    if (const auto done = go_through(cycle, connection); !done) return done;
  }
  return {};
}

}  // namespace

Result<RunReport> run_cycle(App& app, const CycleOptions& options) {
  Cycle cycle{app, options, "", app.now(), app.clock().now(), "", {}, {}};
  if (const auto begun = begin_run(cycle, store::RunKind::sync); !begun) return begun.error();
  const auto done = run_stages(cycle);
  if (const auto ended = end_run(cycle, done); !ended) return ended.error();
  if (!done) return done.error();
  return std::move(cycle.report);
}

}  // namespace upselld::daemon
