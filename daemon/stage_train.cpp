// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/cycle.h"
#include "daemon/live_model.h"
#include "daemon/standing_round.h"
#include "playbook/own_rule.h"
#include "scoring/train.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

Result<void> publish(App& app, store::Transaction& transaction, const Link& link,
                     const std::string& version, const std::string& run) {
  Ledger& ledger = app.ledger();
  const Instant at = app.clock().now();
  const auto published = ledger.models.publish(transaction, link.name(), version, at);
  if (!published) return published;
  const Json payload = {{"connection", link.name()}, {"version", version}, {"by", "settings"}};
  return ledger.audit.append(transaction,
                             {store::AuditKind::model_published, at, run, {}, payload.dump()});
}

std::string with_published(const std::string& report, bool published, const std::string& reason) {
  Json json = Json::parse(report, nullptr, false);
  if (!json.is_object()) json = Json::object();
  json["published"] = published;
  json["reason"] = reason;
  return json.dump();
}

}  // namespace

Result<TrainOutcome> train_and_store(App& app, Link& link, AccountCases& cases, Instant now,
                                     const std::string& run, Publish rule) {
  scoring::ScoringSettings settings = scoring_settings(app.settings(), *link.settings);
  settings.learner.goes_on = may_go_on(app);
  const playbook::OwnRule own(*cases.playbook, settings.zone);
  scoring::OwnRuleAnswer own_rule;
  if (own.exists()) {
    own_rule = [&own](const AccountFacts& then, std::span<const float> row) {
      return own.first(then, row);
    };
  }
  const auto trials = app.ledger().trials.list(link.name());
  if (!trials) return trials.error();
  auto training =
      scoring::train(*cases.walk, *cases.table, settings, now, settings.threads, *trials, own_rule);
  malloc_trim(0);  // freed memory is kept for the next sync, but not as much as a training takes
  if (!training) return training.error();
  TrainOutcome outcome;
  outcome.version = training->version;
  outcome.report_json = training->report;
  outcome.card = training->card_markdown;
  outcome.publishable = training->publishable;
  outcome.reason = training->reason;
  outcome.predictions_csv = scoring::predictions_csv(training->predictions);
  if (training->files.empty()) return outcome;
  std::vector<store::ModelFile> files;
  for (auto& [name, bytes] : training->files) files.push_back({name, std::move(bytes)});
  Ledger& ledger = app.ledger();
  auto transaction = store::Transaction::begin(ledger.database, "model", store::Durability::full);
  if (!transaction) return transaction.error();
  const Instant at = app.clock().now();
  const auto put = ledger.models.put(
      *transaction, {link.name(), outcome.version, at, now, run, outcome.card, outcome.report_json},
      files);
  if (!put) return put.error();
  const Json payload = {{"connection", link.name()},
                        {"version", outcome.version},
                        {"publishable", outcome.publishable},
                        {"reason", outcome.reason}};
  const auto appended = ledger.audit.append(
      *transaction, {store::AuditKind::model_trained, at, run, {}, payload.dump()});
  if (!appended) return appended.error();
  outcome.published = outcome.publishable && rule == Publish::automatic;
  if (outcome.published) {
    const auto live = publish(app, *transaction, link, outcome.version, run);
    if (!live) return live.error();
  }
  if (const auto committed = transaction->commit(); !committed) return committed.error();
  return outcome;
}

namespace {

Result<void> train(Cycle& cycle, ConnectionCycle& connection) {
  Link& link = *connection.link;
  auto cases = open_cases(cycle.app, link, cycle.now);
  if (!cases) return cases.error();
  connection.cases = std::move(*cases);
  const Publish rule =
      link.settings->schedule.publish_automatically ? Publish::automatic : Publish::ask;
  auto outcome = train_and_store(cycle.app, link, connection.cases, cycle.now, cycle.run, rule);
  if (!outcome) return outcome.error();
  if (outcome->publishable && !outcome->published) {
    connection.report.notes.push_back(
        "model " + outcome->version + " was trained and waits for you: upselld models show " +
        outcome->version + connection_option(connection.report) + ", then upselld models publish " +
        outcome->version + connection_option(connection.report));
  } else if (!outcome->publishable) {
    const auto live = cycle.app.ledger().models.published(link.name());
    if (!live) return live.error();
    connection.report.notes.push_back(
        (*live ? "model " + **live + " stays: " : "ranked by rule: ") + outcome->reason);
  }
  connection.report.model_publishable = outcome->publishable;
  connection.report.train_json =
      with_published(outcome->report_json, outcome->published, outcome->reason);
  return {};
}

}  // namespace

Result<void> train_stage(Cycle& cycle, ConnectionCycle& connection) {
  Ledger& ledger = cycle.app.ledger();
  const std::string name = connection.link->name();
  connection.report.came_to_training = true;
  const auto newest = ledger.models.newest(name);
  if (!newest) return newest.error();
  if (!*newest || cycle.options.train) {
    if (const auto trained = train(cycle, connection); !trained) return trained;
  }
  auto waits = waiting_model(ledger, name);
  if (!waits) return waits.error();
  connection.report.model_waits = std::move(*waits);
  return {};
}

Result<void> score_stage(Cycle& cycle, ConnectionCycle& connection) {
  const auto stands = last_round_stands(cycle, connection);
  if (!stands) return stands.error();
  if (*stands) return {};
  if (!connection.cases.walk) {
    auto cases = open_cases(cycle.app, *connection.link, cycle.now);
    if (!cases) return cases.error();
    connection.cases = std::move(*cases);
  }
  const auto chosen = choose_model(cycle.app, *connection.link, "", connection.cases);
  if (!chosen) return chosen;
  connection.report.model_version = connection.cases.model_version;
  return score_cases(cycle.app, *connection.link, cycle.now, connection.cases);
}

}  // namespace upselld::daemon
