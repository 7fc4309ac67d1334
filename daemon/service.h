// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/app.h"
#include "daemon/last_runs.h"
#include "daemon/notices.h"
#include "daemon/run_report.h"
#include "daemon/scheduler.h"
#include "daemon/service_notice.h"
#include "daemon/service_requests.h"
#include "daemon/turns.h"
#include "daemon/web_server.h"
#include "store/database.h"

namespace upselld::daemon {

// `upselld run`: cycles when the schedules say, until it is asked to stop. Between cycles nothing
// is held open, so that other commands work: those that write get their turn between two cycles
// (see control_socket.h), and a cycle that waited a minute for one is tried again a minute later.
// Settings and playbook are those of the last good load: start or hangup. One service for each
// state directory.
class Service {
 public:
  // Wrong settings, or another service on the same state directory: an error.
  static Result<std::unique_ptr<Service>> start(const Invocation& invocation);

  // Until a stop is asked for, or until the next job would be after `until`. Success is the worst
  // exit code of its cycles; one that was put off counts as held.
  Result<int> run(std::optional<Instant> until);

 private:
  Service(const Invocation& invocation, std::unique_ptr<WaitableClock> clock)
      : invocation_(invocation), clock_(std::move(clock)), scheduler_(TimeZone::utc()) {}

  // What one cycle is to do.
  struct Round {
    std::string connection;  // empty: all
    bool train = false;
    std::vector<DueJob> jobs;
  };

  Result<void> load();
  Result<LastRuns> last_runs();
  void schedule(const LastRuns& last);
  void reload();
  std::vector<Round> rounds_of(const std::vector<DueJob>& due) const;
  void serve_web();
  void run_due();
  void run_asked();
  void run_round(const Round& round);
  void make_up_trainings(const Round& round, const Result<RunReport>& report);
  void maintain(App& app);
  void tell_people(const App* app, const std::vector<Finding>& findings);
  void put_off(const Round& round, const std::string& why);
  void ended_with(int exit_code);

  // One connection, as far as schedules know it.
  struct Known {
    std::string name;
    bool brings_accounts = true;
    ScheduleSettings schedule;
  };

  const Invocation invocation_;
  std::unique_ptr<WaitableClock> clock_;
  std::shared_ptr<const Config> config_;
  std::filesystem::path state_;
  std::string instance_;
  TimeZone zone_ = TimeZone::utc();
  std::vector<Known> connections_;  // those that bring only events first
  Scheduler scheduler_;
  Progress progress_{[](const std::string& what) { tell_service_manager("STATUS=" + what); }};
  ServiceRequests requests_{&progress_};
  Turns turns_;
  std::optional<store::StateLock> lock_;
  int exit_code_ = 0;             // the worst until now
  std::optional<Day> tidied_on_;  // the day on which all that is old was dropped
  WebSettings web_settings_;
  std::unique_ptr<WebServer> web_;  // last: it uses what stands above
};

// Whether `upselld run` works on this state directory now.
bool service_runs_on(const std::filesystem::path& state);

}  // namespace upselld::daemon
