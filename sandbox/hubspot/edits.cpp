// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/edits.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sandbox/control.h"
#include "sandbox/hubspot/derived.h"
#include "sandbox/hubspot/value.h"
#include "sandbox/hubspot/write.h"

namespace upselld::sandbox::hubspot {
namespace {

ObjectType& object_named(Portal& portal, const std::string& name) {
  ObjectType* type = portal.schema.find(name);
  if (type == nullptr) throw std::invalid_argument("no object " + name);
  return *type;
}

Record& record_named(Portal& portal, const ObjectType& type, const Json& id) {
  const std::string text = id.is_string() ? id.get<std::string>() : id.dump();
  Record* record = portal.resolve(type, record_id(text).value_or(0));
  if (record == nullptr) throw std::invalid_argument("no record " + text);
  return *record;
}

void associate(Portal& portal, ObjectType& type, const Record& record, const Json& wish) {
  ObjectType& other = object_named(portal, wish.at("object"));
  const Record& target = record_named(portal, other, wish.at("id"));
  const AssociationType* kind = &portal.associations.default_type(type, other);
  if (wish.contains("type")) {
    kind = portal.associations.named(type, other, wish.value("category", "HUBSPOT_DEFINED"),
                                     wish["type"].get<int>());
  }
  if (kind == nullptr) throw std::invalid_argument("no such association type");
  if (wish.value("remove", false)) {
    portal.associations.unlink(*kind, record.id, target.id);
    refresh_ends(portal, type, record.id, other, target.id);
  } else {
    link_records(portal, *kind, record.id, target.id);
  }
}

std::string with_number(std::string text, int number) {
  const std::size_t mark = text.find('#');
  return mark == std::string::npos ? text : text.replace(mark, 1, std::to_string(number));
}

Json state_of(Portal& portal, const ObjectType& type, const Record& record) {
  Json out = {{"id", std::to_string(record.id)},
              {"createdAt", time_text(record.created_at)},
              {"updatedAt", time_text(record.updated_at)},
              {"archived", record.is_archived()}};
  for (const auto& [column, value] : record.values) {
    const Property& property = type.at(column);
    if (!property.is_archived()) out["properties"][property.name] = shown_value(property, value);
  }
  for (const ObjectType& other : portal.schema.all()) {
    for (const Link& link : portal.associations.links(type, record.id, other)) {
      out["associations"][other.name].push_back(std::to_string(link.to));
    }
  }
  return out;
}

}  // namespace

std::string apply_edit(Portal& portal, const Json& edit) try {
  ObjectType& type = object_named(portal, edit.at("object"));
  Writer writer(portal, type, {false, "CRM_UI", /*counts=*/false});
  const Json properties = edit.value("properties", Json::object());
  Record& record = edit.contains("id") ? record_named(portal, type, edit["id"])
                                       : writer.create(properties, nullptr);
  if (edit.contains("id") && !properties.empty()) writer.update(record, properties);
  if (edit.contains("associate")) associate(portal, type, record, edit["associate"]);
  if (edit.value("delete", false)) portal.archive(type, record, portal.now());
  if (edit.value("restore", false)) portal.restore(type, record, portal.now());
  if (edit.value("purge", false)) portal.purge(type, record);
  return std::to_string(record.id);
} catch (const ApiError& error) {
  throw std::invalid_argument("edit: " + error.message);
}

Json seed_records(Portal& portal, const Json& body) {
  ObjectType& type = object_named(portal, body.at("object"));
  const Instant at = body.contains("at") ? instant_of(body["at"]) : portal.now();
  const int count = body.at("count").get<int>();
  const Json properties = body.value("properties", Json::object());
  Json first;
  for (int number = 0; number < count; ++number) {
    Values values;
    for (const auto& [name, text] : properties.items()) {
      const int column = type.column(name);
      if (column < 0) throw std::invalid_argument("no property " + name);
      set_in(values, column, with_number(text.get<std::string>(), number));
    }
    const Record& made = portal.insert(type, std::move(values), at);
    if (number == 0) first = std::to_string(made.id);
  }
  return {{"first", first}};
}

std::string state_json(Portal& portal, const std::string& object) {
  Json out = Json::object();
  for (const ObjectType& type : portal.schema.all()) {
    if (!object.empty() && portal.schema.find(object) != &type) continue;
    Json records = Json::array();
    for (const Record& record : portal.table(type).records()) {
      if (!portal.is_purged(record)) records.push_back(state_of(portal, type, record));
    }
    out[type.name] = std::move(records);
  }
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace upselld::sandbox::hubspot
