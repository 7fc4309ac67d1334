// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace upselld::sandbox::salesforce {

enum class FieldType {
  id,
  string,
  textarea,
  picklist,
  combobox,
  reference,
  boolean,
  integer,
  number,
  currency,
  percent,
  date,
  datetime,
  phone,
  url,
  email,
};
// As describe spells it.
const char* to_text(FieldType type);
bool is_text(FieldType type);
bool is_number(FieldType type);

struct Field {
  std::string name, label;
  FieldType type = FieldType::string;
  int length = 0;                      // of texts
  int precision = 0, scale = 0;        // of numbers; precision counts all digits
  std::vector<std::string> values;     // of picklists
  std::vector<std::string> refers_to;  // names of objects
  std::string relationship;            // "Owner" of OwnerId; empty: none
  std::string formula;                 // a path such as "Owner.Region__c", read when asked for
  std::string description, help;
  bool required = false, createable = true, updateable = true;
  bool unique = false, external_id = false, case_sensitive = false, restricted = false;
  bool long_text = false;  // cannot be filtered, sorted or grouped by
  bool custom = false;
  bool granted = true;   // false: needs FieldPermissions to be seen at all
  bool tracked = false;  // its changes go to the history object
  bool absent = false;   // the object has no such system field
};

// Columns that every object has, at the same places.
enum SystemColumn : int {
  kId,
  kIsDeleted,
  kCreatedDate,
  kCreatedById,
  kLastModifiedDate,
  kLastModifiedById,
  kSystemModstamp,
  kSystemColumns,
};

struct ObjectType {
  std::string name, label, key_prefix;
  std::vector<Field> fields;
  bool queryable = true, createable = true, updateable = true, deletable = true;
  bool replicateable = true, custom = false;
  bool bulk = true;      // readable by the Bulk API
  bool tooling = false;  // seen by the Tooling API only
  bool setup = false;    // permission sets and the like: admins only write them

  // -1: none. Without regard to case.
  int column(std::string_view field) const;
  // The column whose relationship has this name; -1: none.
  int relationship(std::string_view name) const;
  void add(Field field);
  // A field that an admin deletes: its column stays, and nobody finds it any more.
  void lose(std::string_view field);

 private:
  std::unordered_map<std::string, int> by_name_, by_relationship_;
};

class Schema {
 public:
  // The objects every org has.
  static Schema standard();

  // Null: none. Without regard to case.
  ObjectType* find(std::string_view name);
  const ObjectType* find(std::string_view name) const;
  const ObjectType* by_prefix(std::string_view id) const;
  ObjectType& add(ObjectType type);
  // In the order in which they were added.
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::unordered_map<std::string, ObjectType> by_name_;  // lower case
  std::unordered_map<std::string, std::string> by_prefix_;
  std::vector<std::string> names_;
};

// "Name:string:255:r|ParentId:reference:Account>Parent" to fields; the rules stand above it in
// schema.cpp. What is no field is a programmer's mistake.
std::vector<Field> parse_fields(std::string_view text);
// An object with the system fields and these.
ObjectType make_object(std::string_view name, std::string_view prefix, std::string_view fields);

}  // namespace upselld::sandbox::salesforce
