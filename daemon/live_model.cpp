// SPDX-License-Identifier: Apache-2.0
#include "daemon/live_model.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "daemon/audit_note.h"
#include "scoring/score.h"

namespace upselld::daemon {
namespace {

// `payload` gets the version that `change` gives.
template <typename Change>
Result<std::string> change_models(App& app, store::AuditKind kind, Json payload,
                                  const Change& change) {
  Ledger& ledger = app.ledger();
  auto transaction = store::Transaction::begin(ledger.database, "publish", store::Durability::full);
  if (!transaction) return transaction.error();
  const Instant at = app.clock().now();
  const Result<std::string> version = change(*transaction, at);
  if (!version) return version;
  payload["version"] = *version;
  const auto noted = note_act(ledger, *transaction, {kind, std::move(payload), {}}, at);
  if (!noted) return noted.error();
  if (const auto committed = transaction->commit(); !committed) return committed.error();
  return version;
}

// Why its training refused the model; empty: it did not.
std::string refused_because(const std::optional<store::ModelInfo>& model) {
  if (!model) return "";
  const Json report = Json::parse(model->report, nullptr, /*allow_exceptions=*/false);
  if (!report.is_object() || report.value("published", true)) return "";
  return report.value("reason", std::string("its report does not say why"));
}

}  // namespace

Result<std::string> publish_model(App& app, const PublishWish& wish) {
  const auto files = app.ledger().models.files(wish.connection, wish.version);
  if (!files) return files.error();
  const auto model = app.ledger().models.find(wish.connection, wish.version);
  if (!model) return model.error();
  const std::string refused = refused_because(*model);
  if (!refused.empty() && !wish.although_refused) {
    return Error{
        ErrorKind::forbidden,
        "model " + wish.version + " was refused: " + refused +
            "; what ranks now stays. To let it rank all the same: upselld models publish " +
            wish.version + " --although-refused",
        {}};
  }
  Json payload = {{"connection", wish.connection}, {"version", wish.version}, {"by", wish.by}};
  if (!refused.empty()) payload["although_refused"] = refused;
  return change_models(app, store::AuditKind::model_published, std::move(payload),
                       [&](store::Transaction& transaction, Instant at) -> Result<std::string> {
                         const auto done = app.ledger().models.publish(transaction, wish.connection,
                                                                       wish.version, at);
                         if (!done) return done.error();
                         return wish.version;
                       });
}

Result<std::string> roll_back_model(App& app, const std::string& connection,
                                    const std::string& by) {
  return change_models(app, store::AuditKind::model_rolled_back,
                       {{"connection", connection}, {"version", ""}, {"by", by}},
                       [&](store::Transaction& transaction, Instant at) {
                         return app.ledger().models.rollback(transaction, connection, at);
                       });
}

Result<void> decline_model(App& app, const std::string& connection, const std::string& version,
                           const std::string& by) {
  const auto waits = waiting_model(app.ledger(), connection);
  if (!waits) return waits.error();
  if (waits->empty() || *waits != version) {
    return Error{ErrorKind::not_found,
                 "model " + version + " does not wait to be published" +
                     (waits->empty() ? "" : ", " + *waits + " does") + "; see: upselld models",
                 {}};
  }
  const auto declined = change_models(
      app, store::AuditKind::model_declined,
      {{"connection", connection}, {"version", version}, {"by", by}},
      [&](store::Transaction& transaction, Instant at) -> Result<std::string> {
        const auto done = app.ledger().models.decline(transaction, connection, version, at);
        if (!done) return done.error();
        return version;
      });
  if (!declined) return declined.error();
  return {};
}

Result<std::string> waiting_model(Ledger& ledger, const std::string& connection) {
  const auto newest = ledger.models.newest(connection);
  if (!newest) return newest.error();
  if (!*newest || !refused_because(*newest).empty()) return std::string();
  if (!(*newest)->declined_at.is_missing()) return std::string();
  const auto history = ledger.models.history(connection);
  if (!history) return history.error();
  const bool is_answered =
      std::any_of(history->begin(), history->end(), [&](const store::PublishedModel& once) {
        return once.version == (*newest)->version || once.since > (*newest)->trained_at;
      });
  return is_answered ? std::string() : (*newest)->version;
}

std::string live_name(const std::string& version) {
  return version.empty() ? scoring::kRulesVersion : version;
}

}  // namespace upselld::daemon
