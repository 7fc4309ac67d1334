// SPDX-License-Identifier: Apache-2.0
#include "daemon/service_log.h"

#include "daemon/commands.h"
#include "daemon/service_notice.h"

namespace upselld::daemon {
namespace {

std::string summary(const RunReport& report) {
  std::int64_t fields = 0, tasks = 0, rejected = 0;
  for (const ConnectionReport& each : report.connections) {
    fields += each.fields;
    tasks += each.tasks;
    rejected += each.rejected;
  }
  return std::to_string(fields) + " accounts and " + std::to_string(tasks) + " tasks written, " +
         std::to_string(rejected) + " rejected";
}

void log_connections(const RunReport& report, Instant at) {
  const auto tell = [&](LogPriority priority, const char* event, const std::string& connection,
                        const std::string& why) {
    log_event(priority, at, event,
              {{"connection", connection}, {"run", report.run_id}, {"why", why}});
  };
  for (const ConnectionReport& each : report.connections) {
    if (each.failed) tell(LogPriority::error, "connection_failed", each.connection, *each.failed);
    if (each.held_because) {
      tell(LogPriority::warning, "writing_held", each.connection, *each.held_because);
    }
    if (each.out_of_calls) {
      tell(LogPriority::warning, "calls_used_up", each.connection, to_text(*each.out_of_calls));
    }
    for (const auto* notes : {&each.notes, &each.account_notes}) {
      for (const std::string& note : *notes) {
        tell(LogPriority::info, "note", each.connection, note);
      }
    }
  }
  for (const std::string& note : report.notes) tell(LogPriority::info, "note", "", note);
}

}  // namespace

void log_outcome(const std::string& what, const Result<RunReport>& report, std::int64_t seconds,
                 Instant at) {
  if (!report) {
    const bool is_stop = report.error().kind == ErrorKind::cancelled;
    log_event(is_stop ? LogPriority::info : LogPriority::error, at, "sync",
              {{"connection", what},
               {"status", is_stop ? "stopped" : "failed"},
               {"seconds", std::to_string(seconds)},
               {"why", report.error().message}});
    return;
  }
  const bool is_good = report->exit_code() == kDone;
  log_event(is_good ? LogPriority::info : LogPriority::warning, at, "sync",
            {{"connection", what},
             {"run", report->run_id},
             {"status", report->status},
             {"exit", std::to_string(report->exit_code())},
             {"seconds", std::to_string(seconds)},
             {"what", summary(*report)}});
  log_connections(*report, at);
}

int exit_code_of(const Result<RunReport>& report) {
  if (report) return report->exit_code();
  return report.error().kind == ErrorKind::cancelled ? kDone : exit_code_of(report.error());
}

}  // namespace upselld::daemon
