// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/api_error.h"

#include <nlohmann/json.hpp>

namespace upselld::sandbox::hubspot {

using Json = nlohmann::ordered_json;

ApiError invalid(const std::string& message, const std::string& code, const std::string& property) {
  ApiError error{.message = message};
  if (!code.empty()) {
    ErrorDetail detail{message, code, {}};
    if (!property.empty()) detail.context["propertyName"] = {property};
    error.errors.push_back(std::move(detail));
  }
  return error;
}

ApiError not_found(const std::string& message) {
  return {.status = 404, .category = "OBJECT_NOT_FOUND", .message = message};
}

Json json_of(const ApiError& error, const std::string& correlation_id) {
  Json out = {{"status", "error"}, {"message", error.message}};
  if (!correlation_id.empty()) out["correlationId"] = correlation_id;
  if (!error.context.empty()) out["context"] = error.context;
  out["category"] = error.category;
  if (!error.sub_category.empty()) out["subCategory"] = error.sub_category;
  if (error.category == "MISSING_SCOPES") {
    out["links"] = {{"scopes", "https://developers.hubspot.com/scopes"}};
  }
  for (const ErrorDetail& detail : error.errors) {
    Json each = {{"message", detail.message}};
    if (!detail.code.empty()) each["code"] = detail.code;
    if (!detail.context.empty()) each["context"] = detail.context;
    out["errors"].push_back(std::move(each));
  }
  return out;
}

}  // namespace upselld::sandbox::hubspot
