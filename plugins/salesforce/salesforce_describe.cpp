// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_describe.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "plugins/crm/record_text.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::salesforce {

namespace {

FieldInfo read_field(const nlohmann::json& field) {
  FieldInfo info;
  info.name = text_in(field, "name");
  info.type = text_in(field, "type");
  info.relationship = text_in(field, "relationshipName");
  info.length = static_cast<std::size_t>(number_in(field, "length").value_or(0));
  info.precision = static_cast<int>(number_in(field, "precision").value_or(0));
  info.scale = static_cast<int>(number_in(field, "scale").value_or(0));
  info.createable = flag_in(field, "createable");
  info.updateable = flag_in(field, "updateable");
  info.calculated = flag_in(field, "calculated");
  info.filterable = flag_in(field, "filterable", true);
  info.is_external_id = flag_in(field, "externalId");
  info.is_unique = flag_in(field, "unique");
  info.is_restricted = flag_in(field, "restrictedPicklist");
  if (const auto* targets = member(field, "referenceTo"); targets != nullptr) {
    for (const auto& target : *targets) info.references.push_back(text_of(target));
  }
  if (const auto* values = member(field, "picklistValues"); values != nullptr) {
    for (const auto& value : *values) {
      if (flag_in(value, "active", true)) info.values.push_back(text_in(value, "value"));
    }
  }
  return info;
}

ObjectInfo read_object(const nlohmann::json& object) {
  ObjectInfo info;
  info.name = text_in(object, "name");
  info.key_prefix = text_in(object, "keyPrefix");
  info.queryable = flag_in(object, "queryable", true);
  info.createable = flag_in(object, "createable");
  info.updateable = flag_in(object, "updateable");
  info.replicateable = flag_in(object, "replicateable");
  if (const auto* fields = member(object, "fields"); fields != nullptr) {
    for (const auto& field : *fields) {
      FieldInfo read = read_field(field);
      info.fields[in_lower_case(read.name)] = std::move(read);
    }
  }
  return info;
}

}  // namespace

const FieldInfo* ObjectInfo::field(std::string_view wanted) const {
  const auto found = fields.find(in_lower_case(wanted));
  return found == fields.end() ? nullptr : &found->second;
}

const FieldInfo* ObjectInfo::via(std::string_view relationship) const {
  const std::string wanted = in_lower_case(relationship);
  for (const auto& [key, info] : fields) {
    if (!info.relationship.empty() && in_lower_case(info.relationship) == wanted) return &info;
  }
  return nullptr;
}

Result<const ObjectInfo*> Describe::object(const std::string& name) {
  const std::string key = in_lower_case(name);
  if (const auto known = objects_.find(key); known != objects_.end()) return &known->second;
  if (missing_.count(key) > 0) return nullptr;
  const std::string doing = "describe " + name;
  auto reply = client_.call(doing, {.path = "/sobjects/" + name + "/describe"});
  if (!reply) return reply.error();
  if (reply->fault) {
    const bool is_missing = reply->fault->status == 404 || reply->fault->code == "INVALID_TYPE";
    if (!is_missing) return error_of(doing, *reply->fault);
    missing_.insert(key);
    return nullptr;
  }
  const auto read = parse_json(reply->response.body, doing);
  if (!read) return read.error();
  return &(objects_[key] = read_object(*read));
}

Result<bool> Describe::has(const std::string& name) {
  if (names_.empty()) {
    const auto all = client_.fetch_json("list objects", {.path = "/sobjects"});
    if (!all) return all.error();
    const auto* objects = member(*all, "sobjects");
    if (objects == nullptr || !objects->is_array()) {
      return Error{ErrorKind::corrupt, "list objects: the answer has no \"sobjects\"", {}};
    }
    for (const auto& object : *objects) {
      if (flag_in(object, "queryable", true)) names_.insert(in_lower_case(text_in(object, "name")));
    }
  }
  return names_.count(in_lower_case(name)) > 0;
}

Result<std::string> Describe::path(const std::string& object, const std::string& path) {
  std::string whole, at = object, rest = path;
  while (true) {
    const auto info = this->object(at);
    if (!info) return info.error();
    if (*info == nullptr) return std::string();
    const std::size_t dot = rest.find('.');
    if (dot == std::string::npos) {
      const FieldInfo* field = (*info)->field(rest);
      return field == nullptr ? std::string() : whole + field->name;
    }
    const FieldInfo* lookup = (*info)->via(rest.substr(0, dot));
    if (lookup == nullptr || lookup->references.empty()) return std::string();
    whole += lookup->relationship + ".";
    rest = rest.substr(dot + 1);
    // Where it may point to several objects only the fields common to all may be asked for.
    if (lookup->references.size() > 1) return whole + rest;
    at = lookup->references.front();
  }
}

}  // namespace upselld::plugins::salesforce
