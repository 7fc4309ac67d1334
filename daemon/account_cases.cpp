// SPDX-License-Identifier: Apache-2.0
#include "daemon/account_cases.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>
#include <utility>

#include "daemon/app.h"
#include "daemon/interrupt.h"
#include "playbook/candidate.h"
#include "scoring/score.h"

namespace upselld::daemon {
namespace {

scoring::TargetKind target_kind(TargetSettings::Kind kind) {
  switch (kind) {
    case TargetSettings::Kind::larger_order:
      return scoring::TargetKind::larger_order;
    case TargetSettings::Kind::won_opportunity:
      return scoring::TargetKind::won_opportunity;
    case TargetSettings::Kind::labelled:
      return scoring::TargetKind::labelled;
    case TargetSettings::Kind::attribute_increase:
      return scoring::TargetKind::attribute_increase;
  }
  return scoring::TargetKind::larger_order;
}

Result<std::unordered_map<std::uint32_t, AccountMemory>> memories(Ledger& ledger, Day today) {
  std::unordered_map<std::uint32_t, AccountMemory> out;
  const auto each = ledger.decisions.each_memory(
      [&](std::uint32_t account, AccountMemory&& memory) { out[account] = std::move(memory); });
  if (!each) return each.error();
  const auto scores =
      ledger.score_history.each_at(today - 30, [&](std::uint32_t account, double score) {
        const auto at = out.find(account);
        if (at != out.end()) at->second.score_30_days_ago = score;
      });
  if (!scores) return scores.error();
  return out;
}

// What became of the open tasks on their way.
Result<void> look_up_tasks(const store::Outbox& outbox, std::vector<AccountCase>& cases) {
  for (AccountCase& one : cases) {
    if (!one.memory.task.is_open()) continue;
    const auto task = outbox.task_of(one.memory.task.key);
    if (!task) return task.error();
    one.is_task_unsent = *task && (*task)->is_surely_unsent();
    const auto withdrawn = outbox.is_withdrawn(one.memory.task.key);
    if (!withdrawn) return withdrawn.error();
    one.is_task_kept = *withdrawn;
  }
  return {};
}

// Parents, open tasks beside them, and the order among equals.
void add_groups(const std::string& salt, std::vector<AccountCase>& cases) {
  std::vector<const AccountFacts*> accounts;
  accounts.reserve(cases.size());
  for (const AccountCase& one : cases) accounts.push_back(&one.facts);
  const std::vector<std::string> groups = playbook::parent_groups(accounts);
  std::map<std::string, int> open_tasks;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    cases[i].group = groups[i];
    cases[i].id_hash = playbook::tie_hash(salt, cases[i].facts);
    if (cases[i].memory.task.is_open()) ++open_tasks[groups[i]];
  }
  for (AccountCase& one : cases) {
    const auto at = open_tasks.find(one.group);
    const int own = one.memory.task.is_open() ? 1 : 0;
    one.group_has_open_task = at != open_tasks.end() && at->second > own;
  }
}

double mean_likelihood(const std::vector<AccountCase>& cases) {
  double sum = 0;
  std::size_t count = 0;
  for (const AccountCase& one : cases) {
    if (!one.score || !one.score->has_probability) continue;
    sum += one.score->probability;
    ++count;
  }
  return count == 0 ? std::nan("") : sum / static_cast<double>(count);
}

// Only what can rise, and whose past is known: a static attribute is as it is today at all dates.
Result<void> check_target(const TargetSettings& target, const Vocabulary& vocabulary) {
  if (target.kind != TargetSettings::Kind::attribute_increase) return {};
  const auto& all = vocabulary.attributes;
  const auto found = std::find_if(all.begin(), all.end(), [&](const AttributeSpec& one) {
    return one.name == target.attribute;
  });
  const std::string what = "attribute: \"" + target.attribute + "\" ";
  if (found == all.end()) {
    std::vector<std::string> names;
    for (const AttributeSpec& one : all) names.push_back(one.name);
    const std::string near = upselld::nearest(target.attribute, names);
    return error_at(target.attribute_place,
                    what + "is not mapped; " +
                        (near.empty() ? "map it in the connection, under attributes: (plugin "
                                        "files: accounts: attributes:)"
                                      : "did you mean " + near + "?"));
  }
  if (found->kind != AttributeKind::number && found->kind != AttributeKind::ordered_text) {
    return error_at(target.attribute_place,
                    what + "cannot rise: map it with kind: number, or with an order");
  }
  if (found->is_static) {
    return error_at(target.attribute_place,
                    what +
                        "is static: what it was before is not known, so no rise was ever seen; "
                        "map its changes");
  }
  return {};
}

}  // namespace

scoring::ScoringSettings scoring_settings(const DaemonSettings& settings,
                                          const ConnectionSettings& connection) {
  scoring::ScoringSettings out;
  const TargetSettings& target = connection.target;
  out.target.kind = target_kind(target.kind);
  out.target.horizon = target.horizon;
  out.target.growth = target.growth;
  out.target.later_cancelled = target.later_cancelled_counts
                                   ? scoring::LaterCancelled::counts
                                   : scoring::LaterCancelled::does_not_count;
  out.target.attribute = target.attribute;
  if (!target.kinds.empty()) {
    out.target.kinds.clear();
    for (const std::string& name : target.kinds) {
      OrderKind kind = OrderKind::other;
      if (parse(name, kind)) out.target.kinds.push_back(kind);
    }
  }
  out.zone = settings.zone;
  out.currency = settings.currency;
  for (const auto& [code, rate] : settings.currency_rates) out.currency_rates[code] = rate;
  out.spacing.every_days =
      settings.snapshots.monthly ? 0 : static_cast<int>(settings.snapshots.every.ms / days(1).ms);
  out.threads = settings.threads;
  out.money = {settings.money.cost_of_contact, settings.money.margin, settings.money.effect};
  return out;
}

std::function<bool()> may_go_on(App& app) {
  return [&progress = app.progress(), stop = stop_signal()] {
    progress.step();
    return !stop.stop_requested();
  };
}

Result<scoring::FeatureTable> feature_table(App& app, const Link& link,
                                            const Vocabulary& vocabulary) {
  const FeatureSettings& written = app.settings().features;
  if (auto good = check_target(link.settings->target, vocabulary); !good) return good.error();
  scoring::ScoringSettings settings = scoring_settings(app.settings(), *link.settings);
  const bool is_only = !app.has_several();
  for (const PlacedName& each : written.learn) {
    const auto able = scoring::can_be_learnt(each.name, vocabulary);
    if (able) settings.features.learn.push_back(each.name);
    if (able || !(is_only || scoring::is_feature_name(each.name, vocabulary))) continue;
    return error_at(each.place, able.error().message);
  }
  for (const auto& [each, sentence] : written.sentences) {
    settings.features.sentences[each.name] = sentence;
    if (!is_only || scoring::is_feature_name(each.name, vocabulary)) continue;
    return error_at(each.place, scoring::can_be_learnt(each.name, vocabulary).error().message);
  }
  // Names that are no features stay out here: the playbook reports them with their line.
  std::vector<std::string> extra;
  for (std::string& name : playbook::names_used(app.playbook().root, vocabulary.attributes)) {
    if (scoring::is_feature_name(name, vocabulary)) extra.push_back(std::move(name));
  }
  return scoring::FeatureTable::make(vocabulary, settings, extra);
}

Result<AccountCases> open_cases(App& app, const Link& link, Instant now) {
  AccountCases cases;
  const DaemonSettings& settings = app.settings();
  auto walk = store::TimelineWalk::open(app.database_path(),
                                        {link.name(), link.attributes, settings.threads,
                                         settings.retention.records_from(now, settings.zone)});
  if (!walk) return walk.error();
  cases.walk = std::move(*walk);
  const Vocabulary& vocabulary = cases.walk->vocabulary();
  auto table = feature_table(app, link, vocabulary);
  if (!table) return table.error();
  cases.table = std::make_unique<scoring::FeatureTable>(std::move(*table));
  auto loaded = playbook::load(app.playbook().root, {cases.table->infos(), vocabulary.attributes});
  if (!loaded.playbook) return joined(loaded.errors);
  cases.playbook = std::move(loaded.playbook);
  return cases;
}

Result<void> choose_model(App& app, const Link& link, const std::string& model_version,
                          AccountCases& cases) {
  cases.model.reset();
  cases.model_version = scoring::kRulesVersion;
  std::string version = model_version;
  if (version.empty()) {
    const auto published = app.ledger().models.published(link.name());
    if (!published) return published.error();
    version = published->value_or("");
  }
  if (version.empty() || version == scoring::kRulesVersion) return {};
  const auto files = app.ledger().models.files(link.name(), version);
  if (!files) return files.error();
  scoring::ModelFiles by_name;
  for (const store::ModelFile& file : *files) by_name[file.name] = file.bytes;
  auto model = scoring::Model::load(by_name);
  if (!model) return in_context("load model " + version, model.error());
  cases.model = std::move(*model);
  cases.model_version = version;
  return {};
}

Result<void> score_cases(App& app, const Link& link, Instant now, AccountCases& cases) {
  const scoring::ScoringSettings settings = scoring_settings(app.settings(), *link.settings);
  auto remembered = memories(app.ledger(), settings.zone.day_of(now));
  if (!remembered) return remembered.error();
  cases.cases.clear();
  cases.rows.clear();
  const auto take = [&](const scoring::ScoredAccount& scored) {
    app.progress().step();
    AccountCase& one = cases.cases.emplace_back();
    one.facts = scored.account;
    one.score = scored.score;
    if (scored.not_scored) one.not_scored = scoring::to_text(*scored.not_scored);
    const auto memory = remembered->find(scored.account.number);
    if (memory != remembered->end()) one.memory = std::move(memory->second);
    one.row = cases.rows.size();
    one.row_width = scored.row.size();
    cases.rows.insert(cases.rows.end(), scored.row.begin(), scored.row.end());
  };
  const auto scored = scoring::score_accounts(*cases.walk, *cases.table, cases.model.get(),
                                              settings, now, {settings.threads, true}, take);
  if (!scored) return scored;
  add_groups(app.settings().instance, cases.cases);
  const auto found = look_up_tasks(app.ledger().outbox, cases.cases);
  if (!found) return found;
  cases.base_rate = mean_likelihood(cases.cases);
  return {};
}

}  // namespace upselld::daemon
