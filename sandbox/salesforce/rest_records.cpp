// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sandbox/salesforce/handlers.h"
#include "sandbox/salesforce/ids.h"

// Single records: sobjects/Object, .../id, .../Key/value.
namespace upselld::sandbox::salesforce {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kUpsertAnswersVersion = 46;

Writer::By by_of(const Call& call) {
  const std::string rule = lower(call.request.headers.get("Sforce-Duplicate-Rule-Header"));
  return {call.user, /*is_person=*/false, rule.find("allowsave=true") != std::string::npos};
}

std::string created_json(const RowResult& result, bool tells_created) {
  std::string out = fmt::format(R"({{"id":"{}","success":true,"errors":[])", result.id);
  if (tells_created) out += fmt::format(R"(,"created":{})", result.created);
  return out + "}";
}

// A single call words a row that is gone another way than a collection does.
[[noreturn]] void refuse(ApiError error) {
  if (error.code == "INVALID_CROSS_REFERENCE_KEY" && error.status == 404) {
    error.code = "NOT_FOUND";
    error.message = "The requested resource does not exist";
  }
  if (error.code == "MALFORMED_ID" && error.fields == std::vector<std::string>{"Id"}) {
    error.status = 404;
    error.code = "NOT_FOUND";
    error.message = "The requested resource does not exist";
    error.fields.clear();
  }
  throw error;
}

int key_column(const Service& service, const Call& call, const ObjectType& type,
               const std::string& name) {
  const int column = type.column(name);
  const Field* field = column < 0 ? nullptr : &type.fields[static_cast<std::size_t>(column)];
  if (field == nullptr || !field->external_id || !service.org.sees_field(call.user, type, *field)) {
    throw ApiError{404,
                   "NOT_FOUND",
                   "Provided external ID field does not exist or is not accessible: " + name,
                   {}};
  }
  return column;
}

std::string all_fields(const Service& service, const Call& call, const ObjectType& type) {
  std::string out;
  for (const Field& field : type.fields) {
    if (!service.org.sees_field(call.user, type, field)) continue;
    out += (out.empty() ? "" : ",") + field.name;
  }
  return out;
}

HttpAnswer record_answer(Service& service, const Call& call, const ObjectType& type,
                         const std::string& id) {
  const std::string* wanted = call.request.parameter("fields");
  const std::string fields = wanted == nullptr ? all_fields(service, call, type) : *wanted;
  const Query query(service.org, parse_soql("SELECT " + fields + " FROM " + type.name),
                    {call.user, call.version});
  const Row* row = service.org.find_row(id);
  if (row == nullptr || service.org.invisible.contains(id) || service.org.is_purged(*row)) {
    throw ApiError{404, "NOT_FOUND", "The requested resource does not exist", {}};
  }
  if (row->is_deleted()) throw ApiError{404, "ENTITY_IS_DELETED", "entity is deleted", {}};
  return json_answer(200, query.record_json(service.org, id));
}

}  // namespace

HttpAnswer post_record(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.path[1]);
  const Json body = json_body(call);
  if (!body.is_object()) throw ApiError{400, "JSON_PARSER_ERROR", "an object is needed", {}};
  Writer writer(service.org, by_of(call));
  const RowResult result =
      writer.insert(type, assignments_of(service.org, call.user, type, body, /*takes_id=*/false));
  if (result.error) refuse(*result.error);
  HttpAnswer answer = json_answer(201, created_json(result, /*tells_created=*/false));
  answer.headers.set("Location", fmt::format("/services/data/v{}/sobjects/{}/{}", call.version,
                                             type.name, result.id));
  return answer;
}

HttpAnswer get_record(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.path[1]);
  const auto id = canonical_id(call.path[2]);
  if (!id || service.org.schema.by_prefix(*id) != &type) {
    throw ApiError{404, "NOT_FOUND", "The requested resource does not exist", {}};
  }
  return record_answer(service, call, type, *id);
}

HttpAnswer patch_record(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.path[1]);
  const Json body = json_body(call);
  Writer writer(service.org, by_of(call));
  const RowResult result = writer.update(
      type, call.path[2], assignments_of(service.org, call.user, type, body, /*takes_id=*/false));
  if (result.error) refuse(*result.error);
  return empty_answer(204);
}

HttpAnswer delete_record(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.path[1]);
  Writer writer(service.org, by_of(call));
  const RowResult result = writer.remove(type, call.path[2]);
  if (result.error) refuse(*result.error);
  return empty_answer(204);
}

HttpAnswer get_record_by_key(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.path[1]);
  const int column = key_column(service, call, type, call.path[2]);
  std::string id;
  for (const Row* row : service.org.table(type.name).with_key(type, column, call.path[3])) {
    if (!row->is_deleted()) id = row->id();
  }
  return record_answer(service, call, type, id);
}

HttpAnswer patch_record_by_key(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.path[1]);
  const int column = key_column(service, call, type, call.path[2]);
  const Json body = json_body(call);
  for (const auto& [name, value] : body.items()) {
    if (equal_without_case(name, call.path[2]) || equal_without_case(name, "Id")) {
      throw ApiError{400,
                     "INVALID_FIELD",
                     fmt::format("The {} field should not be specified in the sobject data.", name),
                     {name}};
    }
  }
  const std::string* only = call.request.parameter("updateOnly");
  Writer writer(service.org, by_of(call));
  const RowResult result =
      writer.upsert(type, column, call.path[3],
                    assignments_of(service.org, call.user, type, body, /*takes_id=*/false),
                    /*update_only=*/only != nullptr && *only == "true");
  if (result.error && result.error->status == 300) {
    Json urls = Json::array();
    for (const Row* row : service.org.table(type.name).with_key(type, column, call.path[3])) {
      urls.push_back(
          fmt::format("/services/data/v{}/sobjects/{}/{}", call.version, type.name, row->id()));
    }
    return json_answer(300, urls.dump());
  }
  if (result.error) refuse(*result.error);
  const bool tells = call.version_number() >= kUpsertAnswersVersion;
  if (!tells && !result.created) return empty_answer(204);
  return json_answer(result.created ? 201 : 200, created_json(result, tells));
}

}  // namespace upselld::sandbox::salesforce
