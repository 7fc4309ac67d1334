// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/record_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/hubspot/value.h"

namespace upselld::sandbox::hubspot {
namespace {

// Newest first, as the API has it.
Json history_json(const ObjectType& type, const Record& record, int column) {
  Json out = Json::array();
  const Property& property = type.at(column);
  const auto entry = [&](const std::string& value, Instant at, const std::string& source) {
    out.push_back({{"value", shown_value(property, value)},
                   {"timestamp", time_text(at)},
                   {"sourceType", source},
                   {"sourceId", "sandbox"}});
  };
  for (auto each = record.history.rbegin(); each != record.history.rend(); ++each) {
    if (each->column == column) entry(each->value, each->at, each->source);
  }
  const std::string current = value_of(type, record, column);
  if (out.empty() && !current.empty()) entry(current, record.created_at, "CRM_UI");
  return out;
}

}  // namespace

Wanted wanted_of(const ObjectType& type, const std::vector<std::string>& properties,
                 const std::vector<std::string>& history) {
  Wanted out;
  out.columns = type.defaults;
  for (const std::string& name : properties) {
    const int column = type.column(name);
    if (column >= 0) out.columns.push_back(column);
  }
  std::sort(out.columns.begin(), out.columns.end());
  out.columns.erase(std::unique(out.columns.begin(), out.columns.end()), out.columns.end());
  for (const std::string& name : history) {
    const int column = type.column(name);
    if (column >= 0) out.history.push_back(column);
  }
  return out;
}

std::string value_of(const ObjectType& type, const Record& record, int column,
                     const Behind* behind) {
  if (column == kObjectId) return std::to_string(record.id);
  if (column == kCreated) return std::to_string(record.created_at.ms);
  if (column == kModified) {
    return std::to_string((behind == nullptr ? record.updated_at : behind->updated_at).ms);
  }
  if (type.at(column).is_archived()) return {};
  const std::string* value = value_in(behind == nullptr ? record.values : behind->values, column);
  return value == nullptr ? std::string() : *value;
}

Json record_json(const Portal& portal, const ObjectType& type, const Record& record,
                 const Wanted& wanted, const Behind* behind) {
  Json properties = Json::object();
  const bool skips = portal.switches.is_on("absent_when_unset");
  for (const int column : wanted.columns) {
    const std::string value = value_of(type, record, column, behind);
    const Property& property = type.at(column);
    if (!value.empty()) {
      properties[property.name] = shown_value(property, value);
    } else if (!skips) {
      properties[property.name] = nullptr;
    }
  }
  const Instant updated = behind == nullptr ? record.updated_at : behind->updated_at;
  Json out = {{"id", std::to_string(record.id)},
              {"properties", std::move(properties)},
              {"createdAt", time_text(record.created_at)},
              {"updatedAt", time_text(updated)},
              {"archived", record.is_archived()}};
  if (record.is_archived()) out["archivedAt"] = time_text(record.archived_at);
  if (!wanted.history.empty()) {
    Json history = Json::object();
    for (const int column : wanted.history) {
      history[type.at(column).name] = history_json(type, record, column);
    }
    out["propertiesWithHistory"] = std::move(history);
  }
  out["url"] = fmt::format("https://app.hubspot.com/contacts/{}/record/{}/{}", portal.id, type.id,
                           record.id);
  if (portal.switches.is_on("extra_fields")) out["addedLater"] = Json::object();
  return out;
}

}  // namespace upselld::sandbox::hubspot
