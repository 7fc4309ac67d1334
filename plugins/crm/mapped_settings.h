// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/records.h"
#include "core/settings.h"

// Settings that every CRM connector has: which fields and objects are read, and as what.
namespace upselld::plugins {

// An account field under the admin's name for it; the index is that of the attribute table.
struct AttributeField {
  std::string field;
  AttributeSpec spec;
};

// Records of any readable object as activities.
struct ActivityObject {
  std::string stream, object, account, at, kind, value;
  std::string kind_field;  // holds the kind of each record; `kind` is empty then
};

// A field and the values it may have.
struct FieldValuesWanted {
  std::string field;
  std::vector<std::string> values;
};

// How a CRM names its fields.
struct FieldNaming {
  bool (*is_field)(const std::string& name) = nullptr;
  // Attributes that there are without being named: (name, field).
  std::vector<std::pair<const char*, const char*>> usual_attributes = {};
  bool activities_name_account = true;  // false: `account` may be left out
};

// The option `attributes`.
Result<std::vector<AttributeField>> read_attributes(const Settings& settings,
                                                    const FieldNaming& naming);
std::vector<AttributeSpec> specs_of(const std::vector<AttributeField>& attributes);
// The option `activities`.
Result<std::vector<ActivityObject>> read_activities(const Settings& settings,
                                                    const FieldNaming& naming);
// The option `accounts`.
Result<std::vector<FieldValuesWanted>> read_scope(const Settings& settings,
                                                  const FieldNaming& naming);
// A map of field names to what is always written there.
Result<std::map<std::string, std::string>> read_constants(const Settings& settings,
                                                          const char* option,
                                                          const FieldNaming& naming);
// A field, or empty where the option is not set.
Result<std::string> read_field(const Settings& settings, const char* option,
                               const FieldNaming& naming);

// By type of order, in lower case: the types that are up-sells, and the option `order_kinds`.
using OrderKinds = std::map<std::string, OrderKind>;
Result<OrderKinds> read_order_kinds(const Settings& settings,
                                    const std::vector<std::string>& upsell_types);
OrderKind kind_of_type(const OrderKinds& kinds, std::string_view type);

// A connection's address without the slash at its end.
std::string without_slash(std::string text);

// All that decides what is read, as text.
std::string fingerprint_text(const std::vector<FieldValuesWanted>& scope,
                             const std::vector<AttributeField>& attributes,
                             const OrderKinds& order_kinds);

}  // namespace upselld::plugins
