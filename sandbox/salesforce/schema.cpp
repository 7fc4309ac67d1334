// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/schema.h"

#include <charconv>

#include "core/assertions.h"
#include "sandbox/http_message.h"

namespace upselld::sandbox::salesforce {
namespace {

struct TypeName {
  FieldType type;
  const char* name;
};
constexpr TypeName kTypes[] = {
    {FieldType::id, "id"},
    {FieldType::string, "string"},
    {FieldType::textarea, "textarea"},
    {FieldType::picklist, "picklist"},
    {FieldType::combobox, "combobox"},
    {FieldType::reference, "reference"},
    {FieldType::boolean, "boolean"},
    {FieldType::integer, "int"},
    {FieldType::number, "double"},
    {FieldType::currency, "currency"},
    {FieldType::percent, "percent"},
    {FieldType::date, "date"},
    {FieldType::datetime, "datetime"},
    {FieldType::phone, "phone"},
    {FieldType::url, "url"},
    {FieldType::email, "email"},
};

constexpr int kIdLength = 18;
constexpr int kPicklistLength = 255;
constexpr int kDefaultLength = 255;
constexpr int kLongTextLeast = 256;

FieldType type_of(std::string_view name) {
  for (const TypeName& each : kTypes) {
    if (name == each.name) return each.type;
  }
  UPSELLD_ASSERT(false);
  return FieldType::string;
}

int number_of(std::string_view text, int otherwise) {
  int out = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

// "BillingCountry" to "Billing Country", "upselld_Score__c" to "upselld Score".
std::string label_of(std::string_view name) {
  if (name.ends_with("__c")) name.remove_suffix(3);
  std::string label;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool upper = name[i] >= 'A' && name[i] <= 'Z';
    if (upper && i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z') label += ' ';
    label += name[i] == '_' ? ' ' : name[i];
  }
  return label;
}

void set_detail(Field& field, const std::string& detail) {
  switch (field.type) {
    case FieldType::picklist:
    case FieldType::combobox:
      field.length = kPicklistLength;
      if (!detail.empty()) field.values = split(detail, ';');
      break;
    case FieldType::reference: {
      const std::size_t arrow = detail.find('>');
      field.length = kIdLength;
      field.refers_to = split(std::string_view(detail).substr(0, arrow), ',');
      if (arrow != std::string::npos) field.relationship = detail.substr(arrow + 1);
      break;
    }
    case FieldType::number:
    case FieldType::currency:
    case FieldType::percent: {
      const std::size_t dot = detail.find('.');
      field.precision = number_of(detail, 18);
      field.scale = dot == std::string::npos ? 0 : number_of(detail.substr(dot + 1), 0);
      break;
    }
    case FieldType::integer:
      field.precision = number_of(detail, 9);
      break;
    case FieldType::string:
    case FieldType::textarea:
    case FieldType::phone:
    case FieldType::url:
    case FieldType::email:
      field.length = number_of(detail, kDefaultLength);
      field.long_text = field.type == FieldType::textarea && field.length >= kLongTextLeast;
      break;
    case FieldType::id:
      field.length = kIdLength;
      break;
    case FieldType::boolean:
    case FieldType::date:
    case FieldType::datetime:
      break;
  }
}

void set_flags(Field& field, std::string_view flags) {
  for (const char flag : flags) {
    switch (flag) {
      case 'r':
        field.required = true;
        break;
      case 'o':
        field.createable = field.updateable = false;
        break;
      case 'n':
        field.updateable = false;
        break;  // set once, when the row is made
      case 'u':
        field.unique = true;
        break;
      case 'x':
        field.external_id = true;
        break;
      case 'c':
        field.case_sensitive = true;
        break;
      case 's':
        field.restricted = true;
        break;
      default:
        UPSELLD_ASSERT(false);
    }
  }
}

constexpr std::string_view kSystemFields =
    "Id:id::o|IsDeleted:boolean::o|CreatedDate:datetime::o|CreatedById:reference:User>CreatedBy:o|"
    "LastModifiedDate:datetime::o|LastModifiedById:reference:User>LastModifiedBy:o|"
    "SystemModstamp:datetime::o";

}  // namespace

const char* to_text(FieldType type) {
  for (const TypeName& each : kTypes) {
    if (type == each.type) return each.name;
  }
  return "string";
}

bool is_text(FieldType type) {
  switch (type) {
    case FieldType::string:
    case FieldType::textarea:
    case FieldType::picklist:
    case FieldType::combobox:
    case FieldType::phone:
    case FieldType::url:
    case FieldType::email:
      return true;
    case FieldType::id:
    case FieldType::reference:
    case FieldType::boolean:
    case FieldType::integer:
    case FieldType::number:
    case FieldType::currency:
    case FieldType::percent:
    case FieldType::date:
    case FieldType::datetime:
      return false;
  }
  return false;
}

bool is_number(FieldType type) {
  return type == FieldType::integer || type == FieldType::number || type == FieldType::currency ||
         type == FieldType::percent;
}

int ObjectType::column(std::string_view field) const {
  const auto found = by_name_.find(lower(field));
  return found == by_name_.end() || fields[static_cast<std::size_t>(found->second)].absent
             ? -1
             : found->second;
}

int ObjectType::relationship(std::string_view wanted) const {
  const auto found = by_relationship_.find(lower(wanted));
  return found == by_relationship_.end() ? -1 : found->second;
}

void ObjectType::add(Field field) {
  const int column = static_cast<int>(fields.size());
  if (field.label.empty()) field.label = label_of(field.name);
  by_name_[lower(field.name)] = column;
  if (!field.relationship.empty()) by_relationship_[lower(field.relationship)] = column;
  fields.push_back(std::move(field));
}

void ObjectType::lose(std::string_view field) {
  const int at = column(field);
  if (at < 0) return;
  fields[static_cast<std::size_t>(at)].absent = true;
  by_name_.erase(lower(field));
}

ObjectType* Schema::find(std::string_view name) {
  const auto found = by_name_.find(lower(name));
  return found == by_name_.end() ? nullptr : &found->second;
}

const ObjectType* Schema::find(std::string_view name) const {
  const auto found = by_name_.find(lower(name));
  return found == by_name_.end() ? nullptr : &found->second;
}

const ObjectType* Schema::by_prefix(std::string_view id) const {
  const auto found = by_prefix_.find(std::string(id.substr(0, 3)));
  return found == by_prefix_.end() ? nullptr : find(found->second);
}

ObjectType& Schema::add(ObjectType type) {
  names_.push_back(type.name);
  if (!type.key_prefix.empty()) by_prefix_.emplace(type.key_prefix, type.name);
  return by_name_[lower(type.name)] = std::move(type);
}

// Fields are parted by '|', their parts by ':': name, type, detail, flags. The detail is a length,
// "precision.scale", values parted by ';', or "Object,Object>Relationship".
std::vector<Field> parse_fields(std::string_view text) {
  std::vector<Field> fields;
  for (const std::string& each : split(text, '|')) {
    std::vector<std::string> parts = split(each, ':');
    parts.resize(4);
    Field field;
    field.name = parts[0];
    field.custom = field.name.ends_with("__c");
    field.type = type_of(parts[1]);
    set_detail(field, parts[2]);
    set_flags(field, parts[3]);
    fields.push_back(std::move(field));
  }
  return fields;
}

ObjectType make_object(std::string_view name, std::string_view prefix, std::string_view fields) {
  ObjectType type;
  type.name = name;
  type.label = label_of(name);
  type.key_prefix = prefix;
  type.custom = name.ends_with("__c");
  for (Field& field : parse_fields(kSystemFields)) type.add(std::move(field));
  for (Field& field : parse_fields(fields)) type.add(std::move(field));
  return type;
}

}  // namespace upselld::sandbox::salesforce
