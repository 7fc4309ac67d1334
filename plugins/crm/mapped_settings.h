// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/records.h"
#include "core/settings.h"
#include "plugins/connector.h"

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
// A field, or empty where the option is not set.
Result<std::string> read_field(const Settings& settings, const char* option,
                               const FieldNaming& naming);

// By type of order, in lower case: the types that are up-sells, and the option `order_kinds`.
using OrderKinds = std::map<std::string, OrderKind>;
OrderKind kind_of_type(const OrderKinds& kinds, std::string_view type);

// The options that every CRM connector has, checked.
struct MappedSettings {
  std::vector<FieldValuesWanted> scope;  // the option `accounts`
  std::vector<AttributeField> attributes;
  std::vector<ActivityObject> activities;
  OrderKinds order_kinds;
  bool orders_are_won = false;         // won orders come from the CRM's orders, not its deals
  std::vector<std::string> leave_out;  // streams
  std::string opted_out_field;         // of accounts
  Duration overlap = minutes(10), safety_lag = minutes(5);
  std::string fallback_owner, task_priority;
  std::map<std::string, std::string> task_constants;

  bool leaves_out(const std::string& stream) const;
};
// The first option that is wrong is told.
Result<void> read_mapped(const Settings& settings, const FieldNaming& naming,
                         const ConnectorContext& context, MappedSettings& out);
// Another one where other pages would come of the same records. `version` names how the connector
// reads, `more` all options of its own that decide what is read.
std::string fingerprint_of(const MappedSettings& settings, const ConnectorContext& context,
                           const std::string& version, const std::string& more);

// A secret that the option `auth` needs. Whoever checks settings may not be the user that can read
// it: why it cannot be read stays in `unreadable`, unless an earlier one is told there.
Result<void> take_secret(const Settings& settings, const char* option, Secret& into,
                         std::optional<Error>& unreadable);

// A connection's address without the slash at its end.
std::string without_slash(std::string text);

SettingTable joined(std::vector<std::vector<Setting>> parts);

}  // namespace upselld::plugins
