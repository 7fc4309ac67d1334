// SPDX-License-Identifier: Apache-2.0
#include "daemon/web_change.h"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "daemon/replay_frame.h"

namespace upselld::daemon {
namespace {

// Decisions stand among what was meant and done about them.
constexpr std::size_t kEntriesLooked = 200;
constexpr double kMarginStep = 1e-9;

struct PastDecision {
  std::uint64_t sequence = 0;
  Instant at;
  Json payload;

  Json result() const { return payload.value("result", Json::object()); }
  bool has_score() const {
    const Json all = result();
    return all.contains("score") && all["score"].value("has_probability", false);
  }
  Score score() const { return score_of(result()["score"]); }
};

Result<std::vector<PastDecision>> last_two(App& app, const store::AccountRef& account) {
  const store::AuditChain& audit = app.ledger().audit;
  store::AuditFilter filter;
  filter.account = account.number;
  filter.newest_first = true;
  filter.count_max = kEntriesLooked;
  const auto headers = audit.list(filter);
  if (!headers) return headers.error();
  std::vector<PastDecision> found;
  for (const store::AuditHeader& header : *headers) {
    if (header.kind != store::AuditKind::decided) continue;
    const auto text = audit.payload(header.sequence);
    if (!text) return text.error();
    if (!*text) continue;
    Json payload = Json::parse(**text, nullptr, false);
    if (!payload.is_object()) continue;
    found.push_back({header.sequence, header.at, std::move(payload)});
    if (found.size() == 2) break;
  }
  return found;
}

// The old row through the new model: what the model alone did. Nothing: its columns are others.
std::optional<Score> through_new_model(App& app, const PastDecision& before,
                                       const PastDecision& after) {
  ReplayFrames frames(app);
  const auto get = [&](const PastDecision& one) {
    return frames.get(one.payload.value("frame", std::string()),
                      one.payload.value("connection", std::string()));
  };
  const auto old_frame = get(before), new_frame = get(after);
  if (!old_frame || !new_frame || (*old_frame)->row_names != (*new_frame)->row_names) {
    return std::nullopt;
  }
  auto score = (*new_frame)->score(row_of(before.payload.value("row", std::string())));
  if (!score || !score->has_probability) return std::nullopt;
  return std::move(*score);
}

double points(const Score& score) {
  return 100 * score.probability;
}

// Between two scores of one model: its groups' steps in log-odds, as shares of the way in points.
void add_groups(const Score& from, const Score& to, Json& parts) {
  const double way = points(to) - points(from);
  std::map<std::string, double> steps;
  for (const Reason& reason : to.reasons) steps[reason.group] += reason.contribution;
  for (const Reason& reason : from.reasons) steps[reason.group] -= reason.contribution;
  double all = 0;
  for (const auto& [group, step] : steps) all += step;
  if (std::abs(all) < kMarginStep) {
    if (way != 0) parts.push_back({{"kind", "data"}, {"group", ""}, {"points", way}});
    return;
  }
  for (const auto& [group, step] : steps) {
    if (step == 0) continue;
    parts.push_back({{"kind", "data"}, {"group", group}, {"points", way * step / all}});
  }
}

Json parts_of(App& app, const PastDecision& before, const PastDecision& after) {
  Json parts = Json::array();
  const Score from = before.score(), to = after.score();
  if (from.model_version == to.model_version) {
    add_groups(from, to, parts);
    return parts;
  }
  const auto middle = through_new_model(app, before, after);
  if (!middle) {
    parts.push_back(
        {{"kind", "model and data"}, {"group", ""}, {"points", points(to) - points(from)}});
    return parts;
  }
  parts.push_back({{"kind", "model"}, {"group", ""}, {"points", points(*middle) - points(from)}});
  add_groups(*middle, to, parts);
  return parts;
}

Json side_json(const PastDecision& one) {
  const Json result = one.result();
  Json out = {{"sequence", one.sequence}, {"at", to_text(one.at)}};
  out["points"] = one.has_score() ? Json(points(one.score())) : Json();
  out["model_version"] =
      result.contains("score") ? result["score"].value("model_version", std::string()) : "";
  for (const char* key : {"band", "segment", "action", "rule", "held"}) {
    out[key] = result.contains(key) ? result[key] : Json();
  }
  return out;
}

}  // namespace

Result<Json> change_json(App& app, const store::AccountRef& account) {
  const auto found = last_two(app, account);
  if (!found) return found.error();
  if (found->size() < 2) return Json();
  const PastDecision& after = (*found)[0];
  const PastDecision& before = (*found)[1];
  Json out = {{"from", side_json(before)}, {"to", side_json(after)}, {"parts", Json::array()}};
  if (before.has_score() && after.has_score()) out["parts"] = parts_of(app, before, after);
  return out;
}

}  // namespace upselld::daemon
