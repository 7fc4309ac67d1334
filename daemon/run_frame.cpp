// SPDX-License-Identifier: Apache-2.0
#include "daemon/run_frame.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "core/digest.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

// Keeps a text by hash; writes `config_changed` when another one was in use before.
Result<std::string> keep(Cycle& cycle, store::Transaction& transaction, const std::string& kind,
                         const std::string& text) {
  Ledger& ledger = cycle.app.ledger();
  const auto before = ledger.configs.last_used(kind);
  if (!before) return before.error();
  const auto hash = ledger.configs.put(transaction, text);
  if (!hash) return hash.error();
  const auto changed = ledger.configs.use(transaction, kind, *hash);
  if (!changed) return changed.error();
  if (*changed) {
    const Json payload = {{"what", kind}, {"hash", *hash}, {"before", before->value_or("")}};
    const auto appended = ledger.audit.append(
        transaction,
        {store::AuditKind::config_changed, cycle.started, cycle.run, {}, payload.dump()});
    if (!appended) return appended.error();
  }
  return *hash;
}

// The summary that the run began with says who took part.
std::string cut_short(const store::Run& run, const std::string& reason) {
  Json summary = Json::parse(run.summary, nullptr, /*allow_exceptions=*/false);
  if (!summary.is_object()) summary = Json::object();
  summary["reason"] = reason;
  summary["stopped"] = true;
  return summary.dump();
}

std::string failed_whole(const RunReport& report, const Error& error) {
  Json summary = {{"took_part", report.took_part}, {"reason", error.message}};
  if (error.kind == ErrorKind::cancelled) summary["stopped"] = true;
  return summary.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Runs of processes that ended in between.
Result<void> close_unfinished(Cycle& cycle, store::Transaction& transaction) {
  Ledger& ledger = cycle.app.ledger();
  const auto unfinished = ledger.runs.unfinished();
  if (!unfinished) return unfinished.error();
  for (const store::Run& run : *unfinished) {
    const auto finished =
        ledger.runs.finish(transaction, run.id, store::RunStatus::failed,
                           cut_short(run, "the process ended in between"), cycle.started);
    if (!finished) return finished;
    cycle.report.notes.push_back("run " + run.id + " did not finish; this run goes on from there");
  }
  return {};
}

// A run that decided anew has said so with its decisions; one that did not says whose stand.
Result<void> tell_standing(Cycle& cycle, store::Transaction& transaction) {
  std::vector<store::AuditEntry> entries;
  for (const ConnectionReport& report : cycle.report.connections) {
    if (report.decided_by.empty()) continue;
    const Json payload = {{"connection", report.connection},
                          {"accounts", report.accounts},
                          {"decided_by", report.decided_by}};
    entries.push_back(
        {store::AuditKind::run, cycle.app.clock().now(), cycle.run, {}, payload.dump()});
  }
  return cycle.app.ledger().audit.append(transaction, entries);
}

// Something was due, and none of it has arrived: no success, whatever the reason.
bool delivered_nothing(const ConnectionReport& report) {
  return report.fields + report.tasks + report.withdrawn == 0 &&
         report.deferred + report.unknown > 0;
}

}  // namespace

std::string new_run_id(Instant now) {
  const std::string text = to_text(now);  // 2026-11-23T07:00:12Z
  return text.substr(0, 16) + "Z-" + hex(random_bytes(2));
}

Result<std::string> unused_run_id(const store::Runs& runs, Instant now) {
  for (;;) {
    std::string id = new_run_id(now);
    const auto known = runs.find(id);
    if (!known) return known.error();
    if (!known->has_value()) return id;
  }
}

Result<void> begin_run(Cycle& cycle, store::RunKind kind) {
  Ledger& ledger = cycle.app.ledger();
  auto id = unused_run_id(ledger.runs, cycle.started);
  if (!id) return id.error();
  cycle.run = *std::move(id);
  cycle.report.run_id = cycle.run;
  cycle.report.now_text = to_text(cycle.now);
  cycle.report.dry_run = cycle.options.dry_run;
  cycle.report.pull_only = cycle.options.pull_only;
  if (!cycle.options.connection.empty() &&
      cycle.app.settings().connection(cycle.options.connection) == nullptr) {
    return Error{ErrorKind::invalid_config,
                 "there is no connection " + cycle.options.connection + " in the settings",
                 {}};
  }
  for (Link& link : cycle.app.links()) {
    if (!cycle.takes_part(link)) continue;
    cycle.report.took_part.push_back(link.name());
    if (!link.brings_accounts()) continue;
    ConnectionCycle connection;
    connection.link = &link;
    connection.report.connection = link.name();
    connection.report.several = cycle.app.has_several();
    connection.report.write = to_text(link.settings->write);
    cycle.connections.push_back(std::move(connection));
  }
  if (const auto recovered = ledger.outbox.recover(); !recovered) return recovered.error();
  auto transaction =
      store::Transaction::begin(ledger.database, "run_begin", store::Durability::full);
  if (!transaction) return transaction.error();
  if (const auto closed = close_unfinished(cycle, *transaction); !closed) return closed;
  const auto begun = ledger.runs.begin(
      *transaction, {cycle.run, kind, store::RunStatus::running, cycle.now, cycle.started,
                     Instant::missing(), Json({{"took_part", cycle.report.took_part}}).dump()});
  if (!begun) return begun;
  const auto settings = keep(cycle, *transaction, "settings", cycle.app.settings_text());
  if (!settings) return settings.error();
  const auto playbook = keep(cycle, *transaction, "playbook", cycle.app.playbook().text);
  if (!playbook) return playbook.error();
  cycle.playbook_hash = *playbook;
  return transaction->commit();
}

Result<void> end_run(Cycle& cycle, const Result<void>& outcome) {
  Ledger& ledger = cycle.app.ledger();
  RunReport& report = cycle.report;
  for (ConnectionCycle& connection : cycle.connections) {
    if (connection.report.failed) report.status = "failed";
    const bool waits = connection.report.paused || connection.report.out_of_calls;
    if (waits && report.status == "done") report.status = "held";
    if (connection.report.stopped && report.status == "done") {
      report.status = "held";
      connection.report.notes.push_back(
          "stopped by a signal; what was not delivered waits for the next sync");
    }
    if (delivered_nothing(connection.report)) {
      report.incomplete = true;
      connection.report.notes.push_back(
          "nothing of what is due has arrived yet; it goes on with a later sync");
    }
    report.connections.push_back(connection.report);
  }
  if (!outcome) report.status = "failed";
  store::RunStatus status = store::RunStatus::done;
  if (report.status == "failed") status = store::RunStatus::failed;
  if (report.status == "held") status = store::RunStatus::held;
  const Instant at = cycle.app.clock().now();
  auto transaction = store::Transaction::begin(ledger.database, "run_end", store::Durability::full);
  if (!transaction) return transaction.error();
  if (const auto told = tell_standing(cycle, *transaction); !told) return told;
  const auto head = ledger.audit.head();
  if (!head) return head.error();
  report.audit_entries = static_cast<std::int64_t>(head->entries);
  report.audit_head = hex(head->hash);
  const std::string summary = outcome ? stored_json(report) : failed_whole(report, outcome.error());
  const auto finished = ledger.runs.finish(*transaction, cycle.run, status, summary, at);
  if (!finished) return finished;
  return transaction->commit();
}

}  // namespace upselld::daemon
