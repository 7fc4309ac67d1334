// SPDX-License-Identifier: Apache-2.0
#include "daemon/last_runs.h"

#include "daemon/run_parts.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

// More syncs than the store keeps at one every quarter of an hour.
constexpr std::size_t kRunsLooked = 50'000;

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
  const Json* part = brings_accounts ? part_of(summary, connection) : nullptr;
  if (part == nullptr) return SyncEnding::by_itself;
  if (part->contains("stopped")) return SyncEnding::cut_short;
  return part->contains("failed") ? SyncEnding::failed : SyncEnding::by_itself;
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

}  // namespace upselld::daemon
