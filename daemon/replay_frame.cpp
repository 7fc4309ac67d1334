// SPDX-License-Identifier: Apache-2.0
#include "daemon/replay_frame.h"

#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/account_cases.h"
#include "daemon/codec.h"
#include "daemon/yaml_file.h"
#include "scoring/score.h"

namespace upselld::daemon {
namespace {

playbook::Names names_of(const Json& json) {
  playbook::Names names;
  for (const Json& feature : json["features"]) {
    names.features.push_back({feature[0].get<std::string>(), feature[1].get<std::string>(),
                              feature[2].get<std::string>(), feature[3].get<std::string>(),
                              static_cast<FeatureInfo::Kind>(feature[4].get<int>()),
                              feature[5].get<bool>()});
  }
  for (const Json& attribute : json["attributes"]) {
    names.attributes.push_back({attribute.value("name", std::string()),
                                static_cast<AttributeKind>(attribute.value("kind", 0)),
                                attribute["order"].get<std::vector<std::string>>(),
                                attribute.value("static", false)});
  }
  return names;
}

Result<Json> kept_json(App& app, const std::string& hash) {
  const auto text = app.ledger().configs.text(hash);
  if (!text) return text.error();
  Json json = Json::parse(*text, nullptr, false);
  if (json.is_object()) return json;
  return Error{ErrorKind::corrupt, "replay: kept text " + hash + " is no JSON", {}};
}

bool same_bits(float a, float b) {
  if (std::isnan(a) && std::isnan(b)) return true;
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

}  // namespace

Result<Score> ReplayFrame::score(std::span<const float> row) const {
  if (model) return scoring::replay(row, row_names, *model, today.day);
  return scoring::rule_score(row, row_names);
}

Result<const ReplayFrame*> ReplayFrames::get(const std::string& hash,
                                             const std::string& connection) {
  const auto known = frames_.find(hash);
  if (known != frames_.end()) return known->second.get();
  const auto json = kept_json(app_, hash);
  if (!json) return in_context("replay: frame", json.error());
  auto frame = std::make_unique<ReplayFrame>();
  auto today = today_of((*json)["today"]);
  if (!today) return today.error();
  frame->today = std::move(*today);
  frame->today.salt = frame->today.instance;
  const auto names = kept_json(app_, json->value("names", std::string()));
  if (!names) return in_context("replay: names", names.error());
  const playbook::Names kept = names_of(*names);
  for (const FeatureInfo& info : kept.features) frame->row_names.push_back(info.name);
  const auto text = app_.ledger().configs.text(json->value("playbook", std::string()));
  if (!text) return in_context("replay: playbook", text.error());
  const auto root = parse_yaml(*text, json->value("playbook_file", std::string()));
  if (!root) return root.error();
  auto loaded = playbook::load(*root, kept);
  if (!loaded.playbook) return joined(loaded.errors);
  frame->playbook = std::move(loaded.playbook);
  std::vector<double> numbers;
  for (const Json& bits : (*json)["frame"]) {
    numbers.push_back(std::bit_cast<double>(bits.get<std::uint64_t>()));
  }
  auto edges = playbook::Frame::of(*frame->playbook, numbers);
  if (!edges) return edges.error();
  frame->frame = std::move(*edges);
  const std::string version = json->value("model_version", std::string());
  if (version != scoring::kRulesVersion) {
    const auto files = app_.ledger().models.files(connection, version);
    if (!files) return in_context("replay: model", files.error());
    scoring::ModelFiles by_name;
    for (const store::ModelFile& file : *files) by_name[file.name] = file.bytes;
    auto model = scoring::Model::load(by_name);
    if (!model) return in_context("replay: model " + version, model.error());
    frame->model = std::move(*model);
  }
  return (frames_[hash] = std::move(frame)).get();
}

Result<std::unique_ptr<RowsAgain>> RowsAgain::make(App& app, const std::string& connection,
                                                   const ReplayFrame& frame) {
  const Link* link = nullptr;
  for (const Link& one : app.links()) {
    if (one.name() == connection) link = &one;
  }
  if (link == nullptr) {
    return Error{ErrorKind::invalid_config,
                 "replay: connection " + connection + " is no longer in the settings",
                 {}};
  }
  auto cases = open_cases(app, *link, frame.today.now);
  if (!cases) return cases.error();
  auto again = std::make_unique<RowsAgain>();
  again->names_ = frame.row_names;
  std::vector<std::size_t> columns;
  for (const std::string& name : frame.row_names) {
    columns.push_back(cases->table->index_of(name).value_or(cases->table->size()));
  }
  const auto settings = scoring_settings(app.settings(), *link->settings);
  const auto take = [&](const scoring::ScoredAccount& scored) {
    std::vector<float>& row = again->rows_[scored.account.number];
    for (const std::size_t column : columns) {
      row.push_back(column < scored.row.size() ? scored.row[column] : std::nanf(""));
    }
    if (scored.row.empty()) row.clear();
  };
  const auto scored =
      scoring::score_accounts(*cases->walk, *cases->table, frame.model.get(), settings,
                              frame.today.now, {settings.threads, false}, take);
  if (!scored) return scored.error();
  return again;
}

std::string RowsAgain::difference(std::uint32_t account, const std::vector<float>& row) const {
  const auto at = rows_.find(account);
  if (at == rows_.end()) return "the account is gone: merged, deleted or forgotten";
  if (at->second.size() != row.size()) return "the account is scored no more, or was not then";
  std::string moved;
  int more = 0;
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (same_bits(row[c], at->second[c])) continue;
    if (more++ < 3) moved += (moved.empty() ? "" : ", ") + names_[c];
  }
  if (more == 0) return "";
  return "changed since: " + moved + (more > 3 ? " and " + std::to_string(more - 3) + " more" : "");
}

}  // namespace upselld::daemon
