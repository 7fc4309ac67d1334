// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "sandbox/http_message.h"
#include "sandbox/salesforce/write.h"

// What the platform does for single objects: fields that follow from others, and rules of its own.
namespace upselld::sandbox::salesforce {
namespace {

struct Fields {
  const ObjectType& type;
  Row& row;
  const Value& get(const char* name) const { return cell(row, type.column(name)); }
  void set(const char* name, Value value) const {
    const auto column = static_cast<std::size_t>(type.column(name));
    if (row.cells.size() <= column) row.cells.resize(type.fields.size());
    row.cells[column] = std::move(value);
  }
};

// The row of a stage or status object with this ApiName; null: none.
const Row* named(const Org& org, const char* object, const std::string& name) {
  const ObjectType& type = *org.schema.find(object);
  for (const Row& row : org.table(object).rows()) {
    if (equal_without_case(as_text(cell(row, type.column("ApiName"))), name)) return &row;
  }
  return nullptr;
}

bool flag_of(const Org& org, const char* object, const std::string& name, const char* flag) {
  const Row* row = named(org, object, name);
  return row != nullptr && as_bool(cell(*row, org.schema.find(object)->column(flag)));
}

std::string account_of(const Org& org, const std::string& id) {
  const ObjectType* type = org.schema.by_prefix(id);
  const Row* row = type == nullptr ? nullptr : org.find_row(id);
  if (row == nullptr) return {};
  if (type->name == "Account") return id;
  return as_text(cell(*row, type->column("AccountId")));
}

void derive_activity(const Org& org, const Fields& fields) {
  std::string account = account_of(org, as_text(fields.get("WhatId")));
  if (account.empty()) account = account_of(org, as_text(fields.get("WhoId")));
  fields.set("AccountId", account.empty() ? Value() : Value(account));
}

void derive_task(const Org& org, const Fields& fields, Instant now) {
  derive_activity(org, fields);
  if (is_null(fields.get("TaskSubtype"))) fields.set("TaskSubtype", std::string("Task"));
  if (is_null(fields.get("Status"))) fields.set("Status", std::string("Not Started"));
  if (is_null(fields.get("Priority"))) fields.set("Priority", std::string("Normal"));
  const bool closed = flag_of(org, "TaskStatus", as_text(fields.get("Status")), "IsClosed");
  fields.set("IsClosed", closed);
  fields.set("IsHighPriority",
             flag_of(org, "TaskPriority", as_text(fields.get("Priority")), "IsHighPriority"));
  if (closed && is_null(fields.get("CompletedDateTime"))) fields.set("CompletedDateTime", now);
  if (!closed) fields.set("CompletedDateTime", {});
}

void derive_opportunity(const Org& org, const Fields& fields, bool is_new) {
  const Row* stage = named(org, "OpportunityStage", as_text(fields.get("StageName")));
  if (stage == nullptr) return;
  const ObjectType& type = *org.schema.find("OpportunityStage");
  const bool closed = as_bool(cell(*stage, type.column("IsClosed")));
  fields.set("IsClosed", closed);
  fields.set("IsWon", cell(*stage, type.column("IsWon")));
  fields.set("ForecastCategory", cell(*stage, type.column("ForecastCategory")));
  if (is_new || closed) fields.set("Probability", cell(*stage, type.column("DefaultProbability")));
  if (is_null(fields.get("HasOpportunityLineItem"))) fields.set("HasOpportunityLineItem", false);
}

void derive_case(const Fields& fields, Instant now) {
  if (is_null(fields.get("Status"))) fields.set("Status", std::string("New"));
  const bool closed = as_text(fields.get("Status")) == "Closed";
  fields.set("IsClosed", closed);
  if (closed && is_null(fields.get("ClosedDate"))) fields.set("ClosedDate", now);
  if (!closed) fields.set("ClosedDate", {});
}

void derive_name(const Fields& fields) {
  if (fields.type.column("FirstName") < 0 && fields.type.name != "Individual") return;
  const std::string first =
      fields.type.column("FirstName") < 0 ? "" : as_text(fields.get("FirstName"));
  const std::string last = as_text(fields.get("LastName"));
  if (!last.empty()) fields.set("Name", first.empty() ? last : first + " " + last);
}

[[noreturn]] void refuse(const char* code, std::string message, const char* field) {
  throw ApiError{400, code, std::move(message), {field}};
}

void check_task(const Org& org, const Fields& fields) {
  const std::string who = as_text(fields.get("WhoId"));
  if (who.starts_with("00Q") && !is_null(fields.get("WhatId"))) {
    refuse("FIELD_INTEGRITY_EXCEPTION",
           "Related To ID: Related To cannot be set with a lead as Name", "WhatId");
  }
  const std::string owner = as_text(fields.get("OwnerId"));
  // Who left after the task was made may keep it.
  const Row* stored = org.find_row(as_text(fields.row.cells[kId]));
  if (stored != nullptr && as_text(cell(*stored, fields.type.column("OwnerId"))) == owner) return;
  if (owner.starts_with("00G")) {
    if (org.task_queues.contains(owner)) return;
    refuse("INVALID_OWNER", "Assigned To ID: this queue does not support tasks", "OwnerId");
  }
  const Row* user = org.find_row(owner);
  if (user == nullptr || !as_bool(cell(*user, org.schema.find("User")->column("IsActive")))) {
    refuse("INACTIVE_OWNER_OR_USER", "operation performed with inactive user [" + owner + "]",
           "OwnerId");
  }
}

// No second row with the same values in these columns.
void check_pair(const Org& org, const Fields& fields, std::initializer_list<const char*> names) {
  for (const Row& other : org.table(fields.type.name).rows()) {
    if (other.is_deleted() || other.id() == as_text(fields.row.cells[kId])) continue;
    const bool same = std::all_of(names.begin(), names.end(), [&](const char* name) {
      return equal_without_case(as_text(cell(other, fields.type.column(name))),
                                as_text(fields.get(name)));
    });
    if (!same) continue;
    refuse("DUPLICATE_VALUE",
           fmt::format("duplicate value found: {} duplicates value on record with id: {}",
                       *names.begin(), other.id()),
           *names.begin());
  }
}

void check_field_permissions(const Org& org, const Fields& fields) {
  const std::string name = as_text(fields.get("Field"));
  const std::size_t dot = name.find('.');
  const ObjectType* type = org.schema.find(name.substr(0, dot));
  const int column =
      type == nullptr || dot == std::string::npos ? -1 : type->column(name.substr(dot + 1));
  if (column < 0 || !equal_without_case(as_text(fields.get("SobjectType")), type->name)) {
    refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
           "Field Name: bad value for restricted picklist field: " + name, "Field");
  }
  if (type->fields[static_cast<std::size_t>(column)].required) {
    refuse("FIELD_INTEGRITY_EXCEPTION",
           fmt::format("field permissions on a universally required field: {}", name), "Field");
  }
  const bool reads = as_bool(fields.get("PermissionsRead"));
  if (as_bool(fields.get("PermissionsEdit")) && !reads) {
    refuse("FIELD_INTEGRITY_EXCEPTION", "Edit requires read", "PermissionsEdit");
  }
  check_pair(org, fields, {"Field", "ParentId"});
}

}  // namespace

void derive_fields(const Org& org, const ObjectType& type, Row& row, Instant now, bool is_new) {
  const Fields fields{type, row};
  derive_name(fields);
  if (type.name == "Task") derive_task(org, fields, now);
  if (type.name == "Event") derive_activity(org, fields);
  if (type.name == "Opportunity") derive_opportunity(org, fields, is_new);
  if (type.name == "Case") derive_case(fields, now);
}

void check_object_rules(const Org& org, const ObjectType& type, const Row& row, bool is_new) {
  Row copy = row;
  const Fields fields{type, copy};
  if (type.name == "Task") check_task(org, fields);
  if (type.name == "FieldPermissions") check_field_permissions(org, fields);
  if (type.name == "ObjectPermissions") check_pair(org, fields, {"SobjectType", "ParentId"});
  if (type.name == "PermissionSetAssignment" && is_new) {
    check_pair(org, fields, {"AssigneeId", "PermissionSetId"});
  }
  if (type.name == "PermissionSet") check_pair(org, fields, {"Name"});
}

}  // namespace upselld::sandbox::salesforce
