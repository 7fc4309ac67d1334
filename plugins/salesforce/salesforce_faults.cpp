// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_faults.h"

#include <nlohmann/json.hpp>

#include "plugins/http/headers.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::salesforce {

namespace {

struct Entry {
  const char* code;
  FaultClass what;
  const char* remedy = "";
};

constexpr FaultClass kRetry = FaultClass::retry, kSetup = FaultClass::setup,
                     kData = FaultClass::data, kGone = FaultClass::gone;

constexpr Entry kCatalogue[] = {
    {"UNABLE_TO_LOCK_ROW", kRetry},
    {"QUERY_TIMEOUT", kRetry},
    {"REQUEST_RUNNING_TOO_LONG", kRetry},
    {"SERVER_UNAVAILABLE", kRetry},
    {"UNKNOWN_EXCEPTION", kRetry},
    {"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", kRetry},
    {"ORG_IN_MAINTENANCE", kRetry},
    {"TXN_SECURITY_METERING_ERROR", kRetry,
     "exempt the integration user from the transaction security policy"},
    {"ALL_OR_NONE_OPERATION_ROLLED_BACK", kRetry},
    {"PROCESSING_HALTED", kRetry},
    {"INVALID_SESSION_ID", FaultClass::session},
    {"INVALID_AUTH_HEADER", FaultClass::session},
    {"INVALID_JWT_FORMAT", FaultClass::session},
    {"REQUEST_LIMIT_EXCEEDED", FaultClass::limit},
    {"LIMIT_EXCEEDED", FaultClass::limit},
    {"EXCEEDED_ID_LIMIT", kSetup},
    {"STORAGE_LIMIT_EXCEEDED", kSetup, "free some data storage of the org, or buy more"},
    {"API_DISABLED_FOR_ORG", kSetup,
     "give the integration user API Enabled, in an edition with "
     "API access"},
    {"API_CURRENTLY_DISABLED", kSetup, "give the integration user API Enabled"},
    {"INVALID_FIELD", kSetup, "the field is missing or hidden: see upselld probe"},
    {"INVALID_TYPE", kSetup, "the object is missing or hidden: see upselld probe"},
    {"INVALID_FIELD_FOR_INSERT_UPDATE", kSetup,
     "give the integration user edit permission on the field"},
    {"INSUFFICIENT_ACCESS_OR_READONLY", kData, "give the integration user edit access"},
    {"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", kData},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", kData},
    {"CANNOT_EXECUTE_FLOW_TRIGGER", kData},
    {"APEX_DATA_ACCESS_RESTRICTION", kData},
    {"CUSTOM_APEX_ERROR", kData},
    {"FIELD_CUSTOM_VALIDATION_EXCEPTION", kData, "exempt the integration user from the rule"},
    {"FIELD_FILTER_VALIDATION_EXCEPTION", kData},
    {"REQUIRED_FIELD_MISSING", kSetup, "name the field in task_constants"},
    {"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", kSetup,
     "add the value to the picklist and to its record types: upselld prepare"},
    {"STRING_TOO_LONG", kData},
    {"NUMBER_OUTSIDE_VALID_RANGE", kData},
    {"JSON_PARSER_ERROR", kData},
    {"INVALID_CROSS_REFERENCE_KEY", kGone},
    {"MALFORMED_ID", kData},
    {"ENTITY_IS_DELETED", kGone},
    {"NOT_FOUND", kGone},
    {"ENTITY_IS_LOCKED", kData, "locked by an approval process"},
    {"ENTITY_IS_ARCHIVED", kGone},
    {"DUPLICATE_VALUE", FaultClass::duplicate},
    {"DUPLICATE_EXTERNAL_ID", kSetup, "make the field unique"},
    {"DUPLICATES_DETECTED", kData, "exempt the integration user from the duplicate rule"},
    {"INACTIVE_OWNER_OR_USER", kData, "set fallback_owner"},
    {"MALFORMED_QUERY", kSetup},
    {"UNSUPPORTED_API_VERSION", kSetup, "raise version"},
};

const Entry* entry_of(const std::string& code) {
  for (const Entry& entry : kCatalogue) {
    if (code == entry.code) return &entry;
  }
  return nullptr;
}

void read_object(const nlohmann::json& object, Fault& fault) {
  fault.code = text_in(object, "errorCode");
  if (fault.code.empty()) fault.code = text_in(object, "statusCode");
  fault.message = text_in(object, "message");
  if (fault.code.empty() && member(object, "error") != nullptr) {
    fault.code = text_in(object, "error");
    fault.message = text_in(object, "error_description");
  }
  const nlohmann::json* fields = member(object, "fields");
  if (fields != nullptr && fields->is_array() && !fields->empty())
    fault.field = text_of(fields->at(0));
}

// Codes that a trigger's failure brings inside its message.
bool is_wrapped_lock(const Fault& fault) {
  return fault.message.find("UNABLE_TO_LOCK_ROW") != std::string::npos;
}

}  // namespace

FaultClass class_of(const Fault& fault) {
  if (is_wrapped_lock(fault)) return FaultClass::retry;
  if (const Entry* entry = entry_of(fault.code)) return entry->what;
  switch (fault.status) {
    case 401:
      return FaultClass::session;
    case 404:
      return FaultClass::gone;
    case 300:
    case 405:
    case 410:
    case 414:
    case 415:
    case 431:
      return FaultClass::setup;
    case 406:
    case 408:
    case 420:
    case 429:
      return FaultClass::retry;
    default:
      return fault.status >= 500 ? FaultClass::retry : FaultClass::data;
  }
}

Fault fault_of(const HttpResponse& response) {
  Fault fault;
  const auto read = parse_json(response.body, "read an error");
  if (read && read->is_array() && !read->empty()) read_object(read->at(0), fault);
  if (read && read->is_object()) read_object(*read, fault);
  fault.status = response.status;
  fault.code = redacted(fault.code, 80);
  fault.message = redacted(fault.message);
  fault.field = redacted(fault.field, 200);
  return fault;
}

Fault fault_of_bulk(const std::string& text) {
  Fault fault;
  const std::size_t colon = text.find(':');
  fault.code = redacted(text.substr(0, colon), 80);
  if (colon == std::string::npos) return fault;
  std::string rest = text.substr(colon + 1);
  const std::size_t last = rest.rfind(':');
  if (last != std::string::npos) {
    fault.field = rest.substr(last + 1);
    while (fault.field.ends_with(' ') || fault.field.ends_with('-')) fault.field.pop_back();
    fault.field = redacted(fault.field, 200);
    rest.resize(last);
  }
  fault.message = redacted(rest);
  return fault;
}

std::string remedy_of(const Fault& fault) {
  if (fault.status == 414 || fault.status == 431)
    return "the statement is too long; map fewer fields";
  const Entry* entry = entry_of(fault.code);
  return entry == nullptr ? std::string() : entry->remedy;
}

Error error_of(const std::string& doing, const Fault& fault) {
  return error_told(doing, fault, class_of(fault), remedy_of(fault), ErrorKind::budget_exhausted);
}

}  // namespace upselld::plugins::salesforce
