// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "daemon/live_model.h"
#include "daemon/web_routes.h"

namespace upselld::daemon {
namespace {

// Of the accounts that rank first: what moved them is what people see.
constexpr std::size_t kAccountsLooked = 500;

// When the model was live: since, and until when; until null is now.
Result<Json> live_times(Ledger& ledger, const store::ModelInfo& model) {
  const auto history = ledger.models.history(model.connection);
  if (!history) return history.error();
  Json out = Json::array();
  for (std::size_t i = 0; i < history->size(); ++i) {
    if ((*history)[i].version != model.version) continue;
    const bool is_over = i + 1 < history->size();
    out.push_back({{"since", to_text((*history)[i].since)},
                   {"until", is_over ? Json(to_text((*history)[i + 1].since)) : Json()},
                   {"rolled_back", (*history)[i].rolled_back}});
  }
  return out;
}

// The mean size of each group's part in the scores of the first accounts, in log-odds.
Result<Json> importance(Ledger& ledger, const std::string& connection) {
  store::DecisionFilter filter;
  filter.connection = connection;
  filter.count_max = kAccountsLooked;
  std::map<std::string, double> sums;
  std::size_t accounts = 0;
  const auto read = ledger.decisions.each(filter, [&](store::StoredDecision&& decision) {
    if (!decision.score.has_probability) return;
    ++accounts;
    for (const Reason& reason : decision.score.reasons) {
      sums[reason.group] += std::abs(reason.contribution);
    }
  });
  if (!read) return read.error();
  Json groups = Json::array();
  for (const auto& [group, sum] : sums) {
    groups.push_back({{"group", group}, {"log_odds", sum / static_cast<double>(accounts)}});
  }
  return Json({{"accounts", accounts}, {"groups", groups}});
}

Result<std::string> connection_of(App& app, const std::string& wanted) {
  for (const Link& link : app.links()) {
    if (link.brings_accounts() && (wanted.empty() || link.name() == wanted)) return link.name();
  }
  return Error{ErrorKind::invalid_config, "no connection " + wanted + " brings accounts", {}};
}

// The model that a person means, and whose it is.
struct ModelAct {
  std::string connection;
  std::string version;
};

Result<ModelAct> act_of(const WebContext& context) {
  const auto body = object_of(context.request);
  if (!body) return body.error();
  const auto link = context.app.only_link(text_of(*body, "connection"));
  if (!link) return link.error();
  return ModelAct{(*link)->name(), text_of(*body, "version")};
}

WebAnswer live_answer(const std::string& connection, const std::string& version) {
  return json_answer({{"connection", connection}, {"live", live_name(version)}});
}

}  // namespace

Result<WebAnswer> models_page(const WebContext& context) {
  Ledger& ledger = context.app.ledger();
  const auto models = ledger.models.list(context.request.parameter("connection"));
  if (!models) return models.error();
  Json rows = Json::array();
  std::map<std::string, std::string> waiting;  // by connection
  for (const store::ModelInfo& model : *models) {
    if (!waiting.contains(model.connection)) {
      const auto waits = waiting_model(ledger, model.connection);
      if (!waits) return waits.error();
      waiting[model.connection] = *waits;
    }
    const auto live = live_times(ledger, model);
    if (!live) return live.error();
    const Json report = Json::parse(model.report, nullptr, false);
    Json row = {{"version", model.version},
                {"connection", model.connection},
                {"as_of", to_text(model.as_of)},
                {"trained_at", to_text(model.trained_at)},
                {"is_live", model.published},
                {"live", *live},
                {"waits", model.version == waiting[model.connection]},
                {"declined_at", instant_json(model.declined_at)}};
    for (const char* key : {"learner", "published", "reason"}) {
      row[std::string(key) == "published" ? "is_worth_it" : key] =
          report.is_object() && report.contains(key) ? report[key] : Json();
    }
    rows.push_back(std::move(row));
  }
  return json_answer({{"models", rows}});
}

Result<WebAnswer> model_page(const WebContext& context) {
  Ledger& ledger = context.app.ledger();
  const auto connection = connection_of(context.app, context.request.parameter("connection"));
  if (!connection) return connection.error();
  std::string version = context.request.parameter("version");
  if (version.empty()) {
    const auto live = ledger.models.published(*connection);
    if (!live) return live.error();
    version = live->value_or("");
  }
  const auto model = version.empty() ? ledger.models.newest(*connection)
                                     : ledger.models.find(*connection, version);
  if (!model) return model.error();
  if (!*model) {
    return Error{ErrorKind::not_found, "no such model; until one is published rules-1 ranks", {}};
  }
  const auto live = live_times(ledger, **model);
  if (!live) return live.error();
  const auto groups = importance(ledger, *connection);
  if (!groups) return groups.error();
  return json_answer({{"connection", *connection},
                      {"version", (*model)->version},
                      {"as_of", to_text((*model)->as_of)},
                      {"trained_at", to_text((*model)->trained_at)},
                      {"is_live", (*model)->published},
                      {"live", *live},
                      {"card", (*model)->card},
                      {"report", Json::parse((*model)->report, nullptr, false)},
                      {"importance", *groups}});
}

Result<WebAnswer> publish_action(const WebContext& context) {
  const auto act = act_of(context);
  if (!act) return act.error();
  const auto live =
      publish_model(context.app, {act->connection, act->version, context.request.user.name});
  if (!live) return live.error();
  return live_answer(act->connection, *live);
}

Result<WebAnswer> decline_action(const WebContext& context) {
  const auto act = act_of(context);
  if (!act) return act.error();
  const auto declined =
      decline_model(context.app, act->connection, act->version, context.request.user.name);
  if (!declined) return declined.error();
  const auto live = context.app.ledger().models.published(act->connection);
  if (!live) return live.error();
  return live_answer(act->connection, live->value_or(""));
}

Result<WebAnswer> rollback_action(const WebContext& context) {
  const auto act = act_of(context);
  if (!act) return act.error();
  const auto live = roll_back_model(context.app, act->connection, context.request.user.name);
  if (!live) return live.error();
  return live_answer(act->connection, *live);
}

}  // namespace upselld::daemon
