// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/property_json.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "sandbox/hubspot/api_error.h"
#include "sandbox/hubspot/value.h"

namespace upselld::sandbox::hubspot {
namespace {

using Json = nlohmann::ordered_json;

struct TypeRule {
  PropertyType type;
  const char* field_types;  // ' ' between
};
constexpr TypeRule kTypes[] = {
    {PropertyType::string, " text textarea html phonenumber file calculation_equation "},
    {PropertyType::number, " number calculation_equation "},
    {PropertyType::boolean, " booleancheckbox calculation_equation "},
    {PropertyType::date, " date "},
    {PropertyType::datetime, " date "},
    {PropertyType::enumeration, " select radio checkbox booleancheckbox calculation_equation "},
};

constexpr std::array kHints = {"numberDisplayHint", "textDisplayHint", "calculationFormula"};

void take_type(Property& property, const std::string& type, const std::string& field_type) {
  for (const TypeRule& rule : kTypes) {
    if (type != to_text(rule.type)) continue;
    const bool fits =
        std::string(rule.field_types).find(" " + field_type + " ") != std::string::npos;
    if (!fits) throw invalid("fieldType " + field_type + " does not go with type " + type);
    property.type = rule.type;
    property.field_type = field_type;
    return;
  }
  throw invalid("type must be one of: string, number, bool, date, datetime, enumeration");
}

std::vector<Option> options_of(const Json& list) {
  std::vector<Option> out;
  std::set<std::string> values;
  for (const Json& each : list) {
    for (const char* needed : {"label", "value", "hidden"}) {
      if (!each.contains(needed)) throw invalid(std::string("options need ") + needed);
    }
    Option option{each["label"], each["value"], "", each.value("displayOrder", -1),
                  each["hidden"].get<bool>()};
    if (each.contains("description") && each["description"].is_string()) {
      option.description = each["description"];
    }
    if (!values.insert(option.value).second) throw invalid("two options have one value");
    out.push_back(std::move(option));
  }
  return out;
}

void take_rest(Property& property, const Json& body) {
  property.label = body.value("label", property.label);
  property.description = body.value("description", property.description);
  property.group = body.value("groupName", property.group);
  property.display_order = body.value("displayOrder", property.display_order);
  property.hidden = body.value("hidden", property.hidden);
  property.form_field = body.value("formField", property.form_field);
  if (body.contains("options")) property.options = options_of(body["options"]);
  for (const char* hint : kHints) {
    if (body.contains(hint) && body[hint].is_string()) property.hints[hint] = body[hint];
  }
}

bool is_name(const std::string& name) {
  const auto good = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
  };
  return !name.empty() && name.size() <= 100 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), good);
}

}  // namespace

Json property_json(const Property& property) {
  Json options = Json::array();
  for (const Option& option : property.options) {
    options.push_back({{"label", option.label},
                       {"value", option.value},
                       {"description", option.description},
                       {"displayOrder", option.display_order},
                       {"hidden", option.hidden}});
  }
  Json out = {{"updatedAt", time_text(property.updated_at)},
              {"createdAt", time_text(property.created_at)},
              {"name", property.name},
              {"label", property.label},
              {"type", to_text(property.type)},
              {"fieldType", property.field_type},
              {"description", property.description},
              {"groupName", property.group},
              {"options", std::move(options)},
              {"displayOrder", property.display_order},
              {"calculated", property.calculated},
              {"externalOptions", property.referenced_object == "OWNER"},
              {"archived", property.is_archived()},
              {"hasUniqueValue", property.unique},
              {"hidden", property.hidden},
              {"formField", property.form_field},
              {"dataSensitivity", "non_sensitive"},
              {"hubspotDefined", property.hubspot_defined},
              {"modificationMetadata",
               {{"archivable", !property.hubspot_defined},
                {"readOnlyDefinition", property.hubspot_defined},
                {"readOnlyOptions", property.hubspot_defined},
                {"readOnlyValue", property.read_only || property.calculated}}}};
  if (property.is_archived()) out["archivedAt"] = time_text(property.archived_at);
  if (!property.referenced_object.empty()) out["referencedObjectType"] = property.referenced_object;
  if (!property.currency_property.empty()) {
    out["currencyPropertyName"] = property.currency_property;
    out["showCurrencySymbol"] = true;
  }
  for (const auto& [name, value] : property.hints) out[name] = value;
  return out;
}

Json group_json(const Group& group) {
  return {{"name", group.name},
          {"label", group.label},
          {"displayOrder", group.display_order},
          {"archived", false}};
}

Property property_from(const Json& body) {
  for (const char* needed : {"groupName", "name", "label", "type", "fieldType"}) {
    if (!body.contains(needed) || !body[needed].is_string()) {
      throw invalid(std::string("a property needs ") + needed);
    }
  }
  Property property;
  property.name = body["name"].get<std::string>();
  if (!is_name(property.name)) {
    throw invalid("a property name has lower-case letters, digits and _ after a first letter");
  }
  take_type(property, body["type"], body["fieldType"]);
  take_rest(property, body);
  property.unique = body.value("hasUniqueValue", false);
  if (property.unique && property.type != PropertyType::string &&
      property.type != PropertyType::number) {
    throw invalid("only texts and numbers can have unique values");
  }
  return property;
}

void change_property(Property& property, const Json& body) {
  if (property.hubspot_defined && !body.contains("options")) {
    throw invalid("this property's definition is read only");
  }
  for (const char* fixed : {"name", "hasUniqueValue"}) {
    if (body.contains(fixed)) throw invalid(std::string(fixed) + " cannot be changed");
  }
  if (body.contains("type") || body.contains("fieldType")) {
    take_type(property, body.value("type", std::string(to_text(property.type))),
              body.value("fieldType", property.field_type));
  }
  take_rest(property, body);
}

}  // namespace upselld::sandbox::hubspot
