// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <nlohmann/json.hpp>

#include "daemon/command_list.h"
#include "daemon/cycle.h"
#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

// The connection whose models are meant: the named one, or the only one.
Result<std::string> model_connection(App& app, const std::string& wanted) {
  const auto link = app.only_link(wanted);
  return link ? Result<std::string>((*link)->name()) : Result<std::string>(link.error());
}

// Changes which model is live, with its audit entry, in one transaction.
template <typename Change>
Result<std::string> change_live(App& app, const std::string& connection, store::AuditKind kind,
                                const Change& change) {
  const std::string by = person_at(app.invocation());
  Ledger& ledger = app.ledger();
  auto transaction = store::Transaction::begin(ledger.database, "publish", store::Durability::full);
  if (!transaction) return transaction.error();
  const Instant at = app.clock().now();
  const Result<std::string> version = change(*transaction, at);
  if (!version) return version.error();
  const Json payload = {{"connection", connection}, {"version", *version}, {"by", by}};
  const auto appended = ledger.audit.append(
      *transaction,
      {kind, at, new_run_id(at), {}, payload.dump(-1, ' ', false, Json::error_handler_t::replace)});
  if (!appended) return appended.error();
  if (const auto committed = transaction->commit(); !committed) return committed.error();
  return version;
}

int print_live(const Invocation& invocation, const std::string& connection,
               const std::string& version) {
  const std::string name = version.empty() ? "rules-1" : version;
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
               live.empty() ? "never" : live});
    rows.push_back({{"version", model.version},
                    {"connection", model.connection},
                    {"as_of", to_text(model.as_of)},
                    {"trained_at", to_text(model.trained_at)},
                    {"published", model.published},
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
  // Published only when its files are whole.
  const auto files = (*app)->ledger().models.files(*connection, version);
  if (!files) return files.error();
  const auto live = change_live(
      **app, *connection, store::AuditKind::model_published,
      [&](store::Transaction& transaction, Instant at) -> Result<std::string> {
        const auto done = (*app)->ledger().models.publish(transaction, *connection, version, at);
        return done ? Result<std::string>(version) : Result<std::string>(done.error());
      });
  if (!live) return live.error();
  return print_live(invocation, *connection, *live);
}

Result<int> models_rollback_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::write);
  if (!app) return app.error();
  const auto connection = model_connection(**app, invocation.option("--connection"));
  if (!connection) return connection.error();
  const auto live =
      change_live(**app, *connection, store::AuditKind::model_rolled_back,
                  [&](store::Transaction& transaction, Instant at) {
                    return (*app)->ledger().models.rollback(transaction, *connection, at);
                  });
  if (!live) return live.error();
  return print_live(invocation, *connection, *live);
}

}  // namespace upselld::daemon
