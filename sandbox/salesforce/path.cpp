// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/path.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "sandbox/http_message.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr std::size_t kLevelsMax = 5;
// What can be read over a reference to several kinds of objects.
constexpr std::string_view kPolymorphic[] = {"Id",       "Name",     "Type",  "FirstName",
                                             "LastName", "Username", "Email", "Alias",
                                             "IsActive", "Phone",    "Title"};

[[noreturn]] void no_column(const std::string& name, const ObjectType& type) {
  throw ApiError{
      400,
      "INVALID_FIELD",
      fmt::format(
          "No such column '{}' on entity '{}'. If you are attempting to use a custom field, "
          "be sure to append the '__c' after the custom field name. Please reference your "
          "WSDL or the describe call for the appropriate names.",
          name, type.name),
      {}};
}

Path polymorphic(Path path, const std::string& name, const ObjectType& type) {
  const auto found =
      std::find_if(std::begin(kPolymorphic), std::end(kPolymorphic),
                   [&](std::string_view each) { return equal_without_case(each, name); });
  if (found == std::end(kPolymorphic)) no_column(name, type);
  path.name = std::string(*found);
  path.kind = path.name == "Type" ? Path::Kind::object_name : Path::Kind::by_name;
  path.field.type = path.name == "Id"         ? FieldType::id
                    : path.name == "IsActive" ? FieldType::boolean
                                              : FieldType::string;
  path.field.name = path.name;
  path.field.length = 255;
  return path;
}

}  // namespace

Path resolve_path(const Org& org, const std::string& user, const ObjectType& type,
                  std::string_view text) {
  const std::vector<std::string> parts = split(text, '.');
  if (parts.size() > kLevelsMax + 1) no_column(std::string(text), type);
  Path path;
  const ObjectType* at = &type;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    // "Account.Name" in a statement about accounts means the object itself.
    if (i == 0 && parts.size() == 2 && equal_without_case(parts[0], type.name) &&
        type.relationship(parts[0]) < 0) {
      continue;
    }
    const int column = at->relationship(parts[i]);
    const Field* field = column < 0 ? nullptr : &at->fields[static_cast<std::size_t>(column)];
    if (field == nullptr || !org.sees_field(user, *at, *field)) {
      throw ApiError{400,
                     "INVALID_FIELD",
                     fmt::format("Didn't understand relationship '{}' in field path. If you are "
                                 "attempting to use a custom relationship, be sure to append the "
                                 "'__r' after the custom relationship name. Please reference your "
                                 "WSDL or the describe call for the appropriate names.",
                                 parts[i]),
                     {}};
    }
    path.steps.push_back(column);
    path.relationships.push_back(field->relationship);
    if (field->refers_to.size() > 1) {
      if (i + 2 != parts.size()) no_column(parts[i + 1], *at);
      return polymorphic(std::move(path), parts[i + 1], *at);
    }
    at = org.schema.find(field->refers_to[0]);
    if (at == nullptr || !org.sees_object(user, *at)) no_column(parts[i + 1], type);
  }
  path.column = at->column(parts.back());
  if (path.column < 0) no_column(parts.back(), *at);
  path.field = at->fields[static_cast<std::size_t>(path.column)];
  if (!org.sees_field(user, *at, path.field)) no_column(parts.back(), *at);
  path.name = path.field.name;
  if (!path.field.formula.empty()) path.kind = Path::Kind::formula;
  if (path.name == "IsArchived" && at->name != "Product2") path.kind = Path::Kind::archived;
  return path;
}

const Row* row_at(const Org& org, const Row& row, const std::vector<int>& steps) {
  const Row* at = &row;
  for (const int step : steps) {
    const std::string& id = as_text(cell(*at, step));
    at = id.empty() ? nullptr : org.find_row(id);
    if (at == nullptr) return nullptr;
  }
  return at;
}

Value value_at(const Org& org, const ObjectType& type, const Row& row, const Path& path) {
  if (path.kind == Path::Kind::plain && path.steps.empty()) return cell(row, path.column);
  const Row* at = row_at(org, row, path.steps);
  if (at == nullptr) return {};
  const ObjectType* kind = path.steps.empty() ? &type : org.schema.by_prefix(at->id());
  switch (path.kind) {
    case Path::Kind::plain:
      return cell(*at, path.column);
    case Path::Kind::object_name:
      return kind->name;
    case Path::Kind::archived:
      return org.is_archived(*kind, *at);
    case Path::Kind::by_name:
      return cell(*at, kind->column(path.name));
    case Path::Kind::formula:
      return value_at(org, *kind, *at, resolve_path(org, org.admin_id, *kind, path.field.formula));
  }
  return {};
}

}  // namespace upselld::sandbox::salesforce
