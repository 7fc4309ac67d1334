// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sandbox/salesforce/edits.h"
#include "sandbox/salesforce/ids.h"

namespace upselld::sandbox::salesforce {
namespace {

using Json = nlohmann::ordered_json;

std::string user_of(const Org& org, const std::string& username) {
  if (username.empty()) return org.admin_id;
  const int column = org.schema.find("User")->column("Username");
  for (const Row& row : org.table("User").rows()) {
    if (as_text(cell(row, column)) == username || row.id() == username) return row.id();
  }
  throw std::invalid_argument("no user " + username);
}

Row& row_of(Org& org, const std::string& text) {
  Row* row = org.find_row(canonical_id(text).value_or(text));
  if (row == nullptr) throw std::invalid_argument("no record " + text);
  return *row;
}

void stamp(Org& org, const ObjectType& type, Row& row, const std::string& by, Instant at) {
  Table& table = org.table(type.name);
  table.set(row, kLastModifiedDate, at, type);
  table.set(row, kSystemModstamp, at, type);
  table.set(row, kLastModifiedById, by, type);
}

}  // namespace

std::string apply_edit(Org& org, const Json& edit, Instant at) {
  const ObjectType* type = org.schema.find(edit.value("object", ""));
  if (type == nullptr) throw std::invalid_argument("edit: no object " + edit.value("object", ""));
  Writer writer(org, {user_of(org, edit.value("by", "")), /*is_person=*/true}, at);
  const std::string id = edit.value("id", "");
  RowResult result;
  try {
    if (edit.value("delete", false)) {
      result = writer.remove(*type, id);
    } else {
      const auto assignments = assignments_of(org, "", *type, edit.value("fields", Json::object()),
                                              /*takes_id=*/false);
      result =
          id.empty() ? writer.insert(*type, assignments) : writer.update(*type, id, assignments);
    }
  } catch (const ApiError& error) {
    result.error = error;
  }
  if (result.error) {
    throw std::invalid_argument("edit: " + result.error->code + ": " + result.error->message);
  }
  return result.id;
}

void merge_records(Org& org, const std::string& winner_text, const std::string& loser_text,
                   const std::string& username) {
  Row& winner = row_of(org, winner_text);
  Row& loser = row_of(org, loser_text);
  const ObjectType& type = *org.schema.by_prefix(winner.id());
  const int master = type.column("MasterRecordId");
  if (&type != org.schema.by_prefix(loser.id()) || master < 0 || winner.id() == loser.id()) {
    throw std::invalid_argument("merge: two accounts or two contacts are needed");
  }
  const std::string by = user_of(org, username);
  for (const std::string& name : org.schema.names()) {
    const ObjectType& child = *org.schema.find(name);
    for (Row& row : org.table(name).rows()) {
      for (std::size_t i = kSystemColumns; i < child.fields.size(); ++i) {
        const int column = static_cast<int>(i);
        const bool moves = child.fields[i].type == FieldType::reference && !row.is_deleted() &&
                           as_text(cell(row, column)) == loser.id();
        if (!moves || &row == &loser) continue;
        org.table(name).set(row, column, winner.id(), child);
        stamp(org, child, row, by, org.now());
      }
    }
  }
  Table& table = org.table(type.name);
  table.set(loser, master, winner.id(), type);
  table.set(loser, kIsDeleted, true, type);
  loser.deleted_at = org.now();
  stamp(org, type, loser, by, org.now());
  stamp(org, type, winner, by, org.now());
}

std::string state_json(const Org& org, const std::string& object) {
  std::string out = "{";
  for (const std::string& name : org.schema.names()) {
    if (!object.empty() && object != name) continue;
    const ObjectType& type = *org.schema.find(name);
    out += (out.size() > 1 ? ",\n" : "") + json_string(name) + ":[";
    bool first = true;
    for (const Row& row : org.table(name).rows()) {
      out += first ? "\n{" : ",\n{";
      first = false;
      std::string cells;
      for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const Value& value = cell(row, static_cast<int>(i));
        if (is_null(value) || type.fields[i].absent) continue;
        cells += (cells.empty() ? "" : ",") + json_string(type.fields[i].name) + ":" +
                 json_of(value, type.fields[i].type);
      }
      out += cells + "}";
    }
    out += "]";
  }
  return out + "}\n";
}

}  // namespace upselld::sandbox::salesforce
