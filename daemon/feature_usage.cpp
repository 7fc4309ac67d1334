// SPDX-License-Identifier: Apache-2.0
#include "daemon/feature_usage.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "daemon/account_cases.h"
#include "scoring/score.h"
#include "scoring/survey.h"

namespace upselld::daemon {

Result<std::vector<FeatureUsage>> feature_usage(App& app, const Link& link) {
  auto cases = open_cases(app, link, app.now());
  if (!cases) return cases.error();
  const auto& infos = cases->table->infos();
  std::vector<std::uint64_t> filled(infos.size(), 0);
  std::uint64_t rows = 0;
  const auto settings = scoring_settings(app.settings(), *link.settings);
  const auto counted =
      scoring::score_accounts(*cases->walk, *cases->table, nullptr, settings, app.now(),
                              {settings.threads, false}, [&](const scoring::ScoredAccount& one) {
                                if (one.row.empty()) return;
                                ++rows;
                                for (std::size_t c = 0; c < one.row.size(); ++c) {
                                  if (!std::isnan(one.row[c])) ++filled[c];
                                }
                              });
  if (!counted) return counted.error();
  const auto unique = scoring::near_unique_attributes(*cases->walk, app.now(), settings.threads);
  if (!unique) return unique.error();
  const Vocabulary& vocabulary = cases->walk->vocabulary();
  const auto names = playbook::names_used(app.playbook().root, {});
  const std::set<std::string> used(names.begin(), names.end());
  std::vector<FeatureUsage> out;
  for (std::size_t c = 0; c < infos.size(); ++c) {
    FeatureUsage one;
    one.info = infos[c];
    one.filled = rows == 0 ? 0 : static_cast<double>(filled[c]) / static_cast<double>(rows);
    for (std::size_t a = 0; a < vocabulary.attributes.size(); ++a) {
      if (vocabulary.attributes[a].name == infos[c].name && !vocabulary.attributes[a].is_static) {
        one.since = vocabulary.recorded_since[a];
      }
    }
    if (std::find(unique->begin(), unique->end(), infos[c].name) != unique->end()) {
      one.info.in_model = false;
      one.note = "not learnt from: nearly every account has a value of its own";
    }
    if (used.count(infos[c].name) != 0) one.rules = "yes";
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace upselld::daemon
