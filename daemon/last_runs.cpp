// SPDX-License-Identifier: Apache-2.0
#include "daemon/last_runs.h"

#include <algorithm>

#include "daemon/app.h"
#include "daemon/run_parts.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

// More syncs than the store keeps at one every quarter of an hour.
constexpr std::size_t kRunsLooked = 50'000;
// A month's at that pace.
constexpr std::size_t kEndedLooked = 3'000;

SyncEnding ending_of(const store::Run& run, const Json& summary, const std::string& connection,
                     bool brings_accounts) {
  if (run.status == store::RunStatus::running) return SyncEnding::cut_short;
  if (!summary.is_object()) {
    return run.status == store::RunStatus::failed ? SyncEnding::failed : SyncEnding::by_itself;
  }
  // A run that ended as a whole ended so for each of its connections.
  if (summary.contains("reason")) {
    return summary.contains("stopped") ? SyncEnding::cut_short : SyncEnding::failed;
  }
  const Json* part = brings_accounts ? part_of(summary, connection) : pull_of(summary, connection);
  if (part == nullptr) return SyncEnding::by_itself;
  if (part->contains("stopped")) return SyncEnding::cut_short;
  if (part->contains("failed")) return SyncEnding::failed;
  return part->contains("out_of_calls") ? SyncEnding::out_of_calls : SyncEnding::by_itself;
}

// Whether its summary is worth reading: a month of them is long.
bool may_tell(const store::Run& run, const std::map<std::string, bool>& wanted) {
  if (run.summary.find("\"took_part\"") == std::string::npos) return true;
  return std::any_of(wanted.begin(), wanted.end(), [&](const auto& each) {
    return run.summary.find('"' + each.first + '"') != std::string::npos;
  });
}

// Gives the syncs of a month that are over, the newest first, to `take(connection, run, ending)`,
// until that has taken one of each connection.
template <typename Take>
Result<void> walk_endings(App& app, const Take& take) {
  std::map<std::string, bool> wanted;
  for (const Link& link : app.links()) wanted[link.name()] = link.brings_accounts();
  return app.ledger().runs.walk(store::RunKind::sync, kEndedLooked, [&](const store::Run& run) {
    if (run.finished_at.is_missing() || !may_tell(run, wanted)) return true;
    const Json summary = Json::parse(run.summary, nullptr, /*allow_exceptions=*/false);
    std::erase_if(wanted, [&](const auto& each) {
      return took_part(summary, each.first) &&
             take(each.first, run, ending_of(run, summary, each.first, each.second));
    });
    return !wanted.empty();
  });
}

}  // namespace

Result<LastRuns> read_last_runs(const Ledger& ledger,
                                const std::map<std::string, bool>& brings_accounts) {
  LastRuns last;
  const auto walked =
      ledger.runs.walk(store::RunKind::sync, kRunsLooked, [&](const store::Run& run) {
        const Json summary = Json::parse(run.summary, nullptr, /*allow_exceptions=*/false);
        for (const auto& [name, brings] : brings_accounts) {
          if (last.sync.contains(name) || !took_part(summary, name)) continue;
          last.sync[name] = {run.started_at, ending_of(run, summary, name, brings)};
        }
        return last.sync.size() < brings_accounts.size();
      });
  if (!walked) return walked.error();
  for (const auto& [name, brings] : brings_accounts) {
    const auto models = ledger.models.list(name);
    if (!models) return models.error();
    for (const store::ModelInfo& model : *models) {
      Instant& at = last.train.try_emplace(name, Instant::missing()).first->second;
      if (at.is_missing() || model.trained_at > at) at = model.trained_at;
    }
  }
  return last;
}

Result<std::optional<store::Run>> last_whole_sync(const Ledger& ledger,
                                                  const std::string& connection) {
  std::optional<store::Run> whole;
  const auto walked =
      ledger.runs.walk(store::RunKind::sync, kRunsLooked, [&](const store::Run& run) {
        const Json summary = Json::parse(run.summary, nullptr, /*allow_exceptions=*/false);
        if (!took_part(summary, connection)) return true;
        // By its reading: writing may have failed after it.
        if (ending_of(run, summary, connection, false) != SyncEnding::by_itself) return true;
        whole = run;
        return false;
      });
  if (!walked) return walked.error();
  return whole;
}

Result<std::map<std::string, LastSync>> read_ended_syncs(App& app) {
  std::map<std::string, LastSync> ended;
  const auto walked = walk_endings(app, [&](const auto& name, const auto& run, SyncEnding ending) {
    if (ending == SyncEnding::cut_short) return false;
    ended[name] = {run.started_at, ending, run.id};
    return true;
  });
  if (!walked) return walked.error();
  return ended;
}

Result<std::map<std::string, Instant>> read_whole_syncs(App& app) {
  std::map<std::string, Instant> whole;
  const auto walked = walk_endings(app, [&](const auto& name, const auto& run, SyncEnding ending) {
    if (ending != SyncEnding::by_itself) return false;
    whole[name] = run.finished_at;
    return true;
  });
  if (!walked) return walked.error();
  return whole;
}

}  // namespace upselld::daemon
