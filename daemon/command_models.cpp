// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <nlohmann/json.hpp>

#include "daemon/command_list.h"
#include "daemon/live_model.h"
#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

// The connection whose models are meant: the named one, or the only one.
Result<std::string> model_connection(App& app, const std::string& wanted) {
  const auto link = app.only_link(wanted);
  return link ? Result<std::string>((*link)->name()) : Result<std::string>(link.error());
}

int print_live(const Invocation& invocation, const std::string& connection,
               const std::string& version) {
  const std::string name = live_name(version);
  if (invocation.json) {
    std::cout << Json({{"connection", connection}, {"live", name}}).dump(2) << "\n";
  } else {
    std::cout << connection << ": " << name << " is live; the next sync ranks with it\n";
  }
  return kDone;
}

}  // namespace

Result<int> models_list_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  Ledger& ledger = (*app)->ledger();
  const auto models = ledger.models.list(invocation.option("--connection"));
  if (!models) return models.error();
  Json rows = Json::array();
  TextTable table({"MODEL", "CONNECTION", "AS OF", "TRAINED", "LIVE"});
  for (const store::ModelInfo& model : *models) {
    std::string live;
    const auto history = ledger.models.history(model.connection);
    if (!history) return history.error();
    for (std::size_t i = 0; i < history->size(); ++i) {
      if ((*history)[i].version != model.version) continue;
      live += (live.empty() ? "" : "; ") + to_text((*history)[i].since) + " to " +
              (i + 1 < history->size() ? to_text((*history)[i + 1].since) : "now");
    }
    table.add({model.version, model.connection, to_text(model.as_of), to_text(model.trained_at),
               !live.empty()                    ? live
               : model.declined_at.is_missing() ? "never"
                                                : "declined " + to_text(model.declined_at)});
    rows.push_back({{"version", model.version},
                    {"connection", model.connection},
                    {"as_of", to_text(model.as_of)},
                    {"trained_at", to_text(model.trained_at)},
                    {"published", model.published},
                    {"declined_at",
                     model.declined_at.is_missing() ? Json() : Json(to_text(model.declined_at))},
                    {"live", live}});
  }
  if (invocation.json) {
    std::cout << Json({{"models", rows}}).dump(2) << "\n";
  } else {
    std::cout << (table.empty() ? "no model was trained yet; rules-1 ranks\n" : table.text());
  }
  return kDone;
}

Result<int> models_show_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::read);
  if (!app) return app.error();
  const auto connection = model_connection(**app, invocation.option("--connection"));
  if (!connection) return connection.error();
  const auto models = (*app)->ledger().models.list(*connection);
  if (!models) return models.error();
  const std::string wanted = invocation.arguments.empty() ? "" : invocation.arguments.front();
  for (const store::ModelInfo& model : *models) {
    if (!wanted.empty() && model.version != wanted) continue;
    std::cout << (invocation.json ? model.report : model.card) << "\n";
    return kDone;
  }
  return Error{ErrorKind::not_found,
               wanted.empty() ? "no model was trained yet; rules-1 ranks"
                              : "no model " + wanted + "; see: upselld models",
               {}};
}

Result<int> models_publish_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::write);
  if (!app) return app.error();
  const auto connection = model_connection(**app, invocation.option("--connection"));
  if (!connection) return connection.error();
  const std::string& version = invocation.arguments.front();
  const auto live = publish_model(
      **app, {*connection, version, person_at(invocation), invocation.has("--although-refused")});
  if (!live) return live.error();
  return print_live(invocation, *connection, *live);
}

Result<int> models_decline_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::write);
  if (!app) return app.error();
  const auto connection = model_connection(**app, invocation.option("--connection"));
  if (!connection) return connection.error();
  const std::string& version = invocation.arguments.front();
  const auto declined = decline_model(**app, *connection, version, person_at(invocation));
  if (!declined) return declined.error();
  const auto live = (*app)->ledger().models.published(*connection);
  if (!live) return live.error();
  const std::string stays = live_name(live->value_or(""));
  if (invocation.json) {
    std::cout << Json({{"connection", *connection}, {"declined", version}, {"live", stays}}).dump(2)
              << "\n";
  } else {
    std::cout << *connection << ": " << version << " is declined; " << stays
              << " goes on ranking\n";
  }
  return kDone;
}

Result<int> models_rollback_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::write);
  if (!app) return app.error();
  const auto connection = model_connection(**app, invocation.option("--connection"));
  if (!connection) return connection.error();
  const auto live = roll_back_model(**app, *connection, person_at(invocation));
  if (!live) return live.error();
  return print_live(invocation, *connection, *live);
}

}  // namespace upselld::daemon
