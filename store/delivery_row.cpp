// SPDX-License-Identifier: Apache-2.0
#include "store/delivery_row.h"

#include <nlohmann/json.hpp>

namespace upselld::store {
namespace {

using Json = nlohmann::json;

// CRM text may hold any bytes; what is not UTF-8 is replaced rather than refused.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Error damaged(const char* what) {
  return Error{
      ErrorKind::corrupt, std::string("a stored ") + what + " is damaged; restore a backup", {}};
}

Result<Json> parse_object(const std::string& text, const char* what) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return damaged(what);
  return json;
}

void put_text(Json& json, const char* key, const std::string& value) {
  if (!value.empty()) json[key] = value;
}

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Instant instant_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_integer()) return Instant::missing();
  return Instant{found->get<std::int64_t>()};
}

Json json_of(const FieldValues& values) {
  Json json = Json::object();
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    if (values[i]) json[to_text(static_cast<Field>(i))] = *values[i];
  }
  return json;
}

bool read_fields(const Json& json, FieldValues& values) {
  if (!json.is_object()) return false;
  for (const auto& [name, value] : json.items()) {
    const std::optional<Field> field = field_named(name);
    if (!field || !value.is_string()) return false;
    values[static_cast<std::size_t>(*field)] = value.get<std::string>();
  }
  return true;
}

Json json_of(const TaskDraft& task) {
  Json json = Json::object();
  json["key"] = task.key;
  json["account"] = task.account;
  put_text(json, "contact", task.contact);
  put_text(json, "owner", task.owner);
  put_text(json, "type", task.type);
  json["due"] = task.due.ms;
  put_text(json, "subject", task.subject);
  put_text(json, "body", task.body);
  put_text(json, "score_at_creation", task.score_at_creation);
  return json;
}

TaskDraft task_of(const Json& json) {
  TaskDraft task;
  task.key = text_of(json, "key");
  task.account = text_of(json, "account");
  task.contact = text_of(json, "contact");
  task.owner = text_of(json, "owner");
  task.type = text_of(json, "type");
  task.due = instant_of(json, "due");
  task.subject = text_of(json, "subject");
  task.body = text_of(json, "body");
  task.score_at_creation = text_of(json, "score_at_creation");
  return task;
}

struct PayloadWriter {
  Json operator()(const FieldUpdate& update) const {
    return Json{{"account", update.account}, {"values", json_of(update.values)}};
  }
  Json operator()(const TaskDraft& task) const { return json_of(task); }
  Json operator()(const TaskWithdrawal& withdrawal) const {
    return Json{{"key", withdrawal.key}, {"crm_id", withdrawal.crm_id}, {"why", withdrawal.why}};
  }
};

}  // namespace

const char* to_text(DeliveryKind kind) {
  switch (kind) {
    case DeliveryKind::fields:
      return "fields";
    case DeliveryKind::task:
      return "task";
    case DeliveryKind::withdrawal:
      return "withdrawal";
  }
  return "?";
}

bool is_waiting(DeliveryState state) {
  switch (state) {
    case DeliveryState::meant:
    case DeliveryState::rejected:
    case DeliveryState::deferred:
      return true;
    case DeliveryState::unknown:
    case DeliveryState::sending:
    case DeliveryState::done:
    case DeliveryState::superseded:
    case DeliveryState::cancelled:
      return false;
  }
  return false;
}

const char* to_text(DeliveryState state) {
  switch (state) {
    case DeliveryState::meant:
      return "meant";
    case DeliveryState::sending:
      return "sending";
    case DeliveryState::unknown:
      return "unknown";
    case DeliveryState::done:
      return "done";
    case DeliveryState::rejected:
      return "rejected";
    case DeliveryState::deferred:
      return "deferred";
    case DeliveryState::superseded:
      return "superseded";
    case DeliveryState::cancelled:
      return "cancelled";
  }
  return "?";
}

DeliveryKind kind_of(const DeliveryPayload& payload) {
  return static_cast<DeliveryKind>(payload.index());
}

std::string fields_to_json(const FieldValues& values) {
  return dump(json_of(values));
}

Result<FieldValues> fields_from_json(const std::string& text) {
  const Result<Json> json = parse_object(text, "set of field values");
  FieldValues values;
  if (!json || !read_fields(*json, values)) return damaged("set of field values");
  return values;
}

std::string task_to_json(const TaskDraft& task) {
  return dump(json_of(task));
}

Result<TaskDraft> task_from_json(const std::string& text) {
  const Result<Json> json = parse_object(text, "task");
  if (!json) return json.error();
  return task_of(*json);
}

std::string payload_to_json(const DeliveryPayload& payload) {
  return dump(std::visit(PayloadWriter{}, payload));
}

Result<DeliveryPayload> payload_from_json(DeliveryKind kind, const std::string& text) {
  const Result<Json> json = parse_object(text, "delivery");
  if (!json) return json.error();
  switch (kind) {
    case DeliveryKind::fields: {
      FieldUpdate update{text_of(*json, "account"), {}};
      const auto values = json->find("values");
      if (values == json->end() || !read_fields(*values, update.values)) return damaged("delivery");
      return DeliveryPayload(std::move(update));
    }
    case DeliveryKind::task:
      return DeliveryPayload(task_of(*json));
    case DeliveryKind::withdrawal:
      return DeliveryPayload(
          TaskWithdrawal{text_of(*json, "key"), text_of(*json, "crm_id"), text_of(*json, "why")});
  }
  return damaged("delivery");
}

std::string receipt_to_json(const Receipt& receipt) {
  Json json = Json::object();
  json["outcome"] = static_cast<int>(receipt.outcome);
  put_text(json, "crm_id", receipt.crm_id);
  put_text(json, "version", receipt.version);
  json["stored"] = json_of(receipt.stored);
  put_text(json, "code", receipt.code);
  put_text(json, "message", receipt.message);
  put_text(json, "field", receipt.field);
  if (!receipt.until.is_missing()) json["until"] = receipt.until.ms;
  return dump(json);
}

Result<Receipt> receipt_from_json(const std::string& text) {
  const Result<Json> json = parse_object(text, "receipt");
  if (!json) return json.error();
  Receipt receipt;
  const auto outcome = json->find("outcome");
  if (outcome == json->end() || !outcome->is_number_unsigned()) return damaged("receipt");
  const unsigned number = outcome->get<unsigned>();
  if (number > static_cast<unsigned>(Receipt::Outcome::unknown)) return damaged("receipt");
  receipt.outcome = static_cast<Receipt::Outcome>(number);
  receipt.crm_id = text_of(*json, "crm_id");
  receipt.version = text_of(*json, "version");
  receipt.code = text_of(*json, "code");
  receipt.message = text_of(*json, "message");
  receipt.field = text_of(*json, "field");
  receipt.until = instant_of(*json, "until");
  const auto stored = json->find("stored");
  if (stored == json->end() || !read_fields(*stored, receipt.stored)) return damaged("receipt");
  return receipt;
}

}  // namespace upselld::store
