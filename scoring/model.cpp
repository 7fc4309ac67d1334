// SPDX-License-Identifier: Apache-2.0
#include "scoring/model.h"

#include <algorithm>
#include <cmath>

#include "scoring/measures.h"
#include "scoring/model_files.h"
#include "scoring/sentences.h"

namespace upselld::scoring {
namespace {

constexpr double kToldShare = 0.05;      // of all groups: a smaller one has no text
constexpr double kCloseToAverage = 0.1;  // log-odds: odds within a tenth of the average account's

}  // namespace

struct Model::Parts {
  LoadedModel loaded;
  std::vector<std::string> names;
  std::size_t usual = 0;  // kUsualOrder among the names

  std::vector<float> pick(std::span<const float> row, const RowLayout& layout) const {
    std::vector<float> picked;
    for (const std::uint32_t column : layout.columns) picked.push_back(row[column]);
    return picked;
  }

  // 1 where amounts are not known: accounts are ranked by likelihood.
  double gain(std::span<const float> row, const RowLayout& layout) const {
    const Gains& gains = loaded.facts.gains;
    return gains.known() ? gains.of(row[layout.columns[usual]]) : 1;
  }

  ToldValue told(std::size_t feature, float value, Day day) const {
    const FeatureInfo& info = loaded.facts.features[feature];
    const auto& quantiles = loaded.learner.encoder.features[feature].quantiles;
    ToldValue told{.value = static_cast<double>(value), .usual = NAN, .category = {}, .day = day};
    if (!quantiles.empty()) told.usual = static_cast<double>(quantiles[quantiles.size() / 2]);
    const auto texts = loaded.facts.dictionaries.find(info.name);
    if (texts == loaded.facts.dictionaries.end() || std::isnan(value)) return told;
    // A category's codes begin with 1, the ranks of ordered words with 0.
    const double first = info.kind == FeatureInfo::Kind::category ? 1 : 0;
    const double place = told.value - first;
    if (place >= 0 && place < static_cast<double>(texts->second.size())) {
      told.category = texts->second[static_cast<std::size_t>(place)];
    }
    return told;
  }

  // The member that pulls most in the group's direction and that a rep can picture speaks for it.
  Reason reason(const std::string& group, double sum, const std::vector<double>& own,
                const std::vector<float>& row, Day day, bool shown) const {
    const auto& features = loaded.facts.features;
    const double direction = sum >= 0 ? 1 : -1;
    std::size_t strongest = features.size(), speaker = features.size();
    for (std::size_t i = 0; i < features.size(); ++i) {
      if (features[i].group != group) continue;
      const double pull = direction * own[i];
      if (strongest == features.size() || pull > direction * own[strongest]) strongest = i;
      const bool better = speaker == features.size() || pull > direction * own[speaker];
      if (pull > 0 && better && can_tell(features[i], told(i, row[i], day))) speaker = i;
    }
    const bool speaks = speaker != features.size();
    const std::size_t chosen = speaks ? speaker : strongest;
    Reason reason{group, features[chosen].name, static_cast<double>(row[chosen]), sum, ""};
    if (!shown) return reason;
    reason.text = speaks ? tell_reason(features[chosen], told(chosen, row[chosen], day), sum)
                         : with_direction(group_words(group), sum);
    return reason;
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
  const auto usual = std::find(parts->names.begin(), parts->names.end(), kUsualOrder);
  if (parts->loaded.facts.gains.known() && usual == parts->names.end()) {
    return Error{ErrorKind::corrupt, "read model: it has gains but no usual order", std::nullopt};
  }
  parts->usual = static_cast<std::size_t>(usual - parts->names.begin());
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
bool Model::has_gains() const {
  return parts_->loaded.facts.gains.known();
}
const Effect& Model::effect() const {
  return parts_->loaded.facts.effect;
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
    const bool shown = std::abs(sum) >= kToldShare * all && all > 0;
    reasons.push_back(parts_->reason(name, sum, own, picked, day, shown));
  }
  std::stable_sort(reasons.begin(), reasons.end(), [](const Reason& a, const Reason& b) {
    return std::abs(a.contribution) > std::abs(b.contribution);
  });
  if (reasons.size() > 1 && all > 0 && std::abs(together) < kCloseToAverage) {
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
  score.rank_value = score.probability * parts_->gain(row, layout);
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
