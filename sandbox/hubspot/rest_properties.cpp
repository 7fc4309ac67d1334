// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "sandbox/hubspot/handlers.h"
#include "sandbox/hubspot/property_json.h"
#include "sandbox/hubspot/value.h"

// crm/properties.
namespace upselld::sandbox::hubspot {
namespace {

constexpr std::size_t kInputsMax = 100, kUniqueMax = 10;

ObjectType& object_of(Service& service, const Call& call) {
  ObjectType* type = service.portal.schema.find(call.part(2));
  if (type == nullptr) throw not_found("no object " + call.part(2));
  return *type;
}

// Definitions are read with the right to the records or to the schema.
ObjectType& readable(Service& service, const Call& call) {
  ObjectType& type = object_of(service, call);
  std::vector<std::string> scopes = type.read_scopes;
  for (std::string scope : type.schema_scopes) {
    scopes.push_back(scope);
    const std::size_t word = scope.rfind(".write");
    if (word != std::string::npos) scopes.push_back(scope.replace(word, 6, ".read"));
  }
  need_scope(call.token, scopes);
  return type;
}

ObjectType& writable(Service& service, const Call& call) {
  ObjectType& type = object_of(service, call);
  const bool forbidden =
      type.name == "tasks" && service.portal.switches.is_on("task_properties_forbidden");
  need_scope(forbidden ? Token{"", {"none"}, false, Instant::missing()} : call.token,
             type.schema_scopes);
  return type;
}

Property& property_of(ObjectType& type, const std::string& name) {
  const int column = type.column(name);
  if (column < 0) throw not_found(fmt::format("no property {}", name));
  return type.at(column);
}

ApiError exists_already(const std::string& name) {
  return {.status = 409,
          .category = "OBJECT_ALREADY_EXISTS",
          .message = fmt::format("there is a property {}", name),
          .sub_category = "Properties.PROPERTY_WITH_NAME_EXISTS"};
}

// A new one, or the archived one of that name as it was.
Property& make_property(Service& service, ObjectType& type, const Json& body) {
  Portal& portal = service.portal;
  Property made = property_from(body);
  if (type.groups.find(made.group) == type.groups.end()) {
    throw invalid(fmt::format("property group {} does not exist", made.group));
  }
  const int known = type.any_column(made.name);
  if (known >= 0 && !type.at(known).is_archived()) throw exists_already(made.name);
  if (known >= 0) {
    type.at(known).archived_at = Instant::missing();
    return type.at(known);
  }
  if (type.name == "tasks" && portal.switches.is_on("task_properties_never_unique")) {
    made.unique = false;
  }
  const auto unique =
      std::count_if(type.properties.begin(), type.properties.end(),
                    [](const Property& each) { return each.unique && !each.hubspot_defined; });
  if (made.unique && unique >= static_cast<std::ptrdiff_t>(kUniqueMax)) {
    throw invalid("at most 10 properties of an object can have unique values");
  }
  made.created_at = made.updated_at = portal.now();
  made.usable_from = portal.now() + portal.property_delay;
  return type.at(type.add(std::move(made)));
}

void archive(Service& service, ObjectType& type, const std::string& name) {
  Property& property = property_of(type, name);
  if (property.hubspot_defined) {
    throw ApiError{.message = "this property cannot be archived",
                   .sub_category = "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE"};
  }
  property.archived_at = service.portal.now();
}

std::string json_name(const Json& input) {
  return input.at("name").get<std::string>();
}

}  // namespace

HttpAnswer list_properties(Service& service, const Call& call) {
  const ObjectType& type = readable(service, call);
  const bool archived = call.flag("archived");
  Json results = Json::array();
  for (const Property& property : type.properties) {
    if (property.is_archived() == archived) results.push_back(property_json(property));
  }
  return json_answer(200, Json{{"results", std::move(results)}}.dump());
}

HttpAnswer read_property(Service& service, const Call& call) {
  ObjectType& type = readable(service, call);
  const int column = type.any_column(call.part(3));
  if (column < 0 || type.at(column).is_archived() != call.flag("archived")) {
    throw not_found(fmt::format("no property {}", call.part(3)));
  }
  return json_answer(200, property_json(type.at(column)).dump());
}

HttpAnswer create_property(Service& service, const Call& call) {
  ObjectType& type = writable(service, call);
  const Property& made = make_property(service, type, json_body(call));
  HttpAnswer answer = json_answer(201, property_json(made).dump());
  answer.headers.set("Location", call.request.path + "/" + made.name);
  return answer;
}

HttpAnswer update_property(Service& service, const Call& call) {
  ObjectType& type = writable(service, call);
  Property& property = property_of(type, call.part(3));
  const Json body = json_body(call);
  const std::string group = body.value("groupName", property.group);
  if (!type.groups.contains(group)) throw invalid("property group " + group + " does not exist");
  change_property(property, body);
  property.updated_at = service.portal.now();
  return json_answer(200, property_json(property).dump());
}

HttpAnswer archive_property(Service& service, const Call& call) {
  ObjectType& type = writable(service, call);
  archive(service, type, call.part(3));
  return empty_answer(204);
}

HttpAnswer batch_read_properties(Service& service, const Call& call) {
  const ObjectType& type = readable(service, call);
  const Json body = json_body(call);
  const bool archived = body.value("archived", false);
  BatchOutcome outcome;
  for (const Json& input : batch_inputs(body, kInputsMax)) {
    const std::string name = json_name(input);
    const int column = type.any_column(name);
    if (column >= 0 && type.at(column).is_archived() == archived) {
      outcome.results.push_back(property_json(type.at(column)));
      continue;
    }
    ApiError error = not_found("property does not exist");
    error.context["name"] = {name};
    outcome.errors.push_back(json_of(error, ""));
  }
  return batch_answer(service, 200, std::move(outcome));
}

HttpAnswer batch_create_properties(Service& service, const Call& call) {
  ObjectType& type = writable(service, call);
  BatchOutcome outcome;
  for (const Json& input : batch_inputs(json_body(call), kInputsMax)) {
    try {
      outcome.results.push_back(property_json(make_property(service, type, input)));
    } catch (ApiError& error) {
      error.context["name"] = {input.value("name", "")};
      outcome.errors.push_back(json_of(error, ""));
    }
  }
  return batch_answer(service, 201, std::move(outcome));
}

HttpAnswer batch_archive_properties(Service& service, const Call& call) {
  ObjectType& type = writable(service, call);
  for (const Json& input : batch_inputs(json_body(call), kInputsMax)) {
    if (type.column(json_name(input)) >= 0) archive(service, type, json_name(input));
  }
  return empty_answer(204);
}

HttpAnswer list_groups(Service& service, const Call& call) {
  const ObjectType& type = readable(service, call);
  Json results = Json::array();
  for (const auto& [name, group] : type.groups) results.push_back(group_json(group));
  return json_answer(200, Json{{"results", std::move(results)}}.dump());
}

HttpAnswer read_group(Service& service, const Call& call) {
  const ObjectType& type = readable(service, call);
  const auto found = type.groups.find(call.part(4));
  if (found == type.groups.end()) throw not_found("no such property group");
  return json_answer(200, group_json(found->second).dump());
}

HttpAnswer create_group(Service& service, const Call& call) {
  ObjectType& type = writable(service, call);
  const Json body = json_body(call);
  const std::string name = json_name(body);
  if (type.groups.contains(name)) {
    throw ApiError{.status = 409,
                   .category = "OBJECT_ALREADY_EXISTS",
                   .message = fmt::format("there is a group {}", name),
                   .sub_category = "PropertyGroupError.GROUP_ALREADY_EXISTS"};
  }
  type.groups[name] = {name, body.at("label").get<std::string>(), body.value("displayOrder", -1)};
  return json_answer(201, group_json(type.groups[name]).dump());
}

HttpAnswer update_group(Service& service, const Call& call) {
  ObjectType& type = writable(service, call);
  const auto found = type.groups.find(call.part(4));
  if (found == type.groups.end()) throw not_found("no such property group");
  const Json body = json_body(call);
  found->second.label = body.value("label", found->second.label);
  found->second.display_order = body.value("displayOrder", found->second.display_order);
  return json_answer(200, group_json(found->second).dump());
}

HttpAnswer archive_group(Service& service, const Call& call) {
  ObjectType& type = writable(service, call);
  const bool in_use =
      std::any_of(type.properties.begin(), type.properties.end(), [&](const Property& property) {
        return property.group == call.part(4) && !property.is_archived();
      });
  if (in_use) {
    throw ApiError{.message = "the group has active properties",
                   .sub_category = "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES"};
  }
  type.groups.erase(call.part(4));
  return empty_answer(204);
}

}  // namespace upselld::sandbox::hubspot
