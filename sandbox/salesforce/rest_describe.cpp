// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sandbox/salesforce/handlers.h"

// What objects and fields there are, as the calling user sees them.
namespace upselld::sandbox::salesforce {
namespace {

using Json = nlohmann::ordered_json;

Json object_json(const Org& org, const std::string& user, const ObjectType& type,
                 const std::string& version) {
  const std::string root = fmt::format("/services/data/v{}/sobjects/{}", version, type.name);
  return {{"activateable", false},
          {"createable", type.createable && org.may(user, type, "create")},
          {"custom", type.custom},
          {"customSetting", false},
          {"deletable", type.deletable && org.may(user, type, "delete")},
          {"deprecatedAndHidden", false},
          {"feedEnabled", false},
          {"hasSubtypes", false},
          {"keyPrefix", type.key_prefix},
          {"label", type.label},
          {"labelPlural", type.label + "s"},
          {"layoutable", true},
          {"mergeable", type.name == "Account" || type.name == "Contact" || type.name == "Lead"},
          {"mruEnabled", true},
          {"name", type.name},
          {"queryable", type.queryable},
          {"replicateable", type.replicateable},
          {"retrieveable", true},
          {"searchable", true},
          {"triggerable", true},
          {"undeletable", type.deletable},
          {"updateable", type.updateable && org.may(user, type, "edit")},
          {"urls",
           {{"sobject", root}, {"describe", root + "/describe"}, {"rowTemplate", root + "/{ID}"}}}};
}

const char* soap_type(FieldType type) {
  switch (type) {
    case FieldType::id:
    case FieldType::reference:
      return "tns:ID";
    case FieldType::boolean:
      return "xsd:boolean";
    case FieldType::integer:
      return "xsd:int";
    case FieldType::number:
    case FieldType::currency:
    case FieldType::percent:
      return "xsd:double";
    case FieldType::date:
      return "xsd:date";
    case FieldType::datetime:
      return "xsd:dateTime";
    case FieldType::string:
    case FieldType::textarea:
    case FieldType::picklist:
    case FieldType::combobox:
    case FieldType::phone:
    case FieldType::url:
    case FieldType::email:
      return "xsd:string";
  }
  return "xsd:string";
}

Json field_json(const Org& org, const std::string& user, const ObjectType& type,
                const Field& field) {
  const bool edits = field.formula.empty() && org.edits_field(user, type, field);
  const bool is_id = field.type == FieldType::id;
  Json values = Json::array();
  for (const std::string& value : field.values) {
    values.push_back({{"active", true},
                      {"defaultValue", false},
                      {"label", value},
                      {"validFor", nullptr},
                      {"value", value}});
  }
  const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return {{"aggregatable", !field.long_text},
          {"autoNumber", false},
          {"byteLength", field.length * 3},
          {"calculated", !field.formula.empty()},
          {"calculatedFormula", or_null(field.formula)},
          {"caseSensitive", field.case_sensitive},
          {"compoundFieldName", nullptr},
          {"createable", edits && field.createable},
          {"custom", field.custom},
          {"defaultValue", field.type == FieldType::boolean ? Json(false) : Json()},
          {"defaultedOnCreate", is_id || field.type == FieldType::boolean},
          {"deprecatedAndHidden", false},
          {"digits", field.type == FieldType::integer ? field.precision : 0},
          {"externalId", field.external_id},
          {"filterable", !field.long_text},
          {"groupable",
           !field.long_text && !is_number(field.type) && field.type != FieldType::datetime},
          {"htmlFormatted", false},
          {"idLookup", is_id || field.external_id},
          {"inlineHelpText", or_null(field.help)},
          {"label", field.label},
          {"length", field.length},
          {"name", field.name},
          {"nameField", field.name == "Name"},
          {"nillable", !field.required && !is_id && field.type != FieldType::boolean},
          {"picklistValues", values},
          {"polymorphicForeignKey", field.refers_to.size() > 1},
          {"precision", field.type == FieldType::integer ? 0 : field.precision},
          {"referenceTo", field.refers_to},
          {"relationshipName", or_null(field.relationship)},
          {"restrictedPicklist", field.restricted},
          {"scale", field.scale},
          {"soapType", soap_type(field.type)},
          {"sortable", !field.long_text},
          {"type", to_text(field.type)},
          {"unique", field.unique},
          {"updateable", edits && field.updateable}};
}

}  // namespace

std::string describe_json(const Org& org, const std::string& user, const ObjectType& type) {
  Json out = object_json(org, user, type, "62.0");
  Json fields = Json::array();
  for (const Field& field : type.fields) {
    if (org.sees_field(user, type, field)) fields.push_back(field_json(org, user, type, field));
  }
  Json children = Json::array();
  for (const std::string& name : org.schema.names()) {
    const ObjectType& child = *org.schema.find(name);
    if (child.tooling || !org.sees_object(user, child)) continue;
    for (const Field& field : child.fields) {
      const bool points_here = field.refers_to == std::vector<std::string>{type.name};
      if (!points_here || field.absent || !org.sees_field(user, child, field)) continue;
      children.push_back({{"cascadeDelete", false},
                          {"childSObject", name},
                          {"deprecatedAndHidden", false},
                          {"field", field.name},
                          {"relationshipName", nullptr}});
    }
  }
  out["fields"] = fields;
  out["childRelationships"] = children;
  out["recordTypeInfos"] = Json::array();
  return out.dump();
}

HttpAnswer get_objects(Service& service, const Call& call) {
  Json objects = Json::array();
  for (const std::string& name : service.org.schema.names()) {
    const ObjectType& type = *service.org.schema.find(name);
    if (!type.tooling && service.org.sees_object(call.user, type)) {
      objects.push_back(object_json(service.org, call.user, type, call.version));
    }
  }
  return json_answer(
      200, Json{{"encoding", "UTF-8"}, {"maxBatchSize", 200}, {"sobjects", objects}}.dump());
}

HttpAnswer get_object(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.path[1]);
  return json_answer(
      200, Json{{"objectDescribe", object_json(service.org, call.user, type, call.version)},
                {"recentItems", Json::array()}}
               .dump());
}

HttpAnswer get_describe(Service& service, const Call& call) {
  return json_answer(
      200, describe_json(service.org, call.user, known_object(service, call, call.path[1])));
}

}  // namespace upselld::sandbox::salesforce
