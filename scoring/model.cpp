// SPDX-License-Identifier: Apache-2.0
#include "scoring/model.h"

#include <algorithm>
#include <cmath>

#include "scoring/measures.h"
#include "scoring/model_files.h"
#include "scoring/sentences.h"

namespace upselld::scoring {
namespace {

constexpr double kToldShare = 0.05;   // of all groups: a smaller one has no text
constexpr double kCancelShare = 0.1;  // of all groups: what is left when they cancel

}  // namespace

struct Model::Parts {
  LoadedModel loaded;
  std::vector<std::string> names;

  std::vector<float> pick(std::span<const float> row, const RowLayout& layout) const {
    std::vector<float> picked;
    for (const std::uint32_t column : layout.columns) picked.push_back(row[column]);
    return picked;
  }
};

Model::Model(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Model::~Model() = default;

Result<std::unique_ptr<Model>> Model::load(const ModelFiles& files) {
  auto loaded = read_model(files);
  if (!loaded) return loaded.error();
  auto parts = std::make_unique<Parts>();
  parts->loaded = std::move(*loaded);
  for (const FeatureInfo& info : parts->loaded.facts.features) parts->names.push_back(info.name);
  return std::unique_ptr<Model>(new Model(std::move(parts)));
}

const std::string& Model::version() const {
  return parts_->loaded.facts.version;
}
const std::string& Model::learner() const {
  return parts_->loaded.facts.learner;
}
const Dictionaries& Model::dictionaries() const {
  return parts_->loaded.facts.dictionaries;
}
const std::vector<std::string>& Model::features() const {
  return parts_->names;
}
double Model::base() const {
  return parts_->loaded.learner.base();
}

Result<RowLayout> Model::layout(const std::vector<std::string>& row_names) const {
  std::map<std::string_view, std::uint32_t> places;
  for (std::uint32_t i = 0; i < row_names.size(); ++i) places.emplace(row_names[i], i);
  RowLayout layout{{}, row_names.size()};
  for (const std::string& name : parts_->names) {
    const auto place = places.find(name);
    if (place == places.end()) {
      return Error{ErrorKind::invalid_config,
                   "score with model " + version() + ": it needs feature \"" + name +
                       "\", which the data no longer has; train again",
                   std::nullopt};
    }
    layout.columns.push_back(place->second);
  }
  return layout;
}

std::vector<double> Model::margins(std::span<const float> rows, const RowLayout& layout) const {
  std::vector<double> margins;
  for (std::size_t at = 0; at < rows.size(); at += layout.width) {
    const auto picked = parts_->pick(rows.subspan(at, layout.width), layout);
    margins.push_back(parts_->loaded.learner.margin(picked));
  }
  return margins;
}

std::vector<double> Model::contributions(std::span<const float> row,
                                         const RowLayout& layout) const {
  return parts_->loaded.learner.contributions(parts_->pick(row, layout));
}

std::vector<Reason> Model::explain(std::span<const float> row, const RowLayout& layout,
                                   Day day) const {
  const auto& features = parts_->loaded.facts.features;
  const auto picked = parts_->pick(row, layout);
  const auto own = parts_->loaded.learner.contributions(picked);
  std::map<std::string, double> groups;
  for (std::size_t i = 0; i < features.size(); ++i) groups[features[i].group] += own[i];
  double all = 0, together = 0;
  for (const auto& [name, sum] : groups) {
    all += std::abs(sum);
    together += sum;
  }
  std::vector<Reason> reasons;
  for (const auto& [name, sum] : groups) {
    std::size_t strongest = features.size();
    const double direction = sum >= 0 ? 1 : -1;
    for (std::size_t i = 0; i < features.size(); ++i) {
      if (features[i].group != name) continue;
      if (strongest == features.size() || direction * own[i] > direction * own[strongest]) {
        strongest = i;
      }
    }
    const FeatureInfo& info = features[strongest];
    Reason reason{name, info.name, static_cast<double>(picked[strongest]), sum, ""};
    if (std::abs(sum) >= kToldShare * all && all > 0) {
      const auto& quantiles = parts_->loaded.learner.encoder.features[strongest].quantiles;
      ToldValue told{.value = reason.value, .usual = NAN, .category = {}, .day = day};
      if (!quantiles.empty()) told.usual = static_cast<double>(quantiles[quantiles.size() / 2]);
      const auto texts = dictionaries().find(info.name);
      if (texts != dictionaries().end() && reason.value >= 1) {
        const auto code = static_cast<std::size_t>(reason.value);
        if (code <= texts->second.size()) told.category = texts->second[code - 1];
      }
      reason.text = tell_reason(info, told, sum);
    }
    reasons.push_back(std::move(reason));
  }
  std::stable_sort(reasons.begin(), reasons.end(), [](const Reason& a, const Reason& b) {
    return std::abs(a.contribution) > std::abs(b.contribution);
  });
  if (reasons.size() > 1 && std::abs(together) < kCancelShare * all) {
    // In front of the direction, which readers look for at the end.
    std::string& text = reasons.front().text;
    text.insert(text.rfind(": "), " (all in all close to average)");
  }
  return reasons;
}

Score Model::score(std::span<const float> row, const RowLayout& layout, Day day,
                   bool with_reasons) const {
  Score score;
  score.model_version = version();
  score.has_probability = true;
  score.margin = margins(row, layout).front();
  score.probability = sigmoid(score.margin);
  score.base = base();
  score.rank_value = score.probability;
  if (with_reasons) score.reasons = explain(row, layout, day);
  return score;
}

Result<Score> replay(std::span<const float> row, const std::vector<std::string>& row_names,
                     const Model& model, Day day) {
  if (row.size() != row_names.size()) {
    return Error{ErrorKind::corrupt, "replay a score: the row and its names differ in length",
                 std::nullopt};
  }
  const auto layout = model.layout(row_names);
  if (!layout) return layout.error();
  return model.score(row, *layout, day, /*with_reasons=*/true);
}

}  // namespace upselld::scoring
