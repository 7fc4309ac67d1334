// SPDX-License-Identifier: Apache-2.0
#include "daemon/codec.h"

#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/time_zone.h"

namespace upselld::daemon {
namespace {

Json json_of(Instant at) {
  return at.is_missing() ? Json() : Json(at.ms);
}
Instant instant_of(const Json& json) {
  return json.is_number_integer() ? Instant{json.get<std::int64_t>()} : Instant::missing();
}
Day day_of(const Json& json) {
  return Day{json.is_number_integer() ? json.get<std::int32_t>() : 0};
}
std::string text_of(const Json& json, const char* key) {
  return json.value(key, std::string());
}
const Json& part(const Json& json, const char* key) {
  static const Json kNothing;
  const auto at = json.find(key);
  return at == json.end() ? kNothing : *at;
}
std::vector<std::string> texts_of(const Json& json) {
  return json.is_array() ? json.get<std::vector<std::string>>() : std::vector<std::string>();
}

std::optional<Band> band_of(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  for (const Band band : {Band::low, Band::medium, Band::high}) {
    if (json.get<std::string>() == to_text(band)) return band;
  }
  return std::nullopt;
}
Json band_json(const std::optional<Band>& band) {
  return band ? Json(to_text(*band)) : Json();
}

}  // namespace

Json number_or_null(double number) {
  return std::isfinite(number) ? Json(number) : Json();
}
double number_of(const Json& json) {
  return json.is_number() ? json.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

Json json_of(const AccountFacts& facts) {
  Json attributes = Json::array();
  for (const AttributeValue& value : facts.attributes) {
    attributes.push_back(value.text.empty() ? number_or_null(value.number) : Json(value.text));
  }
  return {{"number", facts.number},
          {"connection", facts.connection},
          {"id", facts.id},
          {"name", facts.name},
          {"owner", facts.owner},
          {"parent", facts.parent},
          {"currency", facts.currency},
          {"created_at", json_of(facts.created_at)},
          {"deleted_at", json_of(facts.deleted_at)},
          {"pause_until", json_of(facts.pause_until)},
          {"opted_out", facts.opted_out},
          {"in_scope", facts.in_scope},
          {"attributes", attributes}};
}

AccountFacts facts_of(const Json& json) {
  AccountFacts facts;
  facts.number = json.value("number", 0u);
  facts.connection = text_of(json, "connection");
  facts.id = text_of(json, "id");
  facts.name = text_of(json, "name");
  facts.owner = text_of(json, "owner");
  facts.parent = text_of(json, "parent");
  facts.currency = text_of(json, "currency");
  facts.created_at = instant_of(part(json, "created_at"));
  facts.deleted_at = instant_of(part(json, "deleted_at"));
  facts.pause_until = instant_of(part(json, "pause_until"));
  facts.opted_out = json.value("opted_out", false);
  facts.in_scope = json.value("in_scope", true);
  for (const Json& value : part(json, "attributes")) {
    const bool is_text = value.is_string();
    facts.attributes.push_back({is_text ? std::nan("") : number_of(value),
                                is_text ? value.get<std::string>() : std::string()});
  }
  return facts;
}

Json json_of(const AccountMemory& memory) {
  const TaskMemory& task = memory.task;
  Json out = {{"decided", memory.decided},
              {"decided_on", memory.decided_on.number},
              {"segment", memory.segment},
              {"band", band_json(memory.band)},
              {"band_beyond", band_json(memory.band_beyond)},
              {"band_beyond_since", memory.band_beyond_since.number},
              {"decile", memory.decile},
              {"tags", memory.tags},
              {"action", memory.action},
              {"rule", memory.rule},
              {"held", memory.held},
              {"reason_order", memory.reason_order},
              {"model_version", memory.model_version},
              {"refreshed_on", memory.refreshed_on.number}};
  if (memory.probability) out["probability"] = *memory.probability;
  if (memory.score_30_days_ago) out["score_30_days_ago"] = *memory.score_30_days_ago;
  if (!task.key.empty()) {
    out["task"] = {{"key", task.key},          {"action", task.action},
                   {"owner", task.owner},      {"decided_on", task.decided_on.number},
                   {"due", json_of(task.due)}, {"status", static_cast<int>(task.status)},
                   {"outcome", task.outcome},  {"closed_at", json_of(task.closed_at)}};
  }
  return out;
}

AccountMemory memory_of(const Json& json) {
  AccountMemory memory;
  memory.decided = json.value("decided", false);
  memory.decided_on = day_of(part(json, "decided_on"));
  memory.segment = text_of(json, "segment");
  memory.band = band_of(part(json, "band"));
  memory.band_beyond = band_of(part(json, "band_beyond"));
  memory.band_beyond_since = day_of(part(json, "band_beyond_since"));
  memory.decile = json.value("decile", std::uint8_t{0});
  memory.tags = texts_of(part(json, "tags"));
  memory.action = text_of(json, "action");
  memory.rule = text_of(json, "rule");
  memory.held = text_of(json, "held");
  memory.reason_order = texts_of(part(json, "reason_order"));
  memory.model_version = text_of(json, "model_version");
  memory.refreshed_on = day_of(part(json, "refreshed_on"));
  if (json.contains("probability")) memory.probability = number_of(json["probability"]);
  if (json.contains("score_30_days_ago")) {
    memory.score_30_days_ago = number_of(json["score_30_days_ago"]);
  }
  if (json.contains("task")) {
    const Json& task = json["task"];
    memory.task = {
        text_of(task, "key"),          text_of(task, "action"),
        text_of(task, "owner"),        day_of(part(task, "decided_on")),
        instant_of(part(task, "due")), static_cast<TaskState::Status>(task.value("status", 0)),
        text_of(task, "outcome"),      instant_of(part(task, "closed_at"))};
  }
  return memory;
}

Json json_of(const ContactFacts& contact) {
  return {{"id", contact.id},
          {"role", contact.role},
          {"active", contact.active},
          {"may_mail", contact.may_mail},
          {"may_call", contact.may_call},
          {"may_profile", contact.may_profile},
          {"last_touch_at", json_of(contact.last_touch_at)}};
}

ContactFacts contact_of(const Json& json) {
  return {text_of(json, "id"),
          text_of(json, "role"),
          json.value("active", true),
          json.value("may_mail", true),
          json.value("may_call", true),
          json.value("may_profile", true),
          instant_of(part(json, "last_touch_at"))};
}

Json json_of(const RepFacts& rep) {
  return {{"id", rep.id},         {"name", rep.name},       {"email", rep.email},
          {"region", rep.region}, {"manager", rep.manager}, {"active", rep.active}};
}

RepFacts rep_of(const Json& json) {
  return {text_of(json, "id"),     text_of(json, "name"),    text_of(json, "email"),
          text_of(json, "region"), text_of(json, "manager"), json.value("active", true)};
}

Json json_of(const std::vector<Reason>& all) {
  Json reasons = Json::array();
  for (const Reason& reason : all) {
    reasons.push_back({{"group", reason.group},
                       {"feature", reason.feature},
                       {"value", number_or_null(reason.value)},
                       {"contribution", number_or_null(reason.contribution)},
                       {"text", reason.text}});
  }
  return reasons;
}

Json json_of(const Score& score) {
  return {{"model_version", score.model_version},
          {"has_probability", score.has_probability},
          {"probability", number_or_null(score.probability)},
          {"margin", number_or_null(score.margin)},
          {"base", number_or_null(score.base)},
          {"rank_value", number_or_null(score.rank_value)},
          {"reasons", json_of(score.reasons)}};
}

Score score_of(const Json& json) {
  Score score;
  score.model_version = text_of(json, "model_version");
  score.has_probability = json.value("has_probability", false);
  score.probability = number_of(part(json, "probability"));
  score.margin = number_of(part(json, "margin"));
  score.base = number_of(part(json, "base"));
  score.rank_value = number_of(part(json, "rank_value"));
  for (const Json& reason : part(json, "reasons")) {
    score.reasons.push_back({text_of(reason, "group"), text_of(reason, "feature"),
                             number_of(part(reason, "value")),
                             number_of(part(reason, "contribution")), text_of(reason, "text")});
  }
  return score;
}

Json json_of(const FieldValues& values) {
  Json out = Json::object();
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    if (values[f]) out[to_text(static_cast<Field>(f))] = *values[f];
  }
  return out;
}

FieldValues values_of(const Json& json) {
  FieldValues values;
  for (const auto& [name, value] : json.items()) {
    const auto field = field_named(name);
    if (field && value.is_string()) {
      values[static_cast<std::size_t>(*field)] = value.get<std::string>();
    }
  }
  return values;
}

Json json_of(const TaskDraft& task) {
  return {{"key", task.key},
          {"account", task.account},
          {"contact", task.contact},
          {"owner", task.owner},
          {"type", task.type},
          {"due", json_of(task.due)},
          {"subject", task.subject},
          {"body", task.body},
          {"score_at_creation", task.score_at_creation}};
}

TaskDraft task_of(const Json& json) {
  return {text_of(json, "key"),     text_of(json, "account"), text_of(json, "contact"),
          text_of(json, "owner"),   text_of(json, "type"),    instant_of(part(json, "due")),
          text_of(json, "subject"), text_of(json, "body"),    text_of(json, "score_at_creation")};
}

Json json_of(const playbook::TaskWish& wish) {
  Json out = {{"account", wish.account},
              {"group", wish.group},
              {"action", wish.action},
              {"key", wish.key},
              {"contact", wish.contact},
              {"account_owner", wish.account_owner},
              {"owners", wish.owners},
              {"type", wish.type},
              {"due", json_of(wish.due)},
              {"subject", wish.subject},
              {"body", wish.body},
              {"score_at_creation", wish.score_at_creation},
              {"expected_value", number_or_null(wish.expected_value)},
              {"id_hash", wish.id_hash}};
  if (wish.held_out) out["held_out"] = true;
  return out;
}

playbook::TaskWish wish_of(const Json& json) {
  playbook::TaskWish wish;
  wish.account = text_of(json, "account");
  wish.group = text_of(json, "group");
  wish.action = text_of(json, "action");
  wish.key = text_of(json, "key");
  wish.contact = text_of(json, "contact");
  wish.account_owner = text_of(json, "account_owner");
  wish.owners = texts_of(part(json, "owners"));
  wish.type = text_of(json, "type");
  wish.due = instant_of(part(json, "due"));
  wish.subject = text_of(json, "subject");
  wish.body = text_of(json, "body");
  wish.score_at_creation = text_of(json, "score_at_creation");
  wish.expected_value = number_of(part(json, "expected_value"));
  wish.id_hash = json.value("id_hash", std::uint64_t{0});
  wish.held_out = json.value("held_out", false);
  return wish;
}

Json json_of(const playbook::Today& today) {
  Json json = {{"day", today.day.number},      {"midnight", json_of(today.midnight)},
               {"now", json_of(today.now)},    {"zone", today.zone.name()},
               {"tasks_due", today.tasks_due}, {"data_as_of", json_of(today.data_as_of)},
               {"instance", today.instance},   {"model_version", today.model_version},
               {"currency", today.currency},   {"base_rate", number_or_null(today.base_rate)},
               {"horizon", today.horizon.ms},  {"worth_from", number_or_null(today.worth_from)},
               {"refresh", today.refresh.ms}};
  if (today.several) json["several"] = true;
  if (today.has_trained) json["has_trained"] = true;
  return json;
}

Result<playbook::Today> today_of(const Json& json) {
  auto zone = TimeZone::load(text_of(json, "zone"));
  if (!zone) return zone.error();
  playbook::Today today;
  today.day = day_of(part(json, "day"));
  today.midnight = instant_of(part(json, "midnight"));
  today.now = instant_of(part(json, "now"));
  today.zone = *zone;
  today.tasks_due = json.value("tasks_due", false);
  today.data_as_of = instant_of(part(json, "data_as_of"));
  today.instance = text_of(json, "instance");
  today.several = json.value("several", false);
  today.has_trained = json.value("has_trained", false);
  today.model_version = text_of(json, "model_version");
  today.currency = text_of(json, "currency");
  today.base_rate = number_of(part(json, "base_rate"));
  today.horizon = Duration{json.value("horizon", std::int64_t{0})};
  today.worth_from = number_of(part(json, "worth_from"));
  today.refresh = Duration{json.value("refresh", days(7).ms)};
  return today;
}

std::string row_text(std::span<const float> row) {
  std::string bytes;
  bytes.reserve(row.size() * 4);
  for (const float value : row) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(bits >> shift);
  }
  return hex(bytes);
}

std::vector<float> row_of(const std::string& text) {
  const std::string bytes = from_hex(text);
  std::vector<float> row;
  row.reserve(bytes.size() / 4);
  for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t bits = 0;
    for (std::size_t b = 0; b < 4; ++b) {
      bits = bits << 8 | static_cast<unsigned char>(bytes[at + b]);
    }
    row.push_back(std::bit_cast<float>(bits));
  }
  return row;
}

}  // namespace upselld::daemon
