// SPDX-License-Identifier: Apache-2.0
#include "daemon/pause_change.h"

#include <nlohmann/json.hpp>

#include "daemon/audit_note.h"
#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

std::string named(const std::string& connection) {
  return connection.empty() ? "every connection" : connection;
}

}  // namespace

Result<PauseAnswer> change_pause(Ledger& ledger, const PauseChange& change, Instant at) {
  auto transaction = store::Transaction::begin(ledger.database, "pause", store::Durability::full);
  if (!transaction) return transaction.error();
  const auto changed =
      change.paused
          ? ledger.brakes.pause(*transaction, {change.connection, at, change.by, change.why})
          : ledger.brakes.resume(*transaction, change.connection);
  if (!changed) return changed.error();
  if (*changed) {
    const Json payload = {{"connection", change.connection.empty() ? "all" : change.connection},
                          {"paused", change.paused},
                          {"by", change.by},
                          {"why", change.why}};
    const auto noted = note_act(ledger, *transaction, {store::AuditKind::paused, payload, {}}, at);
    if (!noted) return noted.error();
  }
  const auto stopped = ledger.brakes.paused(change.connection);
  if (!stopped) return stopped.error();
  if (const auto committed = transaction->commit(); !committed) return committed.error();
  return PauseAnswer{*changed, *stopped};
}

std::string lifting(const store::Pause& pause) {
  return pause.connection.empty() ? "upselld resume" : "upselld resume " + pause.connection;
}

std::string sentence_of(const PauseChange& change, const PauseAnswer& answer) {
  const std::string what = "writing to " + named(change.connection);
  if (!answer.stopped) return what + (answer.changed ? " goes on" : " was not paused");
  const std::string go_on = "; go on with: " + lifting(*answer.stopped);
  const bool is_own = answer.stopped->connection == change.connection;
  if (change.paused && is_own) {
    return what + (answer.changed ? " is paused" : " was paused already") + go_on;
  }
  // A pause of all stops it, whatever became of its own.
  return what + (change.paused ? " is paused" : " stays paused") + ", for " +
         named(answer.stopped->connection) + " was paused by " + printable(answer.stopped->by) +
         go_on;
}

Json json_of(const PauseChange& change, const PauseAnswer& answer) {
  Json json = {{"connection", change.connection.empty() ? "all" : change.connection},
               {"paused", answer.stopped.has_value()},
               {"changed", answer.changed},
               {"by", change.by},
               {"why", change.why}};
  if (answer.stopped) {
    const std::string& stopped = answer.stopped->connection;
    json["paused_by"] = answer.stopped->by;
    json["paused_connection"] = stopped.empty() ? "all" : stopped;
    json["go_on_with"] = lifting(*answer.stopped);
  }
  return json;
}

}  // namespace upselld::daemon
