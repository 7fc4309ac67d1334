// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "daemon/account_lookup.h"
#include "daemon/account_names.h"
#include "daemon/decision_json.h"
#include "daemon/web_change.h"
#include "daemon/web_routes.h"
#include "store/account_events.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kScoresMax = 800;
constexpr std::size_t kOrdersMax = 500;
constexpr std::int32_t kDaysShown = 730;
constexpr std::size_t kEntriesShown = 60;
constexpr std::size_t kDeliveriesShown = 60;

const std::string& name_at(const std::vector<std::string>& names, std::size_t index) {
  static const std::string none;
  return index < names.size() ? names[index] : none;
}

// Orders one by one, activity by week and kind: a page shows years.
Json events_of(const Timeline& timeline, const Vocabulary& words, const TimeZone& zone, Day today) {
  Json orders = Json::array();
  const std::size_t first = timeline.orders.size() - std::min(timeline.orders.size(), kOrdersMax);
  for (std::size_t i = first; i < timeline.orders.size(); ++i) {
    const OrderEvent& order = timeline.orders[i];
    orders.push_back({{"at", to_text(order.at)},
                      {"kind", to_text(order.kind)},
                      {"status", to_text(order.status)},
                      {"amount", number_or_null(order.amount)},
                      {"currency", name_at(words.currencies, order.currency)}});
  }
  std::map<std::pair<std::int32_t, std::uint16_t>, std::int64_t> weeks;
  for (const ActivityEvent& activity : timeline.activities) {
    const std::int32_t back = today.number - zone.day_of(activity.at).number;
    if (back < 0 || back > kDaysShown) continue;
    ++weeks[{today.number - back / 7 * 7 - 6, activity.kind}];
  }
  Json activity = Json::array();
  for (const auto& [week, count] : weeks) {
    activity.push_back({{"week", to_text(Day{week.first})},
                        {"kind", name_at(words.activity_kinds, week.second)},
                        {"count", count}});
  }
  return {{"orders", orders}, {"orders_in_all", timeline.orders.size()}, {"activity", activity}};
}

// The only page that reads events.
Result<Json> timeline_json(App& app, const store::AccountHit& hit) {
  const TimeZone& zone = app.settings().zone;
  const Instant from = app.settings().retention.records_from(app.now(), zone);
  const auto events = store::read_account_events(app.database(), hit.number, app.now(), from);
  if (!events && events.error().kind == ErrorKind::not_found) return Json();
  if (!events) return events.error();
  return events_of(events->timeline, events->words, zone, zone.day_of(app.now()));
}

Json attribute_json(const AttributeSpec& spec, const AttributeValue& value) {
  switch (spec.kind) {
    case AttributeKind::number:
      return number_or_null(value.number);
    case AttributeKind::text:
    case AttributeKind::ordered_text:
      return value.text.empty() ? Json() : Json(value.text);
    case AttributeKind::instant:
      return std::isnan(value.number)
                 ? Json()
                 : Json(to_text(Instant{static_cast<std::int64_t>(value.number)}));
    case AttributeKind::boolean:
      return std::isnan(value.number) ? Json() : Json(value.number != 0);
  }
  return {};
}

Result<Json> facts_json(App& app, const store::AccountHit& hit) {
  const auto reader = app.record_reader();
  const auto facts = reader->account_facts(hit.number, app.now());
  if (!facts) return facts.error();
  Json attributes = Json::object();
  for (const Link& link : app.links()) {
    if (link.name() != hit.connection) continue;
    for (std::size_t i = 0; i < link.attributes.size() && i < facts->attributes.size(); ++i) {
      attributes[link.attributes[i].name] =
          attribute_json(link.attributes[i], facts->attributes[i]);
    }
  }
  return Json({{"account", hit.id},
               {"connection", hit.connection},
               {"name", facts->name.empty() ? hit.id : facts->name},
               {"owner", AccountNames(app).rep(hit.connection, facts->owner)},
               {"owner_id", facts->owner},
               {"parent", facts->parent},
               {"created_at", instant_json(facts->created_at)},
               {"pause_until", instant_json(facts->pause_until)},
               {"opted_out", facts->opted_out},
               {"in_scope", facts->in_scope},
               {"attributes", attributes}});
}

Result<Json> scores_json(App& app, std::uint32_t account) {
  const auto changes = app.ledger().score_history.changes(account, kScoresMax);
  if (!changes) return changes.error();
  Json out = Json::array();
  for (const auto& [day, score] : *changes) {
    out.push_back({to_text(day), score ? Json(*score) : Json()});
  }
  return out;
}

Result<Json> audit_json(App& app, std::uint32_t account) {
  store::AuditFilter filter;
  filter.account = account;
  filter.newest_first = true;
  filter.count_max = kEntriesShown;
  const auto headers = app.ledger().audit.list(filter);
  if (!headers) return headers.error();
  Json out = Json::array();
  for (const store::AuditHeader& header : *headers) {
    out.push_back({{"sequence", header.sequence},
                   {"kind", store::to_text(header.kind)},
                   {"at", to_text(header.at)},
                   {"run", header.run}});
  }
  return out;
}

// What was sent, newest first.
Result<Json> written_json(App& app, std::uint32_t account) {
  store::OutboxFilter filter;
  filter.account = account;
  filter.count_max = kDeliveriesShown;
  filter.newest_first = true;
  const auto rows = app.ledger().outbox.list(filter);
  if (!rows) return rows.error();
  Json out = Json::array();
  for (const store::Delivery& row : *rows) {
    const auto* fields = std::get_if<FieldUpdate>(&row.payload);
    out.push_back({{"what", store::to_text(row.kind())},
                   {"state", store::to_text(row.state)},
                   {"task", row.task_key},
                   {"meant_at", to_text(row.meant_at)},
                   {"settled_at", instant_json(row.settled_at)},
                   {"values", fields == nullptr ? Json() : json_of(fields->values)},
                   {"message", row.receipt.message}});
  }
  return out;
}

Result<Json> kept_json(App& app, std::uint32_t account) {
  const auto fields = app.ledger().field_states.of(account);
  if (!fields) return fields.error();
  Json out = Json::array();
  for (std::size_t i = 0; i < fields->size(); ++i) {
    const store::FieldMemory& one = (*fields)[i];
    if (!one.is_kept(app.now())) continue;
    out.push_back({{"field", to_text(static_cast<Field>(i))},
                   {"value", one.edited},
                   {"edited_at", to_text(one.edited_at)}});
  }
  return out;
}

}  // namespace

Result<WebAnswer> account_page(const WebContext& context) {
  App& app = context.app;
  const std::string wanted = context.request.parameter("id");
  if (wanted.empty()) return Error{ErrorKind::invalid_config, "id: which account?", {}};
  const auto hit = one_account(app, wanted);
  if (!hit) return hit.error();
  const auto facts = facts_json(app, *hit);
  if (!facts) return facts.error();
  const auto decision = app.ledger().decisions.latest(hit->number);
  if (!decision) return decision.error();
  Json out = {{"facts", *facts}, {"currency", app.settings().currency}, {"decision", Json()}};
  const ConnectionSettings* connection = app.settings().connection(hit->connection);
  if (connection != nullptr) out["horizon_days"] = connection->target.horizon.ms / days(1).ms;
  if (*decision) out["decision"] = json_of_decision(**decision, hit->name);
  const store::AccountRef account{hit->number, hit->connection, hit->id};
  struct Part {
    const char* name;
    Result<Json> json;
  };
  Part parts[] = {
      {"scores", scores_json(app, hit->number)}, {"timeline", timeline_json(app, *hit)},
      {"change", change_json(app, account)},     {"written", written_json(app, hit->number)},
      {"kept", kept_json(app, hit->number)},     {"audit", audit_json(app, hit->number)}};
  for (const Part& part : parts) {
    if (!part.json) return part.json.error();
    out[part.name] = *part.json;
  }
  return json_answer(out);
}

}  // namespace upselld::daemon
