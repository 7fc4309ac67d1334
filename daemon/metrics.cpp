// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <vector>

#include "core/file_io.h"
#include "core/time_zone.h"
#include "daemon/last_runs.h"
#include "daemon/live_model.h"
#include "daemon/notices.h"
#include "daemon/run_parts.h"
#include "daemon/version.h"
#include "store/budget.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;
using Labels = prometheus::Labels;

// A week of hourly ones. Each is read for a connection that failed or was only read in all of them.
constexpr std::size_t kSyncsLooked = 200;

double seconds_of(Instant at) {
  return static_cast<double>(at.ms) / 1000;
}

// Families by name; a family without a value is not shown.
class Figures {
 public:
  void gauge(const char* name, const char* help, const Labels& labels, double value) {
    prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add(labels).Set(value);
  }
  void counter(const char* name, const char* help, const Labels& labels, double value) {
    prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add(labels).Increment(
        value);
  }
  std::string text() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

 private:
  prometheus::Registry registry_{prometheus::Registry::InsertBehavior::Merge};
};

Result<void> add_runs(App& app, Figures& out) {
  const auto counts = app.ledger().runs.counts();
  if (!counts) return counts.error();
  for (const auto& [kind, by_status] : *counts) {
    for (const auto& [status, count] : by_status) {
      out.counter("upselld_runs_total", "Runs that were begun, by kind and how they ended.",
                  {{"kind", store::to_text(kind)}, {"status", store::to_text(status)}},
                  static_cast<double>(count));
    }
  }
  return {};
}

// A share of what is refused is one of these: the outbox keeps deliveries of a year and more.
void add_items(const std::string& name, const Json& of, Figures& out) {
  const auto delivered = of.find("delivered");
  const auto rejected = of.find("rejected");
  if (delivered == of.end() || !delivered->is_object()) return;
  if (rejected == of.end() || !rejected->is_number()) return;
  double sum = 0;
  for (const auto& [kind, count] : delivered->items()) {
    if (count.is_number()) sum += count.get<double>();
  }
  for (const auto& [state, count] :
       {std::pair{"delivered", sum}, std::pair{"rejected", rejected->get<double>()}}) {
    out.gauge("upselld_last_sync_items", "Fields and tasks that the last sync wrote, by outcome.",
              {{"connection", name}, {"state", state}}, count);
  }
}

// Figures of the last sync that came to an end, from what it wrote down of itself.
void add_connection(const std::string& name, const Json& of, Figures& out) {
  const auto number = [&](const char* key, const char* metric, const char* help) {
    const auto at = of.find(key);
    if (at != of.end() && at->is_number()) {
      out.gauge(metric, help, {{"connection", name}}, at->get<double>());
    }
  };
  number("accounts", "upselld_accounts", "Accounts in scope at the last sync.");
  number("scored", "upselld_accounts_scored", "Accounts that have a score since the last sync.");
  add_items(name, of, out);
  const auto bands = of.find("bands");
  if (bands == of.end() || !bands->is_object()) return;
  for (const auto& [band, count] : bands->items()) {
    if (!count.is_number()) continue;
    out.gauge("upselld_accounts_in_band", "Accounts by band at the last sync.",
              {{"connection", name}, {"band", band}}, count.get<double>());
  }
}

Result<void> add_last_sync(App& app, Figures& out) {
  const auto last = app.ledger().runs.last(store::RunKind::sync);
  if (!last) return last.error();
  if (!*last) return {};
  const store::Run& run = **last;
  out.gauge("upselld_last_sync_timestamp_seconds", "When the last sync ended, however it did.", {},
            seconds_of(run.finished_at));
  out.gauge("upselld_last_sync_success", "1 if the last sync ended as done, else 0.", {},
            run.status == store::RunStatus::done ? 1 : 0);
  out.gauge("upselld_last_sync_duration_seconds", "How long the last sync took.", {},
            seconds_of(run.finished_at) - seconds_of(run.started_at));
  return {};
}

// Where connections are synced at times of their own, the last sync is of one of them only.
Result<void> add_failures(App& app, Figures& out) {
  const auto ended = read_ended_syncs(app);
  if (!ended) return ended.error();
  for (const auto& [name, sync] : *ended) {
    out.gauge("upselld_last_sync_failed",
              "1 where the connection's last sync that came to an end failed, else 0.",
              {{"connection", name}}, sync.ending == SyncEnding::failed ? 1 : 0);
  }
  const auto whole = read_whole_syncs(app);
  if (!whole) return whole.error();
  for (const auto& [name, at] : *whole) {
    out.gauge("upselld_last_whole_sync_timestamp_seconds",
              "When the connection's last sync ended that neither failed nor was cut short.",
              {{"connection", name}}, seconds_of(at));
  }
  return {};
}

// False for a sync that did not come to the scores: its counts are nought, and mean nothing.
bool tells_of_accounts(const Json& summary, const Json& part) {
  if (!part.contains("accounts")) return false;
  const auto bands = part.find("bands");
  if (bands != part.end() && bands->is_object() && !bands->empty()) return true;
  return !summary.contains("pull_only") && !part.contains("failed") &&
         !part.contains("out_of_calls") && !part.contains("stopped");
}

// Connections may be synced at times of their own: each has the newest sync that tells of it.
Result<void> add_connections(App& app, Figures& out) {
  std::set<std::string> names;
  for (const Link& link : app.links()) {
    if (link.brings_accounts()) names.insert(link.name());
  }
  return app.ledger().runs.walk(store::RunKind::sync, kSyncsLooked, [&](const store::Run& run) {
    const bool may_tell = std::any_of(names.begin(), names.end(), [&](const auto& name) {
      return run.summary.find('"' + name + '"') != std::string::npos;
    });
    if (run.finished_at.is_missing() || !may_tell) return true;
    const Json summary = Json::parse(run.summary, nullptr, false);
    std::erase_if(names, [&](const std::string& name) {
      const Json* of = part_of(summary, name);
      if (of == nullptr || !tells_of_accounts(summary, *of)) return false;
      add_connection(name, *of, out);
      return true;
    });
    return !names.empty();
  });
}

Result<void> add_deliveries(App& app, const std::string& name, Figures& out) {
  const auto counts = app.ledger().outbox.counts(name);
  if (!counts) return counts.error();
  for (const auto& [kind, by_state] : counts->rows) {
    for (const auto& [state, count] : by_state) {
      out.gauge(
          "upselld_deliveries", "Deliveries in the outbox, by kind and state.",
          {{"connection", name}, {"kind", store::to_text(kind)}, {"state", store::to_text(state)}},
          static_cast<double>(count));
    }
  }
  return {};
}

Result<void> add_model(App& app, const std::string& name, Figures& out) {
  const auto live = app.ledger().models.published(name);
  if (!live) return live.error();
  const std::string version = live->value_or("");
  out.gauge("upselld_model_info", "The model that ranks; rules-1 without one.",
            {{"connection", name}, {"version", live_name(version)}}, 1);
  if (version.empty()) return {};
  const auto model = app.ledger().models.find(name, version);
  if (!model) return model.error();
  if (*model) {
    out.gauge("upselld_model_trained_timestamp_seconds", "When the model that ranks was trained.",
              {{"connection", name}}, seconds_of((*model)->trained_at));
  }
  return {};
}

Result<void> add_calls(App& app, const Link& link, Figures& out) {
  store::BudgetLimits limits;
  limits.own_share = link.settings->api_budget;
  const store::Budget budget(app.database(), link.name(), limits);
  const auto status = budget.status(TimeZone::utc().day_of(app.clock().now()));
  if (!status) return status.error();
  const Labels labels = {{"connection", link.name()}};
  out.gauge("upselld_api_calls_used", "Calls to the CRM on this day of UTC.", labels,
            static_cast<double>(status->used));
  out.gauge("upselld_api_calls_limit", "Our share of the CRM's calls a day.", labels,
            static_cast<double>(status->own_limit));
  return {};
}

Result<void> add_brakes(App& app, Figures& out) {
  const auto waiting = app.ledger().brakes.waiting();
  if (!waiting) return waiting.error();
  for (const Link& link : app.links()) {
    const auto paused = app.ledger().brakes.paused(link.name());
    if (!paused) return paused.error();
    const Labels labels = {{"connection", link.name()}};
    out.gauge("upselld_paused", "1 while a person has paused the writing.", labels,
              *paused ? 1 : 0);
    const bool is_held =
        std::any_of(waiting->begin(), waiting->end(),
                    [&](const store::HeldRun& held) { return held.connection == link.name(); });
    out.gauge("upselld_held", "1 while a brake of stop_when holds the writing.", labels,
              is_held ? 1 : 0);
  }
  return {};
}

void add_causes(App& app, Figures& out) {
  for (const Notice& notice : Notices::open(app.settings().state).open_causes()) {
    out.gauge("upselld_cause", "1 for each cause that `notify` told of and that is not over.",
              {{"cause", to_text(notice.kind)},
               {"connection", notice.connection.empty() ? "all" : notice.connection}},
              1);
  }
}

void add_sizes(App& app, Figures& out) {
  const std::string database = app.database_path().string();
  for (const auto& [part, path] :
       {std::pair{"data", database}, std::pair{"log", database + "-wal"}}) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(path, failed);
    if (failed) continue;
    out.gauge("upselld_database_size_bytes", "Size of the store and of its write-ahead log.",
              {{"part", part}}, static_cast<double>(size));
  }
}

Result<void> add_store(App& app, Figures& out) {
  if (auto added = add_runs(app, out); !added) return added;
  if (auto added = add_last_sync(app, out); !added) return added;
  if (auto added = add_failures(app, out); !added) return added;
  if (auto added = add_connections(app, out); !added) return added;
  for (const Link& link : app.links()) {
    if (auto added = add_calls(app, link, out); !added) return added;
    if (!link.brings_accounts()) continue;
    if (auto added = add_deliveries(app, link.name(), out); !added) return added;
    if (auto added = add_model(app, link.name(), out); !added) return added;
  }
  add_causes(app, out);
  add_sizes(app, out);
  return add_brakes(app, out);
}

// What every program tells of its process, under the names that dashboards know.
void add_process(Figures& out) {
  constexpr std::size_t kBytesMax = 4'096;
  const auto stat = read_file("/proc/self/stat", kBytesMax);
  const auto memory = read_file("/proc/self/statm", kBytesMax);
  if (!stat || !memory) return;
  // After the name in brackets, which may hold anything: field 3 and on.
  std::istringstream fields(stat->substr(stat->rfind(')') + 1));
  std::vector<std::string> field;
  for (std::string one; fields >> one;) field.push_back(one);
  if (field.size() < 13) return;
  const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  out.counter("process_cpu_seconds_total", "User and system CPU time.", {},
              (std::stod(field[11]) + std::stod(field[12])) / ticks);
  std::istringstream pages(*memory);
  double all = 0, resident = 0;
  pages >> all >> resident;
  out.gauge("process_resident_memory_bytes", "Resident memory.", {},
            resident * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  std::error_code failed;
  double open = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", failed), end; !failed && at != end;
       at.increment(failed)) {
    ++open;
  }
  out.gauge("process_open_fds", "Open file descriptors.", {}, open);
}

void add_service(const ServiceState& state, Figures& out) {
  out.gauge("upselld_service_busy", "1 while a sync or a training runs, 0 between two.", {},
            state.stage.empty() ? 0 : 1);
  out.counter("upselld_service_steps_total",
              "Records, calls, accounts and rounds that cycles of this process went through.", {},
              static_cast<double>(state.moves));
  if (!state.next_at.is_missing()) {
    out.gauge("upselld_next_sync_timestamp_seconds", "When the next sync is due.", {},
              seconds_of(state.next_at));
  }
  add_process(out);
}

}  // namespace

Result<std::string> metrics_text(App* app, const std::optional<ServiceState>& service) {
  Figures figures;
  figures.gauge("upselld_build_info", "The version of the program.", {{"version", kVersion}}, 1);
  if (service) add_service(*service, figures);
  if (app != nullptr) {
    if (const auto added = add_store(*app, figures); !added) return added.error();
  }
  return figures.text();
}

}  // namespace upselld::daemon
