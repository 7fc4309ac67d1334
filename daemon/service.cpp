// SPDX-License-Identifier: Apache-2.0
#include "daemon/service.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/kill_point.h"
#include "daemon/clock_hold.h"
#include "daemon/control_socket.h"
#include "daemon/interrupt.h"
#include "daemon/maintenance.h"
#include "daemon/notify.h"
#include "daemon/pipeline.h"
#include "daemon/service_log.h"
#include "daemon/service_notice.h"
#include "daemon/service_state.h"
#include "daemon/state_owner.h"
#include "daemon/watch_thread.h"
#include "daemon/web_access.h"

namespace upselld::daemon {
namespace {

constexpr Duration kBusyWait = minutes(1);
constexpr int kMissedRunsMin = 2;
// Of a cycle's turn, for its store.
constexpr Duration kMaintenanceMost = seconds(10);
constexpr const char* kLockFolder = "service";

Finding missed_runs(const DueJob& job) {
  return {
      CauseKind::runs_missed, job.connection, job.passed >= kMissedRunsMin,
      std::to_string(job.passed) + " scheduled syncs did not run after that of " + to_text(job.at)};
}

// The service's turn, once it was given; gives it back.
class OwnTurn {
 public:
  explicit OwnTurn(Turns& turns) : turns_(turns) {}
  ~OwnTurn() { turns_.end_cycle(); }
  OwnTurn(const OwnTurn&) = delete;
  OwnTurn& operator=(const OwnTurn&) = delete;

 private:
  Turns& turns_;
};

}  // namespace

Result<std::unique_ptr<Service>> Service::start(const Invocation& invocation) {
  auto clock = make_clock();
  if (!clock) return clock.error();
  std::unique_ptr<Service> service(new Service(invocation, std::move(*clock)));
  if (auto loaded = service->load(); !loaded) return loaded.error();
  if (auto owned = check_owner(service->state_); !owned) return owned.error();
  auto lock = store::StateLock::acquire(service->state_ / kLockFolder, "upselld run");
  if (!lock) return in_context("another service runs on this state directory", lock.error());
  service->lock_.emplace(std::move(*lock));
  const auto last = service->last_runs();
  if (!last) return last.error();
  service->schedule(*last);
  return service;
}

// Takes the files when they are right as a whole, and leaves all as it is when not.
Result<void> Service::load() {
  const auto app = App::open(invocation_, Access::settings_only);
  if (!app) return app.error();
  const DaemonSettings& settings = (*app)->settings();
  if (!state_.empty() && state_ != settings.state) {
    return Error{ErrorKind::invalid_config,
                 "state: cannot change while the service runs; start it anew",
                 {}};
  }
  config_ = (*app)->config();
  state_ = settings.state;
  instance_ = settings.instance;
  zone_ = settings.zone;
  connections_.clear();
  for (const Link& link : (*app)->links()) {
    connections_.push_back({link.name(), link.brings_accounts(), link.settings->schedule});
  }
  std::stable_sort(connections_.begin(), connections_.end(), [](const Known& a, const Known& b) {
    return !a.brings_accounts && b.brings_accounts;
  });
  web_settings_ = settings.web;
  requests_.loaded(config_);
  return {};
}

Result<LastRuns> Service::last_runs() {
  Invocation invocation = invocation_;
  invocation.quiet = true;  // which file it was has been said
  auto app = App::open(invocation, Access::page, config_);
  // A store of a former version is brought to ours at once: pages and commands read it from now on.
  if (!app && app.error().kind == ErrorKind::unsupported) {
    progress_.begin("upgrade of the store");
    const StartThread start(progress_, *clock_);
    app = App::open(invocation, Access::write, config_, &progress_);
    progress_.begin("");
    if (app) log_event(LogPriority::info, clock_->now(), "store_upgraded");
  }
  if (!app && app.error().kind == ErrorKind::not_found) return LastRuns();
  if (!app) return app.error();
  std::map<std::string, bool> brings_accounts;
  for (const Known& each : connections_) brings_accounts[each.name] = each.brings_accounts;
  return read_last_runs((*app)->ledger(), brings_accounts);
}

// A first sync trains by itself: without a model there is no training to make up for. A sync that
// did not come to its end is due again, at its own time. Where a timer starts the processes, each
// start would repeat one that failed or had no calls: it waits for its schedule then, and so does
// its training.
void Service::schedule(const LastRuns& last) {
  scheduler_ = Scheduler(zone_);
  for (const Known& each : connections_) {
    const Duration delay = delay_of(instance_, each.name, each.schedule.jitter);
    const auto known = last.sync.find(each.name);
    const LastSync sync = known == last.sync.end() ? LastSync() : known->second;
    scheduler_.add(each.name, JobKind::sync, each.schedule.sync, sync.began, delay);
    const bool has_no_calls = sync.ending == SyncEnding::out_of_calls;
    const bool is_cut = sync.ending == SyncEnding::failed || sync.ending == SyncEnding::cut_short;
    const bool waits =
        (sync.ending == SyncEnding::failed || has_no_calls) && invocation_.has("--once");
    if (is_cut && !waits) {
      scheduler_.again({each.name, JobKind::sync, sync.began, 0}, sync.began);
    }
    if (!each.brings_accounts) continue;
    const auto trained = last.train.find(each.name);
    scheduler_.add(each.name, JobKind::train, each.schedule.train,
                   trained == last.train.end() ? clock_->now() : trained->second, delay);
    if (waits && scheduler_.is_due(each.name, JobKind::train, sync.began)) {
      scheduler_.join(each.name, JobKind::train, JobKind::sync);
    }
  }
}

// A web server that cannot start is told and harms no sync.
void Service::serve_web() {
  web_.reset();
  forget_login_links(state_);
  if (web_settings_.address.empty()) return;
  auto web = WebServer::start(web_settings_, state_, invocation_, requests_, *clock_);
  if (!web) {
    log_event(LogPriority::error, clock_->now(), "web_server_failed",
              {{"why", web.error().message}});
    return;
  }
  web_ = std::move(*web);
  log_event(LogPriority::info, clock_->now(), "web_server",
            {{"address", web_settings_.address}, {"port", std::to_string(web_->port())}});
}

void Service::reload() {
  tell_service_manager("RELOADING=1");
  const WebSettings web_before = web_settings_;
  if (const auto loaded = load(); !loaded) {
    log_event(LogPriority::error, clock_->now(), "reload_refused",
              {{"why", loaded.error().message}, {"then", "the settings before stay"}});
  } else {
    // What is due already, or put off, stays so.
    const Instant now = clock_->now();
    const auto pending = scheduler_.pending(now);
    LastRuns last;
    for (const Known& each : connections_) {
      last.sync[each.name].began = now;
      last.train[each.name] = now;
    }
    schedule(last);
    for (const DueJob& job : pending) scheduler_.again(job, job.at);
    if (!(web_settings_ == web_before)) serve_web();
    log_event(LogPriority::info, clock_->now(), "reloaded");
  }
  kill_point("service.reloaded");
  tell_service_manager("READY=1");
}

// What is due together for all is one cycle; else one for each connection, so that those that are
// not due are left alone.
std::vector<Service::Round> Service::rounds_of(const std::vector<DueJob>& due) const {
  std::vector<Round> rounds;
  for (const Known& each : connections_) {
    Round round{each.name, false, {}};
    for (const DueJob& job : due) {
      if (job.connection != each.name) continue;
      round.train = round.train || job.kind == JobKind::train;
      round.jobs.push_back(job);
    }
    if (!round.jobs.empty()) rounds.push_back(std::move(round));
  }
  bool train = false, differ = rounds.size() != connections_.size();
  bool is_first = true;
  for (std::size_t i = 0; i < rounds.size() && !differ; ++i) {
    if (!connections_[i].brings_accounts) continue;
    differ = !is_first && train != rounds[i].train;
    train = rounds[i].train;
    is_first = false;
  }
  if (differ) return rounds;
  return {Round{"", train, due}};
}

void Service::run_due() {
  const std::vector<DueJob> due = scheduler_.take(clock_->now());
  for (const DueJob& job : due) {
    if (job.passed == 0) continue;
    log_event(LogPriority::warning, clock_->now(), "times_passed_over",
              {{"connection", job.connection},
               {"job", to_text(job.kind)},
               {"since", to_text(job.at)},
               {"count", std::to_string(job.passed)}});
  }
  for (const Round& round : rounds_of(due)) {
    if (stop_signal().stop_requested()) return;
    run_round(round);
  }
}

// What people asked for beside the schedules, which go on as they were.
void Service::run_asked() {
  for (const std::string& connection : requests_.take_syncs()) {
    if (stop_signal().stop_requested()) return;
    Round round{connection, false, {}};
    for (const Known& each : connections_) {
      if (!connection.empty() && each.name != connection) continue;
      round.jobs.push_back({each.name, JobKind::sync, clock_->now(), 0});
    }
    log_event(LogPriority::info, clock_->now(), "sync_asked",
              {{"connection", connection.empty() ? "all" : connection}});
    run_round(round);
  }
}

void Service::put_off(const Round& round, const std::string& why) {
  if (stop_signal().stop_requested()) return;
  for (const DueJob& job : round.jobs) scheduler_.again(job, clock_->now() + kBusyWait);
  ended_with(kHeldOrRejected);
  log_event(LogPriority::warning, clock_->now(), "sync_put_off",
            {{"connection", round.connection.empty() ? "all" : round.connection}, {"why", why}});
}

// Of those that are not 0, the lower is the worse: failed, wrong settings, held or rejected.
void Service::ended_with(int exit_code) {
  if (exit_code == kDone) return;
  exit_code_ = exit_code_ == kDone ? exit_code : std::min(exit_code, exit_code_);
}

// Where the store could not be opened, the settings alone are enough to tell.
void Service::tell_people(const App* app, const std::vector<Finding>& findings) {
  if (app != nullptr) {
    notify(*app, findings);
    return;
  }
  Invocation invocation = invocation_;
  invocation.quiet = true;
  const auto settings = App::open(invocation, Access::settings_only, config_);
  if (settings) notify(**settings, findings);
}

void Service::run_round(const Round& round) {
  const std::string what = round.connection.empty() ? "all" : round.connection;
  tell_service_manager("STATUS=sync of " + what + (round.train ? ", with training" : ""));
  Invocation invocation = invocation_;
  invocation.quiet = true;
  invocation.command = "run";
  const Duration begun = clock_->steady();
  if (!turns_.begin_cycle(stop_signal())) {
    put_off(round, "a command has its turn");
    return;
  }
  const OwnTurn turn(turns_);
  kill_point("service.turn_taken");
  requests_.begins(round.train ? "sync and train" : "sync", what, clock_->now());
  auto app = App::open(invocation, Access::write, config_, &progress_);
  if (!app && app.error().kind == ErrorKind::busy) {
    put_off(round, app.error().message);
    return;
  }
  CycleOptions options;
  options.connection = round.connection;
  options.train = round.train;
  const auto report = app ? run_cycle(**app, options) : Result<RunReport>(app.error());
  kill_point("service.cycle_ended");
  progress_.begin("");
  make_up_trainings(round, report);
  auto findings = report ? findings_of(*report) : findings_of(round.connection, report.error());
  for (const DueJob& job : round.jobs) {
    if (job.kind == JobKind::sync) findings.push_back(missed_runs(job));
  }
  tell_people(app ? app->get() : nullptr, findings);
  log_outcome(what, report, (clock_->steady() - begun).ms / 1000, clock_->now());
  ended_with(exit_code_of(report));
  if (app) maintain(**app);
  kill_point("service.maintained");
}

// A training that its cycle did not come to, because it could not read its CRM for one, is due
// again with the connection's next sync: the schedule's next time may be a month away.
void Service::make_up_trainings(const Round& round, const Result<RunReport>& report) {
  if (stop_signal().stop_requested()) return;
  for (const DueJob& job : round.jobs) {
    if (job.kind != JobKind::train) continue;
    const auto came = [&](const ConnectionReport& each) {
      return each.connection == job.connection && each.came_to_training;
    };
    if (report && std::any_of(report->connections.begin(), report->connections.end(), came)) {
      continue;
    }
    scheduler_.join(job.connection, JobKind::train, JobKind::sync);
    log_event(LogPriority::warning, clock_->now(), "training_put_off",
              {{"connection", job.connection}, {"until", "its next sync"}});
  }
}

// In the cycle's turn; who waits for his own has it at once.
void Service::maintain(App& app) {
  const Duration begun = clock_->steady();
  const auto may_go_on = [&] {
    return !stop_signal().stop_requested() && !turns_.is_awaited() &&
           clock_->steady() - begun < kMaintenanceMost;
  };
  const auto failed = [&](const Error& error) {
    log_event(LogPriority::warning, clock_->now(), "maintenance_failed", {{"why", error.message}});
  };
  const Day today = zone_.day_of(clock_->now());
  if (tidied_on_ != today) {
    progress_.begin("maintenance");
    const auto done = drop_what_is_old(app, may_go_on);
    progress_.begin("");
    if (!done) return failed(done.error());
    if (done->is_done) tidied_on_ = today;
    if (!done->dropped.empty()) {
      log_event(LogPriority::info, clock_->now(), "dropped", {{"what", done->dropped}});
    }
  }
  if (!may_go_on()) return;
  if (const auto emptied = empty_log(app); !emptied) failed(emptied.error());
}

Result<int> Service::run(std::optional<Instant> until) {
  take_hangups();
  const WatchThread watch(progress_, *clock_);
  const auto control =
      ControlSocket::open(state_, turns_, [this] { return state_json(requests_.state()); });
  if (!control) return control.error();
  tell_service_manager("READY=1");
  log_event(LogPriority::info, clock_->now(), "started", {{"state", state_.string()}});
  serve_web();
  Result<void> ended;
  while (!stop_signal().stop_requested()) {
    const bool is_hung_up = take_hangup();
    if (requests_.take_reload() || is_hung_up) reload();
    run_asked();
    const auto next = scheduler_.next();
    if (!next || (until && *next > *until)) break;
    requests_.waits(clock_->now(), *next);
    tell_service_manager("STATUS=next sync at " + to_text(std::max(*next, clock_->now())));
    const std::stop_token wake = wake_signal();
    if (rest_until(*clock_, *next, wake)) {
      run_due();
    } else if (!wake.stop_requested()) {
      ended = Error{ErrorKind::io, "run: $UPSELLD_CLOCK names a file that cannot be written", {}};
      break;
    }
  }
  tell_service_manager("STOPPING=1");
  web_.reset();
  log_event(LogPriority::info, clock_->now(), "stopped");
  if (!ended) return ended.error();
  return exit_code_;
}

bool service_runs_on(const std::filesystem::path& state) {
  // Asking for the lock would make the folder.
  std::error_code ignored;
  if (!std::filesystem::exists(state / kLockFolder, ignored)) return false;
  const auto lock = store::StateLock::acquire(state / kLockFolder, "upselld dashboard");
  return !lock && lock.error().kind == ErrorKind::busy;
}

}  // namespace upselld::daemon
