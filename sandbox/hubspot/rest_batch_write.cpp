// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>

#include "sandbox/hubspot/handlers.h"
#include "sandbox/hubspot/value.h"

// batch/create, batch/update, batch/upsert.
namespace upselld::sandbox::hubspot {
namespace {

constexpr std::size_t kInputsMax = 100;
constexpr const char* kTrace = "objectWriteTraceId";

std::string trace_of(const Json& input) {
  return input.contains(kTrace) && input[kTrace].is_string() ? input[kTrace].get<std::string>()
                                                             : std::string();
}

// Every input has its own: failures are told input by input.
bool all_traced(const Json& inputs) {
  std::set<std::string> seen;
  for (const Json& input : inputs) {
    const std::string trace = trace_of(input);
    if (trace.empty() || !seen.insert(trace).second) return false;
  }
  return true;
}

Json result_json(Service& service, const ObjectType& type, const Record& record,
                 const Json& input) {
  std::vector<std::string> names;
  if (!service.portal.switches.is_on("writes_answer_ids")) {
    for (const auto& each : input.at("properties").items()) names.push_back(each.key());
  }
  Json out = record_json(service.portal, type, record, wanted_of(type, names, {}));
  const std::string trace = trace_of(input);
  if (!trace.empty()) out[kTrace] = trace;
  return out;
}

Json error_json(ApiError error, const Json& input) {
  error.context[kTrace] = {trace_of(input)};
  Json out = json_of(error, "");
  return out;
}

// Values that must be unique, also between the inputs of one batch; `all` as they would be kept.
void refuse_equal_keys(const ObjectType& type, const std::vector<Values>& all) {
  std::set<std::pair<int, std::string>> seen;
  for (const Values& values : all) {
    for (const auto& [column, value] : values) {
      const Property& property = type.at(column);
      if (!property.unique || value.empty() || seen.emplace(column, lower(value)).second) continue;
      throw invalid(fmt::format("two inputs have the same value for {}", property.name),
                    "CONFLICTING_UNIQUE_VALUE", property.name);
    }
  }
}

// What was done is hidden from the answer, in part or whole, where a switch says so.
HttpAnswer write_answer(Service& service, int status, BatchOutcome outcome) {
  const Switches& switches = service.portal.switches;
  const bool empty = switches.is_on("empty_partial_answers");
  if (!empty && !switches.is_on("forgetful_partial_answers")) {
    return batch_answer(service, status, std::move(outcome));
  }
  BatchOutcome told;
  for (std::size_t i = 0; !empty && i < outcome.results.size(); i += 2) {
    told.results.push_back(outcome.results[i]);
  }
  if (!empty) told.errors = std::move(outcome.errors);
  Json body = Json::parse(batch_answer(service, 207, std::move(told)).body);
  if (!body.contains("errors")) body["errors"] = Json::array();
  body["numErrors"] = body["errors"].size();
  return json_answer(207, body.dump());
}

// An upsert's or an update's key: the record's id, or the value of a unique property.
Record* keyed_record(Portal& portal, const ObjectType& type, const Json& input) {
  const std::string id = input.at("id").get<std::string>();
  const std::string property = input.contains("idProperty") && input["idProperty"].is_string()
                                   ? input["idProperty"].get<std::string>()
                                   : std::string();
  Record* record =
      property.empty()
          ? portal.find(type, record_id(id).value_or(0))
          : portal.find(type, portal.table(type).holder(unique_column(type, property), id));
  return record == nullptr || record->is_archived() ? nullptr : record;
}

std::string key_of(const Json& input) {
  const bool named = input.contains("idProperty") && input["idProperty"].is_string();
  return (named ? input["idProperty"].get<std::string>() + " " : "") +
         input.at("id").get<std::string>();
}

void refuse_equal_ids(const Json& inputs) {
  std::vector<std::string> keys;
  for (const Json& input : inputs) keys.push_back(key_of(input));
  refuse_duplicates(keys);
}

// The unique value that an upsert names its record by stands among its properties too.
Json upserted_properties(const Json& input) {
  Json properties = input.at("properties");
  const std::string property = input.at("idProperty").get<std::string>();
  if (!properties.contains(property)) properties[property] = input.at("id");
  return properties;
}

}  // namespace

HttpAnswer batch_create(Service& service, const Call& call) {
  ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/true);
  const Json inputs = batch_inputs(json_body(call), kInputsMax);
  Writer writer(service.portal, type, {call.path.enforces_rules()});
  const bool traced = all_traced(inputs);
  if (!traced) {
    // All or nothing, and the first that fails speaks for all.
    std::vector<Values> kept;
    for (const Json& input : inputs) {
      kept.push_back(
          writer.check_create(input.at("properties"), input.value("associations", Json())));
    }
    refuse_equal_keys(type, kept);
  }
  BatchOutcome outcome;
  if (traced && service.portal.switches.is_on("associations_refuse_batch")) {
    for (const Json& input : inputs) writer.check_targets(input.value("associations", Json()));
  }
  for (const Json& input : inputs) {
    try {
      const Record& made =
          writer.create(input.at("properties"), input.value("associations", Json()));
      outcome.results.push_back(result_json(service, type, made, input));
    } catch (const ApiError& error) {
      if (!traced) throw;
      outcome.errors.push_back(error_json(error, input));
    }
  }
  return write_answer(service, 201, std::move(outcome));
}

HttpAnswer batch_update(Service& service, const Call& call) {
  ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/true);
  const Json inputs = batch_inputs(json_body(call), kInputsMax);
  refuse_equal_ids(inputs);
  Writer writer(service.portal, type, {call.path.enforces_rules()});
  std::vector<std::pair<Record*, const Json*>> found;
  std::vector<std::string> missing;
  std::vector<Values> kept;
  for (const Json& input : inputs) {
    Record* record = keyed_record(service.portal, type, input);
    if (record == nullptr) {
      missing.push_back(input.at("id").get<std::string>());
      continue;
    }
    kept.push_back(writer.check_update(*record, input.at("properties")));
    found.emplace_back(record, &input);
  }
  refuse_equal_keys(type, kept);
  BatchOutcome outcome;
  for (const auto& [record, input] : found) {
    writer.update(*record, input->at("properties"));
    outcome.results.push_back(result_json(service, type, *record, *input));
  }
  if (!missing.empty()) {
    ApiError error = not_found("some records are not there");
    error.context["ids"] = missing;
    outcome.errors.push_back(json_of(error, ""));
  }
  return write_answer(service, 200, std::move(outcome));
}

HttpAnswer batch_upsert(Service& service, const Call& call) {
  ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/true);
  const Json inputs = batch_inputs(json_body(call), kInputsMax);
  refuse_equal_ids(inputs);
  // By what records are told apart is a matter of the batch, with trace ids too.
  for (const Json& input : inputs) unique_column(type, input.value("idProperty", ""));
  Writer writer(service.portal, type, {call.path.enforces_rules()});
  const bool traced = all_traced(inputs);
  if (!traced) {
    std::vector<Values> kept;
    for (const Json& input : inputs) {
      const Json properties = upserted_properties(input);
      const Record* record = keyed_record(service.portal, type, input);
      kept.push_back(record == nullptr ? writer.check_create(properties, nullptr)
                                       : writer.check_update(*record, properties));
    }
    refuse_equal_keys(type, kept);
  }
  BatchOutcome outcome;
  for (const Json& input : inputs) {
    try {
      const Json properties = upserted_properties(input);
      Record* record = keyed_record(service.portal, type, input);
      const bool is_new = record == nullptr;
      if (is_new) {
        record = &writer.create(properties, nullptr);
      } else {
        writer.update(*record, properties);
      }
      Json result = result_json(service, type, *record, input);
      result["new"] = is_new;
      outcome.results.push_back(std::move(result));
    } catch (const ApiError& error) {
      if (!traced) throw;
      outcome.errors.push_back(error_json(error, input));
    }
  }
  return write_answer(service, 200, std::move(outcome));
}

}  // namespace upselld::sandbox::hubspot
