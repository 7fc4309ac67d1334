// SPDX-License-Identifier: Apache-2.0
#include "daemon/first_pull.h"

#include <cstdio>

#include "daemon/due_sweeps.h"
#include "daemon/out_of_calls.h"
#include "daemon/pipeline.h"

namespace upselld::daemon {
namespace {

// A cursor is committed with the first page: without any, nothing was ever brought.
Result<bool> was_pulled(store::Records& records, Link& link) {
  const auto streams = link.connector->streams();
  if (!streams) return in_context(link.name(), streams.error());
  for (const StreamInfo& stream : *streams) {
    const auto cursor = records.cursor(feed_of(link, stream));
    if (!cursor) return cursor.error();
    if (!cursor->bytes.empty()) return true;
  }
  return streams->empty();
}

Result<bool> all_pulled(App& app, const std::string& wanted) {
  auto records = app.open_records();
  if (!records) return records.error();
  for (Link& link : app.links()) {
    if (!link.brings_accounts() || (!wanted.empty() && link.name() != wanted)) continue;
    const auto pulled = was_pulled(**records, link);
    if (!pulled || !*pulled) return pulled;
    const auto is_part = is_part_pulled(app.ledger(), link.name());
    if (!is_part) return is_part.error();
    if (*is_part) return false;
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<App>> open_with_data(const Invocation& invocation) {
  auto app = App::open(invocation, Access::write);
  if (!app) return app;
  const auto pulled = all_pulled(**app, invocation.option("--connection"));
  if (!pulled) return pulled.error();
  if (*pulled) return app;
  if (!invocation.quiet)
    std::fprintf(stderr, "nothing was pulled yet, or not to the end: pulling first\n");
  CycleOptions options;
  options.pull_only = true;
  const auto report = run_cycle(**app, options);
  if (!report) return report.error();
  for (const ConnectionReport& connection : report->connections) {
    if (connection.out_of_calls) {
      return Error{ErrorKind::budget_exhausted, "pull first: " + to_text(*connection.out_of_calls),
                   connection.out_of_calls->goes_on_at};
    }
    if (!connection.failed) continue;
    return Error{ErrorKind::unavailable, "pull first: " + *connection.failed, std::nullopt};
  }
  return app;
}

Result<std::unique_ptr<App>> open_to_read_with_data(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) {
    return app.error().kind == ErrorKind::not_found ? open_with_data(invocation) : std::move(app);
  }
  const auto run = (*app)->ledger().runs.last(store::RunKind::sync);
  if (!run) return run.error();
  if (*run) return app;
  app->reset();
  return open_with_data(invocation);
}

}  // namespace upselld::daemon
