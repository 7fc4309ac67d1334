// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/account_names.h"
#include "daemon/audit_note.h"
#include "daemon/decision_json.h"
#include "daemon/web_routes.h"
#include "plugins/csv/csv_writer.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kRowsShownMax = 200;
constexpr std::size_t kOffsetMax = 10'000'000;
constexpr std::size_t kHitsMax = 200;
constexpr std::size_t kTrendMax = 24;
constexpr std::size_t kExportedMax = 1'000'000;
constexpr const char* kExportedColumns[] = {
    "connection", "account", "name",   "owner",  "score",      "band",          "segment",
    "action",     "held",    "status", "change", "top_reason", "model_version", "scored_at"};

Result<store::DecisionOrder> order_named(const std::string& name) {
  if (name.empty() || name == "rank") return store::DecisionOrder::rank;
  if (name == "segment") return store::DecisionOrder::segment;
  if (name == "band") return store::DecisionOrder::band;
  if (name == "action") return store::DecisionOrder::action;
  if (name == "held") return store::DecisionOrder::held;
  return Error{ErrorKind::invalid_config, "sort: rank, segment, band, action or held", {}};
}

// `ask` gives a parameter's text. A search that finds nothing gives a filter that finds nothing.
template <typename Ask>
Result<store::DecisionFilter> filter_of(App& app, const Ask& ask) {
  store::DecisionFilter filter;
  filter.connection = ask("connection");
  filter.segment = ask("segment");
  filter.action = ask("action");
  filter.held = ask("held");
  if (filter.held == "any") {
    filter.held.clear();
    filter.any_held = true;
  }
  if (const std::string band = ask("band"); !band.empty()) {
    for (const Band one : {Band::low, Band::medium, Band::high}) {
      if (band == to_text(one)) filter.band = one;
    }
    if (!filter.band) return Error{ErrorKind::invalid_config, "band: high, medium or low", {}};
  }
  const auto order = order_named(ask("sort"));
  if (!order) return order.error();
  filter.order = *order;
  filter.is_reversed = ask("reversed") == "yes";
  const std::string search = ask("search");
  if (search.empty()) return filter;
  const auto hits = app.record_reader()->find_account(search, kHitsMax);
  if (!hits) return hits.error();
  for (const store::AccountHit& hit : *hits) filter.accounts.push_back(hit.number);
  if (filter.accounts.empty()) filter.accounts.push_back(0);
  return filter;
}

const std::string& field(const store::StoredDecision& decision, Field which) {
  static const std::string none;
  const auto& value = decision.values[static_cast<std::size_t>(which)];
  return value ? *value : none;
}

Json row_json(const store::StoredDecision& d, const AccountNames::Named& named) {
  const Score& score = d.score;
  Json out = {{"account", d.account.id},
              {"connection", d.account.connection},
              {"name", named.name},
              {"owner", named.owner}};
  out["score"] = score.has_probability ? Json(std::round(score.probability * 1000) / 10) : Json();
  out["expected_gain"] = has_gain(score) ? Json(score.rank_value) : Json();
  out["band"] = d.band ? Json(to_text(*d.band)) : Json();
  out["segment"] = d.segment;
  out["decile"] = d.decile;
  out["tags"] = d.tags;
  out["action"] = d.action;
  out["action_label"] = field(d, Field::next_action);
  out["held"] = d.held;
  out["status"] = d.status;
  out["change"] = field(d, Field::change);
  out["top_reason"] = field(d, Field::top_reason);
  out["scored_at"] = to_text(d.decided_on);
  return out;
}

void write_row(plugins::CsvWriter& writer, const store::StoredDecision& d,
               const AccountNames::Named& named) {
  writer.field(d.account.connection).field(d.account.id).free_text(named.name);
  writer.free_text(named.owner).field(field(d, Field::score));
  writer.field(d.band ? to_text(*d.band) : "").field(d.segment).field(d.action).field(d.held);
  writer.field(d.status).field(field(d, Field::change)).free_text(field(d, Field::top_reason));
  writer.field(d.score.model_version).field(to_text(d.decided_on)).end_row();
}

}  // namespace

Result<WebAnswer> accounts_page(const WebContext& context) {
  const auto offset = number_of(context.request, "offset", 0, kOffsetMax);
  if (!offset) return offset.error();
  const auto count = number_of(context.request, "count", 50, kRowsShownMax);
  if (!count) return count.error();
  App& app = context.app;
  auto filter = filter_of(app, [&](const char* name) { return context.request.parameter(name); });
  if (!filter) return filter.error();
  filter->offset = *offset;
  filter->count_max = *count;
  Ledger& ledger = app.ledger();
  const auto found = ledger.decisions.count(*filter);
  if (!found) return found.error();
  const auto decisions = ledger.decisions.list(*filter);
  if (!decisions) return decisions.error();
  AccountNames names(app);
  Json rows = Json::array();
  for (const store::StoredDecision& d : *decisions) {
    const auto named = names.of(d.account);
    if (!named) return named.error();
    Json row = row_json(d, *named);
    const auto changes = ledger.score_history.changes(d.account.number, kTrendMax);
    if (!changes) return changes.error();
    row["trend"] = Json::array();
    for (const auto& [day, score] : *changes) {
      row["trend"].push_back({to_text(day), score ? Json(*score) : Json()});
    }
    rows.push_back(std::move(row));
  }
  return json_answer({{"found", *found},
                      {"offset", *offset},
                      {"currency", app.settings().currency},
                      {"rows", rows}});
}

Result<WebAnswer> accounts_export(const WebContext& context) {
  const auto body = object_of(context.request);
  if (!body) return body.error();
  App& app = context.app;
  auto filter = filter_of(app, [&](const char* name) { return text_of(*body, name); });
  if (!filter) return filter.error();
  filter->count_max = kExportedMax;
  Ledger& ledger = app.ledger();
  // Written down before the first byte leaves.
  const Json payload = {{"what", "accounts"}, {"filter", *body}, {"by", context.request.user.name}};
  const auto noted =
      note_act_alone(ledger, {store::AuditKind::exported, payload, {}}, app.clock().now());
  if (!noted) return noted.error();
  std::string text;
  plugins::CsvWriter writer(text);
  for (const char* name : kExportedColumns) writer.field(name);
  writer.end_row();
  AccountNames names(app);
  std::optional<Error> failure;
  const auto read = ledger.decisions.each(*filter, [&](store::StoredDecision&& decision) {
    const auto named = names.of(decision.account);
    if (!named) failure = named.error();
    if (named) write_row(writer, decision, *named);
  });
  if (!read) return read.error();
  if (failure) return *failure;
  return WebAnswer{200,
                   "text/csv; charset=utf-8",
                   std::move(text),
                   {{"Content-Disposition", "attachment; filename=\"accounts.csv\""}}};
}

}  // namespace upselld::daemon
