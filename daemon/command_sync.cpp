// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/file_io.h"
#include "daemon/command_list.h"
#include "daemon/first_pull.h"
#include "daemon/notify.h"
#include "daemon/pipeline.h"
#include "daemon/text_table.h"
#include "daemon/training_text.h"
#include "scoring/permutation.h"
#include "scoring/train.h"

namespace upselld::daemon {
namespace {

Result<void> write_predictions(const std::string& file, const std::string& csv) {
  if (file.empty()) return {};
  const auto written = write_file_atomically(file, csv, 0600);
  return written ? written : Result<void>(in_context("write " + file, written.error()));
}

// Trains on exchanged outcomes and stores nothing: a model that would be published then was found
// in noise.
Result<int> permutation_command(App& app, const Link& link, const AccountCases& cases,
                                const Invocation& invocation) {
  const std::string text = invocation.option("--permuted");
  int seeds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seeds);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || seeds < 1) {
    return Error{ErrorKind::invalid_config, "--permuted " + text + ": write a number from 1", {}};
  }
  scoring::ScoringSettings settings = scoring_settings(app.settings(), *link.settings);
  settings.learner.goes_on = may_go_on(app);
  const auto check = scoring::check_permuted(*cases.walk, *cases.table, settings, app.now(), seeds,
                                             settings.threads);
  if (!check) return check.error();
  const std::size_t found = check->publishable.size();
  if (invocation.json) {
    const nlohmann::ordered_json out = {
        {"seeds", seeds}, {"publishable", check->publishable}, {"reasons", check->reasons}};
    std::cout << out.dump(2) << "\n";
  } else {
    std::cout << seeds << " trainings on exchanged outcomes: " << found
              << " would have been published\n";
  }
  // One in twenty is chance.
  return static_cast<int>(found) * 20 <= std::max(seeds, 20) ? kDone : kFailed;
}

}  // namespace

Result<int> sync_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::write);
  if (!app) return app.error();
  CycleOptions options;
  options.connection = invocation.option("--connection");
  options.full = invocation.has("--full");
  options.dry_run = invocation.has("--dry-run");
  options.pull_only = invocation.has("--pull-only");
  const auto report = run_cycle(**app, options);
  if (!options.dry_run) {
    notify(**app, report ? findings_of(*report) : findings_of(options.connection, report.error()));
  }
  if (!report) return report.error();
  std::cout << (invocation.json ? to_json(*report) : to_text(*report));
  return report->exit_code();
}

Result<int> train_command(const Invocation& invocation) {
  auto app = open_with_data(invocation);
  if (!app) return app.error();
  const auto link = (*app)->only_link(invocation.option("--connection"));
  if (!link) return link.error();
  auto cases = open_cases(**app, **link, (*app)->now());
  if (!cases) return cases.error();
  if (!invocation.option("--permuted").empty()) {
    return permutation_command(**app, **link, *cases, invocation);
  }
  const Instant now = (*app)->now();
  const auto outcome =
      train_and_store(**app, **link, *cases, now, new_run_id((*app)->clock().now()), Publish::ask);
  if (!outcome) return outcome.error();
  const auto predictions =
      write_predictions(invocation.option("--predictions"), outcome->predictions_csv);
  if (!predictions) return predictions.error();
  if (const auto card = write_predictions(invocation.option("--card"), outcome->card); !card) {
    return card.error();
  }
  const auto live = (*app)->ledger().models.published((*link)->name());
  if (!live) return live.error();
  std::cout << training_text(*outcome, *live && **live == outcome->version, invocation.json);
  return kDone;
}

Result<int> score_command(const Invocation& invocation) {
  auto app = open_to_read_with_data(invocation);
  if (!app) return app.error();
  const auto link = (*app)->only_link(invocation.option("--connection"));
  if (!link) return link.error();
  auto cases = open_cases(**app, **link, (*app)->now());
  if (!cases) return cases.error();
  std::string version;
  if (invocation.has("--unpublished")) {
    const auto models = (*app)->ledger().models.list((*link)->name());
    if (!models) return models.error();
    if (!models->empty()) version = models->front().version;
  }
  if (const auto chosen = choose_model(**app, **link, version, *cases); !chosen) {
    return chosen.error();
  }
  const Instant now = (*app)->now();
  if (const auto scored = score_cases(**app, **link, now, *cases); !scored) return scored.error();
  const Day day = (*app)->settings().zone.day_of(now);
  std::vector<scoring::Prediction> predictions;
  std::size_t scored_count = 0;
  for (const AccountCase& one : cases->cases) {
    if (!one.score) continue;
    ++scored_count;
    if (one.score->has_probability) {
      predictions.push_back({day, one.facts.id, one.score->probability});
    }
  }
  std::sort(predictions.begin(), predictions.end(),
            [](const auto& a, const auto& b) { return a.account < b.account; });
  const std::string file = invocation.option("--predictions");
  if (const auto written = write_predictions(file, scoring::predictions_csv(predictions));
      !written) {
    return written.error();
  }
  if (invocation.json) {
    const nlohmann::ordered_json out = {{"model_version", cases->model_version},
                                        {"as_of", to_text(day)},
                                        {"accounts", cases->cases.size()},
                                        {"scored", scored_count},
                                        {"with_probability", predictions.size()}};
    std::cout << out.dump(2) << "\n";
  } else {
    std::cout << "model " << cases->model_version << " as of " << to_text(day) << ": "
              << grouped(static_cast<std::int64_t>(scored_count)) << " of "
              << grouped(static_cast<std::int64_t>(cases->cases.size())) << " accounts scored"
              << (file.empty() ? "" : ", written to " + file) << "\n";
  }
  return kDone;
}

}  // namespace upselld::daemon
