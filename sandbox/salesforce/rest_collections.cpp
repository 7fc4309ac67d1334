// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "sandbox/salesforce/handlers.h"
#include "sandbox/salesforce/ids.h"

// composite/sobjects: up to 200 records in one request, each answered by itself.
namespace upselld::sandbox::salesforce {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kRecordsMax = 200, kReadMax = 2'000, kRunsMax = 10;
constexpr double kFirstVersion = 42, kUpsertVersion = 46;

struct Batch {
  bool all_or_none = false;
  Json records;
};

Batch batch_of(const Call& call) {
  Json body = json_body(call);
  Batch batch;
  if (!body.is_object()) throw ApiError{400, "JSON_PARSER_ERROR", "an object is needed", {}};
  for (const auto& [key, value] : body.items()) {
    if (key == "allOrNone" && value.is_boolean()) {
      batch.all_or_none = value.get<bool>();
    } else if (key == "records" && value.is_array()) {
      batch.records = value;
    } else {
      throw ApiError{400, "JSON_PARSER_ERROR", "Unrecognized field \"" + key + "\"", {}};
    }
  }
  if (call.version_number() < kFirstVersion) {
    throw ApiError{404, "NOT_FOUND", "The requested resource does not exist", {}};
  }
  if (batch.records.size() > kRecordsMax) {
    throw ApiError{
        400,
        "EXCEEDED_ID_LIMIT",
        fmt::format("record limit reached. cannot submit more than {} records", kRecordsMax),
        {}};
  }
  return batch;
}

Writer::By by_of(const Call& call) {
  const std::string rule = lower(call.request.headers.get("Sforce-Duplicate-Rule-Header"));
  return {call.user, /*is_person=*/false, rule.find("allowsave=true") != std::string::npos};
}

std::string text_at(const Json& record, std::string_view name) {
  for (const auto& [key, value] : record.items()) {
    if (equal_without_case(key, name) && value.is_string()) return value.get<std::string>();
  }
  return {};
}

const ObjectType& type_of(const Service& service, const Call& call, const Json& record) {
  const auto attributes = record.find("attributes");
  if (!record.is_object() || attributes == record.end() || !attributes->is_object()) {
    throw ApiError{
        400, "INVALID_INPUT", "Include an entity type in the attributes of each record", {}};
  }
  const ObjectType* type = service.org.schema.find(attributes->value("type", ""));
  if (type == nullptr || type->tooling || !service.org.sees_object(call.user, *type)) {
    throw ApiError{400,
                   "INVALID_TYPE",
                   "sObject type '" + attributes->value("type", "") + "' is not supported.",
                   {}};
  }
  return *type;
}

struct Item {
  const ObjectType* type = nullptr;
  std::string id;  // or key
  std::vector<Assignment> assignments;
  std::optional<ApiError> error;
};

// Everything that fails the request as a whole fails here, before anything is written.
std::vector<Item> items_of(const Service& service, const Call& call, const Batch& batch,
                           bool takes_id) {
  std::vector<Item> items;
  std::size_t runs = 0;
  for (const Json& record : batch.records) {
    Item item;
    item.type = &type_of(service, call, record);
    if (items.empty() || items.back().type != item.type) ++runs;
    if (takes_id) item.id = text_at(record, "id");
    try {
      item.assignments = assignments_of(service.org, call.user, *item.type, record, takes_id);
    } catch (const ApiError& error) {
      const bool per_row = service.org.switches.is_on("unknown_field_per_row");
      if (error.code != "INVALID_FIELD" || !per_row) throw;
      item.error = error;
    }
    items.push_back(std::move(item));
  }
  if (runs > kRunsMax) {
    throw ApiError{400, "INVALID_INPUT", "more than 10 chunks of object types in one request", {}};
  }
  return items;
}

Json row_json(const RowResult& result, bool tells_created) {
  Json out;
  if (!result.error) {
    out = {{"id", result.id}, {"success", true}, {"errors", Json::array()}};
  } else {
    out = {{"success", false},
           {"errors", Json::array({{{"statusCode", result.error->code},
                                    {"message", result.error->message},
                                    {"fields", result.error->fields}}})}};
  }
  if (tells_created) out["created"] = result.created;
  return out;
}

HttpAnswer finished(Writer& writer, bool all_or_none, std::vector<RowResult>& results,
                    bool tells_created) {
  bool failed = false;
  for (const RowResult& result : results) failed = failed || result.error;
  if (failed && all_or_none) {
    writer.roll_back();
    for (RowResult& result : results) {
      if (result.error) continue;
      result.error =
          ApiError{400,
                   "ALL_OR_NONE_OPERATION_ROLLED_BACK",
                   "Record rolled back because not all records were valid and the request "
                   "was using AllOrNone header",
                   {}};
    }
  }
  Json out = Json::array();
  for (const RowResult& result : results) out.push_back(row_json(result, tells_created));
  return json_answer(200, out.dump(-1, ' ', false, Json::error_handler_t::replace));
}

RowResult refused_row(ApiError error) {
  RowResult result;
  result.error = std::move(error);
  return result;
}

RowResult twice() {
  return refused_row({400, "DUPLICATE_VALUE", "duplicate id in list", {"Id"}});
}

}  // namespace

HttpAnswer post_collection(Service& service, const Call& call) {
  const Batch batch = batch_of(call);
  Writer writer(service.org, by_of(call));
  std::vector<RowResult> results;
  for (Item& item : items_of(service, call, batch, /*takes_id=*/false)) {
    results.push_back(item.error ? refused_row(*item.error)
                                 : writer.insert(*item.type, item.assignments));
  }
  return finished(writer, batch.all_or_none, results, /*tells_created=*/false);
}

HttpAnswer patch_collection(Service& service, const Call& call) {
  const Batch batch = batch_of(call);
  Writer writer(service.org, by_of(call));
  std::vector<RowResult> results;
  std::set<std::string> seen;
  for (Item& item : items_of(service, call, batch, /*takes_id=*/true)) {
    const std::string id = canonical_id(item.id).value_or(item.id);
    if (item.error) {
      results.push_back(refused_row(*item.error));
    } else if (id.empty()) {
      results.push_back(
          refused_row({400, "MISSING_ARGUMENT", "Id not specified in an update call", {}}));
    } else if (!seen.insert(id).second) {
      results.push_back(twice());
    } else {
      results.push_back(writer.update(*item.type, id, item.assignments));
    }
  }
  return finished(writer, batch.all_or_none, results, /*tells_created=*/false);
}

HttpAnswer upsert_collection(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.path[2]);
  const int column = type.column(call.path[3]);
  const Field* key = column < 0 ? nullptr : &type.fields[static_cast<std::size_t>(column)];
  if (call.version_number() < kUpsertVersion || key == nullptr || !key->external_id ||
      !service.org.sees_field(call.user, type, *key)) {
    throw ApiError{
        404,
        "NOT_FOUND",
        "Provided external ID field does not exist or is not accessible: " + call.path[3],
        {}};
  }
  const Batch batch = batch_of(call);
  Writer writer(service.org, by_of(call));
  std::vector<RowResult> results;
  std::set<std::string> seen;
  for (Item& item : items_of(service, call, batch, /*takes_id=*/false)) {
    std::string text;
    std::erase_if(item.assignments, [&](const Assignment& each) {
      if (each.column == column) text = csv_text(each.value, key->type, /*datetime_with_z=*/false);
      return each.column == column;
    });
    if (item.error || item.type != &type) {
      results.push_back(
          refused_row(item.error ? *item.error : ApiError{400, "INVALID_TYPE", "wrong type", {}}));
    } else if (text.empty()) {
      results.push_back(
          refused_row({400, "MISSING_ARGUMENT", key->name + " not specified", {key->name}}));
    } else if (!seen.insert(lower(text)).second) {
      results.push_back(refused_row(
          {400, "DUPLICATE_VALUE", "Duplicate external id specified: " + text, {key->name}}));
    } else {
      results.push_back(writer.upsert(type, column, text, item.assignments));
    }
  }
  return finished(writer, batch.all_or_none, results, /*tells_created=*/true);
}

HttpAnswer delete_collection(Service& service, const Call& call) {
  const std::string* ids = call.request.parameter("ids");
  const std::string* all = call.request.parameter("allOrNone");
  const std::vector<std::string> list = split(ids == nullptr ? "" : *ids, ',');
  if (ids == nullptr || list.size() > kRecordsMax) {
    throw ApiError{400, "EXCEEDED_ID_LIMIT", "ids: 1 to 200 are needed", {}};
  }
  Writer writer(service.org, by_of(call));
  std::vector<RowResult> results;
  for (const std::string& id : list) {
    const ObjectType* type = service.org.schema.by_prefix(id);
    results.push_back(type == nullptr ? refused_row({400, "MALFORMED_ID", "malformed id " + id, {}})
                                      : writer.remove(*type, id));
  }
  return finished(writer, all != nullptr && *all == "true", results, /*tells_created=*/false);
}

HttpAnswer read_collection(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.path[2]);
  std::vector<std::string> ids, fields;
  if (call.request.method == "GET") {
    for (const auto& [name, list] : {std::pair{"ids", &ids}, std::pair{"fields", &fields}}) {
      const std::string* text = call.request.parameter(name);
      if (text != nullptr) *list = split(*text, ',');
    }
  } else {
    const Json body = json_body(call);
    ids = body.value("ids", ids);
    fields = body.value("fields", fields);
  }
  if (ids.empty() || fields.empty() || ids.size() > kReadMax) {
    throw ApiError{400, "INVALID_INPUT", "ids: 1 to 2000, and fields are needed", {}};
  }
  std::string list;
  for (const std::string& field : fields) list += (list.empty() ? "" : ",") + field;
  const Query query(service.org, parse_soql("SELECT " + list + " FROM " + type.name),
                    {call.user, call.version});
  std::string out = "[";
  for (const std::string& text : ids) {
    const std::string id = canonical_id(text).value_or(text);
    const Row* row = service.org.table(type.name).find(id);
    const bool seen = row != nullptr && !row->is_deleted() && !service.org.invisible.contains(id);
    out += (out.size() > 1 ? "," : "") + (seen ? query.record_json(service.org, id) : "null");
  }
  return json_answer(200, out + "]");
}

}  // namespace upselld::sandbox::salesforce
