// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "plugins/salesforce/salesforce_client.h"

namespace upselld::plugins::salesforce {

struct FieldInfo {
  std::string name;          // as the org spells it
  std::string type;          // "double", "picklist", ...
  std::string relationship;  // "Owner" of OwnerId
  std::size_t length = 0;
  int precision = 0, scale = 0;
  bool createable = false, updateable = false, calculated = false, filterable = false;
  bool is_external_id = false, is_unique = false, is_restricted = false;
  std::vector<std::string> references;  // objects it may point to
  std::vector<std::string> values;      // active picklist values
};

// An object as the integration user sees it: what is hidden is not there.
struct ObjectInfo {
  std::string name, key_prefix;
  bool queryable = false, createable = false, updateable = false, replicateable = false;
  std::map<std::string, FieldInfo> fields;  // by name in lower case

  const FieldInfo* field(std::string_view name) const;  // in any case; nullptr: missing or hidden
  const FieldInfo* via(std::string_view relationship) const;  // the lookup behind a path's step
};

// What the org has, asked once per process.
class Describe {
 public:
  explicit Describe(Client& client) : client_(client) {}

  // nullptr: the org has no such object, or it is hidden.
  Result<const ObjectInfo*> object(const std::string& name);
  // By the list of all objects, without describing it.
  Result<bool> has(const std::string& name);
  // "Owner.IsActive": along lookups, the last step looked up in the object it leads to. `whole` is
  // the path in the org's spelling; empty: missing or hidden.
  Result<std::string> path(const std::string& object, const std::string& path);

 private:
  Client& client_;
  std::map<std::string, ObjectInfo> objects_;
  std::set<std::string> missing_;
  std::set<std::string> names_;  // of the global list, once it was asked for
};

}  // namespace upselld::plugins::salesforce
