// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/instant.h"

namespace upselld::sandbox::hubspot {

enum class PropertyType { string, number, boolean, date, datetime, enumeration };
const char* to_text(PropertyType type);

struct Option {
  std::string label, value, description;
  int display_order = -1;
  bool hidden = false;
};

struct Property {
  std::string name, label, description, group, field_type;
  PropertyType type = PropertyType::string;
  std::vector<Option> options;
  std::string referenced_object;  // "OWNER", "COMPANY"; empty: none
  std::string currency_property;  // which holds the currency of this amount
  std::map<std::string, std::string> hints;
  int display_order = -1;
  bool unique = false, read_only = false, calculated = false, hubspot_defined = false;
  bool hidden = false, form_field = false;
  bool epoch_text = false;  // a datetime that is answered as epoch milliseconds
  Instant created_at{0}, updated_at{0};
  Instant archived_at = Instant::missing();
  Instant usable_from{0};  // writes refuse it before

  bool is_archived() const { return !archived_at.is_missing(); }
  bool takes_many() const { return field_type == "checkbox"; }
};

struct Group {
  std::string name, label;
  int display_order = -1;
};

// Columns that every object has, at the same places.
enum SystemColumn : int { kObjectId, kCreated, kModified, kMerged, kOwner, kSystemColumns };

struct ObjectType {
  std::string name, singular, id;  // "companies", "company", "0-2"
  std::string label, plural_label;
  std::vector<Property> properties;
  std::map<std::string, Group> groups;
  std::vector<int> defaults;        // columns that every answer has
  std::vector<int> searched;        // by the free text of a search
  std::vector<std::string> needed;  // on create, whatever admins want
  std::vector<std::string> read_scopes, write_scopes, schema_scopes;  // any one of each
  bool custom = false;

  // -1: none, or archived.
  int column(std::string_view property) const;
  // Archived ones too.
  int any_column(std::string_view property) const;
  int add(Property property);
  const Property& at(int column) const { return properties[static_cast<std::size_t>(column)]; }
  Property& at(int column) { return properties[static_cast<std::size_t>(column)]; }

 private:
  std::unordered_map<std::string, int> by_name_;
};

class Schema {
 public:
  // The objects every account has.
  static Schema standard();
  // By name, singular, or type id. Null: none.
  ObjectType* find(std::string_view name);
  const ObjectType* find(std::string_view name) const {
    return const_cast<Schema*>(this)->find(name);
  }
  ObjectType& add(ObjectType type);
  // Another name for it.
  void alias(const std::string& name, ObjectType& type);
  std::deque<ObjectType>& all() { return types_; }
  const std::deque<ObjectType>& all() const { return types_; }

 private:
  std::deque<ObjectType> types_;  // stay where they are
  std::unordered_map<std::string, ObjectType*> by_name_;
};

// "name:s|plan:e=Basic;Pro|key:sru" to properties: s string, n number, b bool, d date, t datetime,
// e enumeration, m several of an enumeration, w owner; then r read-only, u unique, x epoch text.
std::vector<Property> parse_properties(std::string_view text, const std::string& group);
// An object with the system properties and these.
ObjectType make_object(const std::string& name, const std::string& singular, const std::string& id,
                       std::string_view properties, const std::string& created = "createdate",
                       const std::string& modified = "hs_lastmodifieddate");

}  // namespace upselld::sandbox::hubspot
