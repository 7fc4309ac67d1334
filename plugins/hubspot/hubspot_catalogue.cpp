// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_catalogue.h"

#include <nlohmann/json.hpp>

#include "plugins/json/json_reading.h"

namespace upselld::plugins::hubspot {

namespace {

void read_stage(const nlohmann::json& json, Stages& stages) {
  const std::string id = text_in(json, "id");
  const nlohmann::json* metadata = member(json, "metadata");
  if (metadata == nullptr) return;
  if (text_in(*metadata, "ticketState") == "CLOSED") stages.closed.insert(id);
  if (!flag_in(*metadata, "isClosed")) return;
  const double probability = number_in(*metadata, "probability").value_or(0);
  (probability >= 1 ? stages.won : stages.lost).insert(id);
}

bool is_hidden(const Fault& fault) {
  return fault.status == 403 || fault.status == 404;
}

}  // namespace

Property read_property(const nlohmann::json& json) {
  Property property;
  property.name = text_in(json, "name");
  property.type = text_in(json, "type");
  property.field_type = text_in(json, "fieldType");
  property.group = text_in(json, "groupName");
  property.is_calculated = flag_in(json, "calculated");
  property.is_unique = flag_in(json, "hasUniqueValue");
  if (const auto* metadata = member(json, "modificationMetadata"); metadata != nullptr) {
    property.is_read_only = flag_in(*metadata, "readOnlyValue");
  }
  if (const auto* options = member(json, "options"); options != nullptr) {
    for (const auto& option : *options) property.options.push_back(text_in(option, "value"));
  }
  return property;
}

const Property* ObjectType::property(const std::string& name) const {
  const auto found = properties.find(name);
  return found == properties.end() ? nullptr : &found->second;
}

Result<const ObjectType*> Catalogue::type(const std::string& name) {
  if (const auto known = types_.find(name); known != types_.end()) return &known->second;
  const std::string doing = "list the properties of " + name;
  auto reply = client_.call(doing, {.path = client_.paths().properties(name, "?archived=false")});
  if (!reply) return reply.error();
  ObjectType type;
  if (reply->fault) {
    if (!is_hidden(*reply->fault)) return error_of(doing, *reply->fault);
    type.is_hidden = true;
  } else {
    const auto read = parse_each(reply->response.body, doing, "results", [&](const auto& one) {
      Property property = read_property(one);
      const std::string key = property.name;
      type.properties[key] = std::move(property);
      return one.is_object();
    });
    if (!read) return read.error();
    // Every object has some. Taken for true, all that is mapped would go.
    if (type.properties.empty()) {
      return Error{ErrorKind::corrupt, doing + ": the answer names none", {}};
    }
  }
  return &(types_[name] = std::move(type));
}

Result<const Stages*> Catalogue::stages(const std::string& name) {
  if (const auto known = stages_.find(name); known != stages_.end()) return &known->second;
  const std::string doing = "read the pipelines of " + name;
  auto reply = client_.call(doing, {.path = client_.paths().pipelines(name)});
  if (!reply) return reply.error();
  Stages stages;
  if (reply->fault) {
    if (!is_hidden(*reply->fault)) return error_of(doing, *reply->fault);
    return &(stages_[name] = stages);
  }
  const auto read = parse_json(reply->response.body, doing);
  if (!read) return read.error();
  const auto pipelines = results_of(*read, doing);
  if (!pipelines) return pipelines.error();
  for (const auto& pipeline : **pipelines) {
    const nlohmann::json* all = member(pipeline, "stages");
    if (all == nullptr) continue;
    for (const auto& stage : *all) read_stage(stage, stages);
  }
  return &(stages_[name] = std::move(stages));
}

}  // namespace upselld::plugins::hubspot
