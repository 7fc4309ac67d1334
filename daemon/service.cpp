// SPDX-License-Identifier: Apache-2.0
#include "daemon/service.h"

#include <algorithm>
#include <map>
#include <utility>

#include "daemon/clock_hold.h"
#include "daemon/control_socket.h"
#include "daemon/interrupt.h"
#include "daemon/notify.h"
#include "daemon/pipeline.h"
#include "daemon/service_notice.h"
#include "daemon/service_state.h"
#include "daemon/watch_thread.h"
#include "daemon/web_access.h"

namespace upselld::daemon {
namespace {

constexpr Duration kBusyWait = minutes(1);
constexpr int kMissedRunsMin = 2;
constexpr const char* kLockFolder = "service";

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
    for (const std::string& note : each.notes) {
      tell(LogPriority::info, "note", each.connection, note);
    }
  }
  for (const std::string& note : report.notes) tell(LogPriority::info, "note", "", note);
}

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
  auto lock = store::StateLock::acquire(service->state_ / kLockFolder, "upselld run");
  if (!lock) return in_context("another service runs on this state directory", lock.error());
  service->lock_.emplace(std::move(*lock));
  Instant last_sync = Instant::missing();
  std::map<std::string, Instant> last_train;
  if (auto read = service->read_last_runs(last_sync, last_train); !read) return read.error();
  service->schedule(last_sync, last_train);
  return service;
}

// Takes the files' texts when they are right as a whole, and leaves all as it is when not.
Result<void> Service::load() {
  const auto app = App::open(invocation_, Access::settings_only);
  if (!app) return app.error();
  const DaemonSettings& settings = (*app)->settings();
  if (!state_.empty() && state_ != settings.state) {
    return Error{ErrorKind::invalid_config,
                 "state: cannot change while the service runs; start it anew",
                 {}};
  }
  texts_ = (*app)->texts();
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
  std::vector<std::string> names;
  for (const Known& each : connections_) names.push_back(each.name);
  requests_.loaded(texts_, names);
  return {};
}

Result<void> Service::read_last_runs(Instant& last_sync,
                                     std::map<std::string, Instant>& last_train) {
  Invocation invocation = invocation_;
  invocation.quiet = true;  // which file it was has been said
  const auto app = App::open(invocation, Access::read, &texts_);
  if (!app) {
    return app.error().kind == ErrorKind::not_found ? Result<void>() : Result<void>(app.error());
  }
  const auto runs = (*app)->ledger().runs.list(1, store::RunKind::sync);
  if (!runs) return runs.error();
  if (!runs->empty()) last_sync = runs->front().started_at;
  for (const Known& each : connections_) {
    const auto models = (*app)->ledger().models.list(each.name);
    if (!models) return models.error();
    for (const store::ModelInfo& model : *models) {
      Instant& last = last_train.try_emplace(each.name, Instant::missing()).first->second;
      if (last.is_missing() || model.trained_at > last) last = model.trained_at;
    }
  }
  return {};
}

// A first sync trains by itself: without a model there is no training to make up for.
void Service::schedule(Instant last_sync, const std::map<std::string, Instant>& last_train) {
  scheduler_ = Scheduler(zone_);
  for (const Known& each : connections_) {
    const Duration delay = delay_of(instance_, each.name, each.schedule.jitter);
    scheduler_.add(each.name, JobKind::sync, each.schedule.sync, last_sync, delay);
    if (!each.brings_accounts) continue;
    const auto trained = last_train.find(each.name);
    scheduler_.add(each.name, JobKind::train, each.schedule.train,
                   trained == last_train.end() ? clock_->now() : trained->second, delay);
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
    const Instant now = clock_->now();
    std::map<std::string, Instant> trained;
    for (const Known& each : connections_) trained[each.name] = now;
    schedule(now, trained);
    if (!(web_settings_ == web_before)) serve_web();
    log_event(LogPriority::info, clock_->now(), "reloaded");
  }
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
  log_event(LogPriority::warning, clock_->now(), "sync_put_off",
            {{"connection", round.connection.empty() ? "all" : round.connection}, {"why", why}});
}

// Where the store could not be opened, the settings alone are enough to tell.
void Service::tell_people(const App* app, const std::vector<Finding>& findings) {
  if (app != nullptr) {
    notify(*app, findings);
    return;
  }
  Invocation invocation = invocation_;
  invocation.quiet = true;
  const auto settings = App::open(invocation, Access::settings_only, &texts_);
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
  requests_.begins(round.train ? "sync and train" : "sync", what, clock_->now());
  auto app = App::open(invocation, Access::write, &texts_, &progress_);
  if (!app && app.error().kind == ErrorKind::busy) {
    put_off(round, app.error().message);
    return;
  }
  CycleOptions options;
  options.connection = round.connection;
  options.train = round.train;
  const auto report = app ? run_cycle(**app, options) : Result<RunReport>(app.error());
  progress_.begin("");
  auto findings = report ? findings_of(*report) : findings_of(round.connection, report.error());
  for (const DueJob& job : round.jobs) {
    if (job.kind == JobKind::sync) findings.push_back(missed_runs(job));
  }
  tell_people(app ? app->get() : nullptr, findings);
  const auto seconds = std::to_string((clock_->steady() - begun).ms / 1000);
  if (!report) {
    const bool is_stop = report.error().kind == ErrorKind::cancelled;
    log_event(is_stop ? LogPriority::info : LogPriority::error, clock_->now(), "sync",
              {{"connection", what},
               {"status", is_stop ? "stopped" : "failed"},
               {"seconds", seconds},
               {"why", report.error().message}});
    return;
  }
  const bool is_good = report->exit_code() == kDone;
  log_event(is_good ? LogPriority::info : LogPriority::warning, clock_->now(), "sync",
            {{"connection", what},
             {"run", report->run_id},
             {"status", report->status},
             {"exit", std::to_string(report->exit_code())},
             {"seconds", seconds},
             {"what", summary(*report)}});
  log_connections(*report, clock_->now());
}

Result<void> Service::run(std::optional<Instant> until) {
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
  return ended;
}

bool service_runs_on(const std::filesystem::path& state) {
  // Asking for the lock would make the folder.
  std::error_code ignored;
  if (!std::filesystem::exists(state / kLockFolder, ignored)) return false;
  const auto lock = store::StateLock::acquire(state / kLockFolder, "upselld dashboard");
  return !lock && lock.error().kind == ErrorKind::busy;
}

}  // namespace upselld::daemon
