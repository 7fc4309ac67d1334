// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/schema.h"

#include "core/assertions.h"
#include "sandbox/http_message.h"

namespace upselld::sandbox::hubspot {
namespace {

void set_type(Property& property, char letter) {
  struct Kind {
    char letter;
    PropertyType type;
    const char* field_type;
  };
  constexpr Kind kKinds[] = {{'s', PropertyType::string, "text"},
                             {'n', PropertyType::number, "number"},
                             {'b', PropertyType::boolean, "booleancheckbox"},
                             {'d', PropertyType::date, "date"},
                             {'t', PropertyType::datetime, "date"},
                             {'e', PropertyType::enumeration, "select"},
                             {'m', PropertyType::enumeration, "checkbox"},
                             {'w', PropertyType::enumeration, "select"}};
  for (const Kind& kind : kKinds) {
    if (kind.letter != letter) continue;
    property.type = kind.type;
    property.field_type = kind.field_type;
    if (letter == 'w') property.referenced_object = "OWNER";
    return;
  }
  UPSELLD_ASSERT(false);
}

Property system_property(const std::string& name, char letter, bool read_only,
                         const std::string& group) {
  Property property;
  property.name = property.label = name;
  property.group = group;
  property.hubspot_defined = true;
  property.read_only = read_only;
  set_type(property, letter);
  return property;
}

}  // namespace

const char* to_text(PropertyType type) {
  switch (type) {
    case PropertyType::string:
      return "string";
    case PropertyType::number:
      return "number";
    case PropertyType::boolean:
      return "bool";
    case PropertyType::date:
      return "date";
    case PropertyType::datetime:
      return "datetime";
    case PropertyType::enumeration:
      return "enumeration";
  }
  return "";
}

int ObjectType::any_column(std::string_view property) const {
  const auto found = by_name_.find(std::string(property));
  return found == by_name_.end() ? -1 : found->second;
}

int ObjectType::column(std::string_view property) const {
  const int column = any_column(property);
  return column >= 0 && at(column).is_archived() ? -1 : column;
}

int ObjectType::add(Property property) {
  const int column = static_cast<int>(properties.size());
  by_name_[property.name] = column;
  properties.push_back(std::move(property));
  return column;
}

ObjectType* Schema::find(std::string_view name) {
  const auto found = by_name_.find(lower(name));
  return found == by_name_.end() ? nullptr : found->second;
}

ObjectType& Schema::add(ObjectType type) {
  ObjectType& added = types_.emplace_back(std::move(type));
  for (const std::string& name : {added.name, added.singular, added.id}) {
    by_name_[lower(name)] = &added;
  }
  return added;
}

void Schema::alias(const std::string& name, ObjectType& type) {
  by_name_[lower(name)] = &type;
}

std::vector<Property> parse_properties(std::string_view text, const std::string& group) {
  std::vector<Property> out;
  for (const std::string& part : split(text, '|')) {
    const std::size_t colon = part.find(':'), equals = part.find('=');
    UPSELLD_ASSERT(colon != std::string::npos && colon + 1 < part.size());
    Property property;
    property.name = property.label = part.substr(0, colon);
    property.group = group;
    set_type(property, part[colon + 1]);
    for (std::size_t i = colon + 2; i < std::min(equals, part.size()); ++i) {
      property.read_only |= part[i] == 'r';
      property.unique |= part[i] == 'u';
      property.epoch_text |= part[i] == 'x';
    }
    if (equals != std::string::npos) {
      for (const std::string& value : split(std::string_view(part).substr(equals + 1), ';')) {
        property.options.push_back(
            {value, value, "", static_cast<int>(property.options.size()), false});
      }
    }
    out.push_back(std::move(property));
  }
  return out;
}

ObjectType make_object(const std::string& name, const std::string& singular, const std::string& id,
                       std::string_view properties, const std::string& created,
                       const std::string& modified) {
  ObjectType type;
  type.name = name;
  type.singular = singular;
  type.id = id;
  type.label = singular;
  type.plural_label = name;
  const std::string group = singular + "information";
  type.groups[group] = {group, singular + " information", 0};
  type.add(system_property("hs_object_id", 'n', /*read_only=*/true, group));
  type.add(system_property(created, 't', /*read_only=*/true, group));
  type.add(system_property(modified, 't', /*read_only=*/true, group));
  type.add(system_property("hs_merged_object_ids", 'm', /*read_only=*/true, group));
  type.add(system_property("hubspot_owner_id", 'w', /*read_only=*/false, group));
  for (Property& property : parse_properties(properties, group)) {
    property.hubspot_defined = true;
    type.add(std::move(property));
  }
  type.defaults = {kObjectId, kCreated, kModified};
  return type;
}

}  // namespace upselld::sandbox::hubspot
