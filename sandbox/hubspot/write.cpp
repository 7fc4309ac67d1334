// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/write.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/hubspot/derived.h"
#include "sandbox/hubspot/record_json.h"
#include "sandbox/hubspot/value.h"

namespace upselld::sandbox::hubspot {
namespace {

constexpr Duration kLockWindow = seconds(2);

// What stands in a request: texts, numbers and booleans, kept as text. Null clears.
std::string text_of(const std::string& name, const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  throw invalid("a property value is a text", "INVALID_TYPE", name);
}

void refuse(const std::vector<ErrorDetail>& errors) {
  if (errors.empty()) return;
  ApiError error{.message = "values refused: " + errors[0].message};
  error.errors = errors;
  throw error;
}

}  // namespace

Values Writer::values_of(const Json& properties, const Record* record) const {
  if (!properties.is_object()) throw invalid("properties must be an object");
  std::vector<ErrorDetail> errors;
  Values values;
  const auto refused = [&](const std::string& name, const std::string& code,
                           const std::string& message) {
    errors.push_back({message, code, {{"propertyName", {name}}}});
  };
  for (const auto& [name, json] : properties.items()) {
    const int column = type_.column(name);
    if (column < 0 || portal_.now() < type_.at(column).usable_from) {
      refused(name, "PROPERTY_DOESNT_EXIST", fmt::format("no property {}", name.substr(0, 100)));
      continue;
    }
    const Property& property = type_.at(column);
    if (property.read_only || property.calculated) {
      refused(name, "READ_ONLY_VALUE", fmt::format("{} is read only", name));
      continue;
    }
    const std::string before = record == nullptr ? "" : value_of(type_, *record, column);
    const Kept kept = kept_value(portal_, property, text_of(name, json), before);
    if (kept.bad) {
      refused(name, kept.bad->code, kept.bad->message);
      continue;
    }
    const auto place = std::find_if(values.begin(), values.end(),
                                    [&](const auto& each) { return each.first > column; });
    values.insert(place, {column, kept.value});
  }
  refuse(errors);
  return values;
}

void Writer::check_unique(const Values& values, const Record* record) const {
  for (const auto& [column, value] : values) {
    const Property& property = type_.at(column);
    if (!property.unique || value.empty()) continue;
    const RecordId holder = portal_.table(type_).holder(column, value);
    if (holder == 0 || (record != nullptr && holder == record->id)) continue;
    if (type_.name == "contacts" && property.name == "email") {
      throw ApiError{
          .status = 409,
          .category = "CONFLICT",
          .message = fmt::format("this e-mail belongs to a contact. Existing ID: {}", holder),
          .context = {{"existingId", {std::to_string(holder)}}}};
    }
    const std::string message =
        fmt::format("record {} holds this value of {}", holder, property.name);
    ApiError error = portal_.switches.is_on("conflicts_by_category")
                         ? ApiError{.status = 409, .category = "CONFLICT", .message = message}
                         : invalid(message, "CONFLICTING_UNIQUE_VALUE", property.name);
    error.context["existingId"] = {std::to_string(holder)};
    throw error;
  }
}

void Writer::check_rules(const Values& values, const Record* record) const {
  const auto found = portal_.rules.find(type_.name);
  if (!by_.enforces_rules || found == portal_.rules.end()) return;
  const bool stored = portal_.switches.is_on("conditional_rules_check_stored");
  const auto value = [&](const std::string& name) -> std::string {
    const int column = type_.column(name);
    for (const auto& each : values) {
      if (each.first == column) return each.second;
    }
    return record == nullptr || column < 0 ? "" : value_of(type_, *record, column);
  };
  const auto is_written = [&](const std::string& name) {
    const int column = type_.column(name);
    return std::any_of(values.begin(), values.end(),
                       [&](const auto& each) { return each.first == column; });
  };
  std::vector<ErrorDetail> errors;
  for (const Rule& rule : found->second) {
    const bool on_create = rule.property.empty();
    if (on_create && record != nullptr) continue;
    const bool looked_at = on_create || stored || is_written(rule.property);
    const bool applies = looked_at && (on_create || value(rule.property) == rule.value);
    if (!applies || !value(rule.required).empty()) continue;
    errors.push_back(
        {fmt::format("property {} is required", rule.required),
         on_create ? "MISSING_REQUIRED_PROPERTY" : "MISSING_CONDITIONAL_REQUIRED_PROPERTY",
         {{"propertyName", {rule.required}}}});
  }
  refuse(errors);
}

void Writer::check_needed(const Values& values) const {
  std::vector<ErrorDetail> errors;
  for (const std::string& name : type_.needed) {
    const std::string* value = value_in(values, type_.column(name));
    if (value != nullptr && !value->empty()) continue;
    errors.push_back({fmt::format("property {} is required", name),
                      "MISSING_REQUIRED_PROPERTY",
                      {{"propertyName", {name}}}});
  }
  refuse(errors);
}

std::vector<Writer::Target> Writer::targets_of(const Json& associations) const {
  std::vector<Target> targets;
  if (associations.is_null()) return targets;
  for (const Json& each : associations) {
    const Json& id_json = each.at("to").at("id");
    const std::string text = id_json.is_string() ? id_json.get<std::string>() : id_json.dump();
    const RecordId id = record_id(text).value_or(0);
    for (const Json& kind : each.at("types")) {
      const int type_id = kind.at("associationTypeId").get<int>();
      const std::string category = kind.value("associationCategory", "HUBSPOT_DEFINED");
      Target target{nullptr, id};
      for (const ObjectType& to : portal_.schema.all()) {
        const AssociationType* found = portal_.associations.named(type_, to, category, type_id);
        if (found != nullptr) target.type = found;
      }
      const Record* record = target.type == nullptr ? nullptr : portal_.find(*target.type->to, id);
      if (record == nullptr || record->is_archived()) {
        throw invalid(fmt::format("No association of type {} with {} can be made", type_id,
                                  text.substr(0, 20)),
                      "INVALID_ASSOCIATION");
      }
      targets.push_back(target);
    }
  }
  return targets;
}

void Writer::count_write(const Record& record) const {
  std::deque<Instant>& written = portal_.table(type_).written_at[record.id];
  while (!written.empty() && portal_.now() - written.front() > kLockWindow) written.pop_front();
  if (static_cast<int>(written.size()) >= portal_.writes_per_record_max) {
    throw ApiError{.status = 423, .category = "LOCKED", .message = "the record is locked"};
  }
  written.push_back(portal_.now());
}

Values Writer::check_create(const Json& properties, const Json& associations) {
  Values values = values_of(properties, nullptr);
  check_needed(values);
  check_unique(values, nullptr);
  check_rules(values, nullptr);
  targets_of(associations);
  return values;
}

Record& Writer::create(const Json& properties, const Json& associations) {
  Values values = check_create(properties, associations);
  const std::vector<Target> targets = targets_of(associations);
  std::erase_if(values, [](const auto& each) { return each.second.empty(); });
  Record& record = portal_.insert(type_, std::move(values), portal_.now());
  for (const Target& target : targets) link_records(portal_, *target.type, record.id, target.id);
  return record;
}

Values Writer::check_update(const Record& record, const Json& properties) {
  Values values = values_of(properties, &record);
  check_unique(values, &record);
  check_rules(values, &record);
  return values;
}

void Writer::update(Record& record, const Json& properties) {
  const Values values = check_update(record, properties);
  if (by_.counts) count_write(record);
  portal_.change(type_, record, values, portal_.now(), by_.source);
  refresh_neighbours(portal_, type_, record.id);
}

void Writer::archive(const std::string& id) {
  Record* record = portal_.resolve(type_, record_id(id).value_or(0));
  if (record == nullptr || record->is_archived()) return;
  portal_.archive(type_, *record, portal_.now());
}

void link_records(Portal& portal, const AssociationType& type, RecordId from, RecordId to) {
  portal.associations.link(type, from, to);
  refresh_ends(portal, *type.from, from, *type.to, to);
}

}  // namespace upselld::sandbox::hubspot
