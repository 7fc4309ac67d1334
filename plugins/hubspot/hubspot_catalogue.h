// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plugins/hubspot/hubspot_client.h"

namespace upselld::plugins::hubspot {

struct Property {
  std::string name, type, field_type, group;
  bool is_calculated = false, is_unique = false, is_read_only = false;
  std::vector<std::string> options;  // stored values
};

Property read_property(const nlohmann::json& json);

// The properties of one type of object.
struct ObjectType {
  bool is_hidden = false;  // no scope to list them: what is there is not known
  std::map<std::string, Property> properties;

  const Property* property(const std::string& name) const;
  // Reads pass over names that are not there, so where nothing is known it may be.
  bool may_have(const std::string& name) const { return is_hidden || property(name) != nullptr; }
};

struct Stages {
  std::set<std::string> won, lost, closed;  // by stage id
};

// What the account has, asked once per process.
class Catalogue {
 public:
  explicit Catalogue(Client& client) : client_(client) {}

  Result<const ObjectType*> type(const std::string& name);
  // Of deals or tickets; empty where they may not be read.
  Result<const Stages*> stages(const std::string& name);
  // It turned out to be out of date.
  void forget(const std::string& name) { types_.erase(name); }

 private:
  Client& client_;
  std::map<std::string, ObjectType> types_;
  std::map<std::string, Stages> stages_;
};

}  // namespace upselld::plugins::hubspot
