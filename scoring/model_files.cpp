// SPDX-License-Identifier: Apache-2.0
#include "scoring/model_files.h"

#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "scoring/features.h"
#include "scoring/order_measures.h"
#include "scoring/trees.h"

namespace upselld::scoring {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kManifest = "manifest.json";
constexpr const char* kFeatures = "features.json";
constexpr const char* kLine = "line.json";
constexpr const char* kTrees = "trees.json";
constexpr int kFormat = 2;

Error damaged(const std::string& why) {
  return {ErrorKind::corrupt, "read model: " + why + "; publish another model or train again",
          std::nullopt};
}

const char* to_text(LineColumn::Kind kind) {
  switch (kind) {
    case LineColumn::Kind::score:
      return "score";
    case LineColumn::Kind::missing:
      return "missing";
    case LineColumn::Kind::level:
      return "level";
  }
  return "";
}

const char* to_text(FeatureInfo::Kind kind) {
  switch (kind) {
    case FeatureInfo::Kind::number:
      return "number";
    case FeatureInfo::Kind::category:
      return "category";
    case FeatureInfo::Kind::instant:
      return "instant";
  }
  return "";
}

Json features_json(const ModelFacts& facts, const Encoder& encoder) {
  Json features = Json::array();
  for (std::size_t i = 0; i < facts.features.size(); ++i) {
    const FeatureInfo& info = facts.features[i];
    const EncodedFeature& encoded = encoder.features[i];
    Json one = {{"name", info.name},          {"unit", info.unit},
                {"group", info.group},        {"sentence", info.sentence},
                {"kind", to_text(info.kind)}, {"quantiles", encoded.quantiles}};
    if (encoded.category) {
      one["levels"] = encoded.levels;
      one["level_texts"] = encoded.level_texts;
    }
    features.push_back(std::move(one));
  }
  Json trees = Json::array();
  for (const TreeColumn& column : encoder.trees) {
    trees.push_back(
        {{"feature", column.feature}, {"is_level", column.is_level}, {"level", column.level}});
    if (!std::isnan(column.missing)) trees.back()["missing"] = column.missing;
  }
  return {{"features", features}, {"tree_columns", trees}, {"dictionaries", facts.dictionaries}};
}

Json line_json(const Encoder& encoder, const Line& line) {
  Json columns = Json::array();
  for (std::size_t i = 0; i < encoder.line.size(); ++i) {
    const LineColumn& column = encoder.line[i];
    columns.push_back({{"feature", column.feature},
                       {"kind", to_text(column.kind)},
                       {"level", column.level},
                       {"mean", column.mean},
                       {"scale", column.scale},
                       {"weight", line.weights[i]}});
  }
  return {{"intercept", line.intercept}, {"columns", columns}};
}

Json settings_json(const ScoringSettings& settings) {
  Json kinds = Json::array();
  for (const OrderKind kind : settings.target.kinds) kinds.push_back(upselld::to_text(kind));
  const LearnerSettings& l = settings.learner;
  Json target = {{"kind", to_text(settings.target.kind)},
                 {"horizon", upselld::to_text(settings.target.horizon)},
                 {"growth", settings.target.growth},
                 {"kinds", kinds},
                 {"outcomes", settings.target.outcomes},
                 {"later_cancelled", to_text(settings.target.later_cancelled)}};
  if (!settings.target.attribute.empty()) target["attribute"] = settings.target.attribute;
  return {{"target", target},
          {"currency", settings.currency},
          {"currency_rates", settings.currency_rates},
          {"time_zone", settings.zone.name()},
          {"time_zone_rules", settings.zone.rules_digest()},
          {"snapshot_days", settings.spacing.every_days},
          {"learner",
           {{"line_strength", l.line_strength},
            {"rounds", l.rounds},
            {"depth", l.depth},
            {"eta", l.eta},
            {"row_share", l.row_share},
            {"column_share", l.column_share},
            {"bins", l.bins},
            {"seed", l.seed},
            {"line_rows_max", l.line_rows_max},
            {"tree_rows_max", l.tree_rows_max}}},
          {"priors",
           {{"orders", kPriorOrders},
            {"days", kPriorDays},
            {"larger_share", kPriorLargerShare},
            {"larger_orders", kPriorLargerOrders},
            {"log_variance", kPriorLogVariance},
            {"log_degrees", kPriorLogDegrees}}}};
}

LineColumn::Kind line_kind(const std::string& text) {
  if (text == "score") return LineColumn::Kind::score;
  if (text == "missing") return LineColumn::Kind::missing;
  return LineColumn::Kind::level;
}

FeatureInfo::Kind feature_kind(const std::string& text) {
  if (text == "category") return FeatureInfo::Kind::category;
  return text == "instant" ? FeatureInfo::Kind::instant : FeatureInfo::Kind::number;
}

void read_features(const Json& document, LoadedModel& model) {
  for (const Json& one : document.at("features")) {
    FeatureInfo info;
    info.name = one.at("name");
    info.unit = one.at("unit");
    info.group = one.at("group");
    info.sentence = one.at("sentence");
    info.kind = feature_kind(one.at("kind"));
    info.in_model = true;
    EncodedFeature encoded{info.name, one.contains("levels"), one.at("quantiles"), {}, {}};
    if (encoded.category) {
      encoded.levels = one.at("levels").get<std::vector<float>>();
      encoded.level_texts = one.at("level_texts").get<std::vector<std::string>>();
    }
    model.facts.features.push_back(std::move(info));
    model.learner.encoder.features.push_back(std::move(encoded));
  }
  for (const Json& one : document.at("tree_columns")) {
    model.learner.encoder.trees.push_back({one.at("feature"), one.at("is_level"), one.at("level")});
    if (one.contains("missing")) model.learner.encoder.trees.back().missing = one["missing"];
  }
  model.facts.dictionaries = document.at("dictionaries").get<Dictionaries>();
}

Gains read_gains(const Json& from) {
  Gains gains;
  gains.upsells = from.at("upsells");
  gains.cap = from.at("cap");
  gains.mean = from.at("mean");
  gains.starts = from.at("starts").get<std::vector<float>>();
  gains.gain = from.at("gain").get<std::vector<double>>();
  gains.counted = from.at("counted").get<std::vector<std::size_t>>();
  if (gains.gain.size() != gains.starts.size() + 1) throw std::runtime_error("classes of gains");
  return gains;
}

Effect read_effect(const Json& from) {
  Effect effect;
  const bool is_shown = from.at("is_shown");
  effect.status = is_shown ? EffectStatus::shown : EffectStatus::not_shown;
  effect.share = {from.at("share"), from.at("low"), from.at("high")};
  return effect;
}

void read_line(const Json& document, LoadedModel& model) {
  Line line;
  line.intercept = document.at("intercept");
  for (const Json& one : document.at("columns")) {
    model.learner.encoder.line.push_back({one.at("feature"), line_kind(one.at("kind")),
                                          one.at("level"), one.at("mean"), one.at("scale")});
    line.weights.push_back(one.at("weight"));
  }
  model.learner.line = std::move(line);
}

}  // namespace

nlohmann::ordered_json gains_json(const Gains& gains) {
  return {{"upsells", gains.upsells}, {"cap", gains.cap},   {"mean", gains.mean},
          {"starts", gains.starts},   {"gain", gains.gain}, {"counted", gains.counted}};
}

ModelFiles write_model(const ModelFacts& facts, const Learner& learner,
                       const ScoringSettings& settings, std::string& version) {
  ModelFiles files;
  files[kFeatures] = features_json(facts, learner.encoder).dump(1) + "\n";
  if (learner.line) files[kLine] = line_json(learner.encoder, *learner.line).dump(1) + "\n";
  if (learner.forest) files[kTrees] = learner.forest_json;
  Json manifest = {{"format", kFormat},
                   {"as_of", upselld::to_text(facts.as_of)},
                   {"learner", facts.learner},
                   {"feature_code", kFeatureCode},
                   {"libraries", {{"xgboost", trees_library_version()}}},
                   {"settings", settings_json(settings)},
                   {"data_digest", facts.data_digest}};
  manifest["chosen"] = {{"line_strength", facts.line_strength}, {"rounds", facts.rounds}};
  manifest["correction"] = {{"slope", learner.slope}, {"level", learner.level}};
  if (facts.spread) {
    manifest["level"] = {{"dates", facts.spread->dates},
                         {"mean", facts.spread->mean},
                         {"low", facts.spread->low},
                         {"high", facts.spread->high}};
  }
  if (facts.gains.known()) manifest["gains"] = gains_json(facts.gains);
  if (facts.effect.status != EffectStatus::unknown) {
    const Interval& share = facts.effect.share;
    manifest["effect"] = {{"is_shown", facts.effect.status == EffectStatus::shown},
                          {"share", share.estimate},
                          {"low", share.low},
                          {"high", share.high}};
  }
  Json digests = Json::object();
  for (const auto& [name, bytes] : files) digests[name] = hex(sha256(bytes));
  manifest["files"] = digests;
  version = upselld::to_text(facts.as_of) + "-" + hex(sha256(manifest.dump())).substr(0, 8);
  manifest["version"] = version;
  manifest["digest"] = hex(sha256(manifest.dump()));
  files[kManifest] = manifest.dump(1) + "\n";
  return files;
}

Result<LoadedModel> read_model(const ModelFiles& files) {
  const auto found = files.find(kManifest);
  if (found == files.end()) return damaged("manifest.json is missing");
  Json manifest = Json::parse(found->second, nullptr, /*allow_exceptions=*/false);
  if (manifest.is_discarded()) return damaged("manifest.json is not JSON");
  LoadedModel model;
  try {
    const std::string digest = manifest.at("digest");
    Json unsigned_manifest = manifest;
    unsigned_manifest.erase("digest");
    if (hex(sha256(unsigned_manifest.dump())) != digest)
      return damaged("manifest.json was changed");
    if (manifest.at("format") != kFormat || manifest.at("feature_code") != kFeatureCode) {
      return damaged("it was made by another version of upselld");
    }
    for (const auto& [name, expected] : manifest.at("files").items()) {
      const auto part = files.find(name);
      if (part == files.end()) return damaged(name + " is missing");
      if (hex(sha256(part->second)) != expected) return damaged(name + " was changed");
    }
    model.facts.version = manifest.at("version");
    model.facts.learner = manifest.at("learner");
    model.facts.data_digest = manifest.at("data_digest");
    model.learner.slope = manifest.at("correction").at("slope");
    model.learner.level = manifest.at("correction").at("level");
    if (manifest.contains("gains")) model.facts.gains = read_gains(manifest.at("gains"));
    if (manifest.contains("effect")) model.facts.effect = read_effect(manifest.at("effect"));
    read_features(Json::parse(files.at(kFeatures)), model);
    const auto& parts = manifest.at("files");
    if (parts.contains(kLine)) read_line(Json::parse(files.at(kLine)), model);
    if (parts.contains(kTrees)) {
      auto forest = Forest::read(files.at(kTrees));
      if (!forest) return forest.error();
      model.learner.forest = std::move(*forest);
      model.learner.forest_json = files.at(kTrees);
    }
  } catch (const std::exception& error) {
    return damaged(error.what());
  }
  if (!model.learner.line && !model.learner.forest) return damaged("it holds no learner");
  return model;
}

}  // namespace upselld::scoring
