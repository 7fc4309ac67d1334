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
  for (const auto& each : input.at("properties").items()) names.push_back(each.key());
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

// Values that must be unique, also between the inputs of one batch.
void refuse_equal_keys(const ObjectType& type, const Json& inputs) {
  std::set<std::string> seen;
  for (const Json& input : inputs) {
    for (const auto& [name, value] : input.at("properties").items()) {
      const int column = type.column(name);
      if (column < 0 || !type.at(column).unique || !value.is_string() || value == "") continue;
      if (seen.insert(name + " " + lower(value.get<std::string>())).second) continue;
      throw invalid(fmt::format("two inputs have the same value for {}", name),
                    "CONFLICTING_UNIQUE_VALUE", name);
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
  Json kept = Json::array();
  for (std::size_t i = 0; !empty && i < outcome.results.size(); i += 2) {
    kept.push_back(outcome.results[i]);
  }
  Json body = Json::parse(batch_answer(service, status, {std::move(kept), Json::array()}).body);
  body["errors"] = empty ? Json::array() : std::move(outcome.errors);
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

struct Upserted {
  Record* record;
  bool is_new;
};

Upserted upsert(Service& service, Writer& writer, const ObjectType& type, const Json& input,
                bool only_checks) {
  const std::string property = input.value("idProperty", "");
  if (property.empty()) throw invalid("idProperty is needed in an upsert");
  unique_column(type, property);
  Json properties = input.at("properties");
  if (!properties.contains(property)) properties[property] = input.at("id");
  Record* record = keyed_record(service.portal, type, input);
  if (only_checks) {
    if (record == nullptr) {
      writer.check_create(properties, nullptr);
    } else {
      writer.check_update(*record, properties);
    }
    return {record, record == nullptr};
  }
  if (record == nullptr) return {&writer.create(properties, nullptr), true};
  writer.update(*record, properties);
  return {record, false};
}

}  // namespace

HttpAnswer batch_create(Service& service, const Call& call) {
  ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/true);
  const Json inputs = batch_inputs(json_body(call), kInputsMax);
  Writer writer(service.portal, type, {call.path.enforces_rules()});
  const bool traced = all_traced(inputs);
  if (!traced) {
    // All or nothing, and the first that fails speaks for all.
    for (const Json& input : inputs) {
      writer.check_create(input.at("properties"), input.value("associations", Json()));
    }
    refuse_equal_keys(type, inputs);
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
  refuse_equal_keys(type, inputs);
  Writer writer(service.portal, type, {call.path.enforces_rules()});
  std::vector<std::pair<Record*, const Json*>> found;
  std::vector<std::string> missing;
  for (const Json& input : inputs) {
    Record* record = keyed_record(service.portal, type, input);
    if (record == nullptr) {
      missing.push_back(input.at("id").get<std::string>());
      continue;
    }
    writer.check_update(*record, input.at("properties"));
    found.emplace_back(record, &input);
  }
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
  Writer writer(service.portal, type, {call.path.enforces_rules()});
  const bool traced = all_traced(inputs);
  if (!traced) {
    for (const Json& input : inputs) upsert(service, writer, type, input, /*only_checks=*/true);
  }
  BatchOutcome outcome;
  for (const Json& input : inputs) {
    try {
      const Upserted done = upsert(service, writer, type, input, /*only_checks=*/false);
      Json result = result_json(service, type, *done.record, input);
      result["new"] = done.is_new;
      outcome.results.push_back(std::move(result));
    } catch (const ApiError& error) {
      if (!traced) throw;
      outcome.errors.push_back(error_json(error, input));
    }
  }
  return write_answer(service, 200, std::move(outcome));
}

}  // namespace upselld::sandbox::hubspot
