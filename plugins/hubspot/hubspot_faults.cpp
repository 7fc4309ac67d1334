// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_faults.h"

#include <nlohmann/json.hpp>

#include "plugins/http/headers.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::hubspot {

namespace {

std::vector<std::string> redacted_texts(const nlohmann::json& context, const char* name) {
  std::vector<std::string> texts = texts_in(context, name);
  for (std::string& text : texts) text = redacted(text, 200);
  return texts;
}

void take_context(const nlohmann::json& holder, Fault& fault) {
  const nlohmann::json* context = member(holder, "context");
  if (context == nullptr) return;
  const auto append = [](std::vector<std::string>& to, std::vector<std::string> more) {
    to.insert(to.end(), more.begin(), more.end());
  };
  for (const char* name : {"ids", "id", "fromObjectId"}) {
    append(fault.ids, redacted_texts(*context, name));
  }
  append(fault.trace_ids, redacted_texts(*context, "objectWriteTraceId"));
  append(fault.scopes, redacted_texts(*context, "requiredGranularScopes"));
  for (const char* name : {"propertyName", "name"}) {
    const auto names = redacted_texts(*context, name);
    if (fault.field.empty() && !names.empty()) fault.field = names.front();
  }
  const auto existing = redacted_texts(*context, "existingId");
  if (fault.existing_id.empty() && !existing.empty()) fault.existing_id = existing.front();
}

// Some endpoints put the list of what is wrong, as text, into the message.
void take_embedded(Fault& fault, const std::string& message) {
  const std::size_t begin = message.find("[{");
  const std::size_t end = message.rfind("}]");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return;
  const auto read = parse_json(message.substr(begin, end + 2 - begin), "read an error");
  if (!read || !read->is_array() || read->empty()) return;
  const nlohmann::json& first = read->at(0);
  if (fault.code.empty()) fault.code = redacted(text_in(first, "error"), 80);
  if (fault.field.empty()) fault.field = redacted(text_in(first, "name"), 200);
}

void take_details(const nlohmann::json& object, Fault& fault) {
  fault.category = redacted(text_in(object, "category"), 80);
  fault.sub_category = redacted(text_in(object, "subCategory"), 80);
  fault.policy = redacted(text_in(object, "policyName"), 80);
  fault.correlation_id = redacted(text_in(object, "correlationId"), 80);
  const std::string message = text_in(object, "message");
  fault.message = redacted(message);
  take_context(object, fault);
  if (const nlohmann::json* errors = member(object, "errors");
      errors != nullptr && errors->is_array()) {
    for (const auto& error : *errors) {
      if (fault.code.empty()) fault.code = redacted(text_in(error, "code"), 80);
      take_context(error, fault);
    }
  }
  take_embedded(fault, message);
  // Of the token endpoint.
  if (member(object, "error") != nullptr) {
    fault.category = redacted(text_in(object, "error"), 80);
    fault.code = redacted(text_in(object, "status"), 80);
    const std::string told = text_in(object, "error_description");
    if (!told.empty()) fault.message = redacted(told);
  }
  if (fault.code.empty() || fault.code == "error") fault.code = fault.category;
}

void name_policy(Fault& fault, std::string_view body) {
  if (fault.status != 429 || !fault.policy.empty()) return;
  const auto has = [&](const char* text) { return body.find(text) != std::string_view::npos; };
  if (has("secondly limit") && !has("ten_")) fault.policy = "SECONDLY";
  if (has("daily") || has("DAILY")) fault.policy = "DAILY";
}

}  // namespace

FaultClass class_of(const Fault& fault) {
  const auto is = [&](const char* code) { return fault.code == code || fault.category == code; };
  if (is("CONFLICT") || is("CONFLICTING_UNIQUE_VALUE") || is("OBJECT_ALREADY_EXISTS")) {
    return FaultClass::duplicate;
  }
  if (is("OBJECT_NOT_FOUND")) return FaultClass::gone;
  if (is("MISSING_SCOPES") || is("PROPERTY_DOESNT_EXIST")) return FaultClass::setup;
  if (is("RATE_LIMITS")) return FaultClass::limit;
  switch (fault.status) {
    case 401:
    case 530:
      return FaultClass::session;
    case 403:
    case 414:
    case 415:
      return FaultClass::setup;
    case 404:
      return FaultClass::gone;
    case 409:
      return FaultClass::duplicate;
    case 423:
      return FaultClass::retry;
    case 429:
      return FaultClass::limit;
    case 477:
      return FaultClass::parked;
    default:
      return fault.status >= 500 ? FaultClass::retry : FaultClass::data;
  }
}

Fault fault_of(const HttpResponse& response) {
  Fault fault;
  const auto read = parse_json(response.body, "read an error");
  if (read && read->is_object()) take_details(*read, fault);
  fault.status = response.status;
  name_policy(fault, response.body);
  return fault;
}

Fault fault_in(const nlohmann::json& error) {
  Fault fault;
  take_details(error, fault);
  return fault;
}

bool is_rule(const Fault& fault) {
  return fault.code == "MISSING_CONDITIONAL_REQUIRED_PROPERTY" ||
         fault.code == "MISSING_REQUIRED_PROPERTY";
}

std::string remedy_of(const Fault& fault) {
  if (!fault.scopes.empty()) {
    std::string names;
    for (const std::string& scope : fault.scopes) names += (names.empty() ? "" : " or ") + scope;
    return "grant the scope " + names;
  }
  if (is_rule(fault)) {
    return "fill in " + (fault.field.empty() ? std::string("what the rule demands") : fault.field) +
           ", or change the account's validation rule";
  }
  if (fault.code == "PROPERTY_DOESNT_EXIST") return "run: upselld prepare";
  if (fault.status == 414) return "map fewer properties";
  if (fault.status == 401 || fault.status == 530) return "store a valid token";
  return {};
}

Error error_of(const std::string& doing, const Fault& fault) {
  const ErrorKind limit =
      fault.policy == "DAILY" ? ErrorKind::budget_exhausted : ErrorKind::rate_limited;
  return error_told(doing, fault, class_of(fault), remedy_of(fault), limit);
}

Receipt rejected(const Fault& fault) {
  Refusal told = fault;
  if (told.code.empty()) told.code = "HTTP " + std::to_string(fault.status);
  const auto append = [&](const std::string& more) {
    if (!more.empty()) told.message += (told.message.empty() ? "" : "; ") + more;
  };
  append(remedy_of(fault));
  if (!fault.correlation_id.empty()) append("correlation id " + fault.correlation_id);
  return plugins::rejected(told);
}

}  // namespace upselld::plugins::hubspot
