// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/write.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/http_message.h"
#include "sandbox/salesforce/filter.h"
#include "sandbox/salesforce/ids.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr Duration kLockWait = seconds(10);  // the platform waits so long for a lock

const Field& field_at(const ObjectType& type, int column) {
  return type.fields[static_cast<std::size_t>(column)];
}

ApiError lock_error() {
  return {400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", {}};
}

}  // namespace

RowResult Writer::insert(const ObjectType& type, const std::vector<Assignment>& assignments) {
  RowResult result;
  try {
    insert_row(type, assignments, result);
  } catch (const ApiError& error) {
    result.error = error;
    result.id.clear();
  }
  return result;
}

void Writer::insert_row(const ObjectType& type, const std::vector<Assignment>& assignments,
                        RowResult& result) {
  check_rights(type, assignments, /*is_new=*/true);
  Row row;
  row.cells.resize(type.fields.size());
  assign(type, row, assignments);
  row.cells[kIsDeleted] = false;
  row.cells[kCreatedById] = row.cells[kLastModifiedById] = by_.user;
  row.cells[kCreatedDate] = row.cells[kLastModifiedDate] = row.cells[kSystemModstamp] = stamp_;
  const int owner = type.column("OwnerId");
  if (owner >= 0 && is_null(cell(row, owner)))
    row.cells[static_cast<std::size_t>(owner)] = by_.user;
  derive_fields(org_, type, row, org_.now(), /*is_new=*/true);
  check_row(type, row, assignments, /*is_new=*/true);
  check_locks(type, row, /*is_insert=*/true);
  if (org_.storage_full) {
    throw ApiError{400, "STORAGE_LIMIT_EXCEEDED", "storage limit exceeded", {}};
  }
  row.cells[kId] = org_.next_id(type);
  const Row& stored = org_.table(type.name).insert(std::move(row), type);
  inserted_.emplace_back(type.name, stored.id());
  result.id = stored.id();
  result.created = true;
  if (type.setup) org_.permissions_changed();
  touch_account(type, stored);
}

RowResult Writer::update(const ObjectType& type, const std::string& id,
                         const std::vector<Assignment>& assignments) {
  RowResult result;
  try {
    Row& row = existing(type, id, "edit");
    check_rights(type, assignments, /*is_new=*/false);
    Row wanted = row;
    wanted.cells.resize(type.fields.size());
    check_locks(type, row, /*is_insert=*/false);
    assign(type, wanted, assignments);
    derive_fields(org_, type, wanted, org_.now(), /*is_new=*/false);
    check_row(type, wanted, assignments, /*is_new=*/false);
    wanted.cells[kLastModifiedById] = by_.user;
    wanted.cells[kLastModifiedDate] = wanted.cells[kSystemModstamp] = stamp_;
    keep_history(type, row, wanted);
    store(type, row, wanted);
    if (type.setup) org_.permissions_changed();
    touch_account(type, row);
    result.id = row.id();
  } catch (const ApiError& error) {
    result.error = error;
  }
  return result;
}

RowResult Writer::remove(const ObjectType& type, const std::string& id) {
  RowResult result;
  try {
    Row& row = existing(type, id, "delete");
    if (!type.deletable) {
      throw ApiError{400,
                     "INSUFFICIENT_ACCESS_OR_READONLY",
                     "entity type cannot be deleted: " + type.name,
                     {}};
    }
    check_locks(type, row, /*is_insert=*/false);
    set(type, row, kIsDeleted, true);
    set(type, row, kLastModifiedDate, stamp_);
    set(type, row, kSystemModstamp, stamp_);
    row.deleted_at = org_.now();
    result.id = row.id();
    if (type.setup) org_.permissions_changed();
  } catch (const ApiError& error) {
    result.error = error;
  }
  return result;
}

RowResult Writer::upsert(const ObjectType& type, int key_column, const std::string& key,
                         const std::vector<Assignment>& assignments, bool update_only) {
  std::vector<Row*> alive;
  bool is_recycled = false;
  for (Row* row : org_.table(type.name).with_key(type, key_column, key)) {
    if (row->is_deleted()) {
      is_recycled = is_recycled || !org_.is_purged(*row);
    } else {
      alive.push_back(row);
    }
  }
  RowResult result;
  if (alive.size() > 1) {
    std::string ids;
    for (const Row* row : alive) ids += (ids.empty() ? "" : ", ") + row->id();
    result.error =
        ApiError{300,
                 "DUPLICATE_EXTERNAL_ID",
                 fmt::format("{}: more than one record found for external id field: [{}]",
                             field_at(type, key_column).label, ids),
                 {}};
    return result;
  }
  if (alive.size() == 1) return update(type, alive[0]->id(), assignments);
  if (is_recycled && org_.switches.is_on("recycled_key_refused")) {
    result.error = ApiError{400, "ENTITY_IS_DELETED", "entity is deleted", {}};
    return result;
  }
  if (update_only) {
    result.error = ApiError{404, "NOT_FOUND", "The requested resource does not exist", {}};
    return result;
  }
  std::vector<Assignment> with_key = assignments;
  with_key.push_back({key_column, key});
  return insert(type, with_key);
}

Row& Writer::existing(const ObjectType& type, const std::string& text, const char* permission) {
  const auto id = canonical_id(text);
  if (!id || org_.schema.by_prefix(*id) != &type) {
    throw ApiError{
        400,
        "MALFORMED_ID",
        fmt::format("{} ID: id value of incorrect type: {}", type.label, text.substr(0, 40)),
        {"Id"}};
  }
  Row* row = org_.table(type.name).find(*id);
  const bool hidden = !by_.is_person && org_.invisible.contains(*id);
  if (row == nullptr || hidden || org_.is_purged(*row)) {
    throw ApiError{404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", {}};
  }
  if (row->is_deleted()) throw ApiError{404, "ENTITY_IS_DELETED", "entity is deleted", {}};
  if (!by_.is_person && !org_.may(by_.user, type, permission)) {
    throw ApiError{
        403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", {}};
  }
  if (org_.is_archived(type, *row)) {
    throw ApiError{400, "ENTITY_IS_ARCHIVED", "activity is archived", {}};
  }
  if (org_.approval_locked.contains(*id) && !by_.is_person) {
    throw ApiError{400, "ENTITY_IS_LOCKED", "the entity is locked for editing", {}};
  }
  return *row;
}

void Writer::check_rights(const ObjectType& type, const std::vector<Assignment>& assignments,
                          bool is_new) {
  if (by_.is_person) return;
  if (org_.in_maintenance) {
    throw ApiError{400,
                   "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
                   "Saving changes is temporarily unavailable while maintenance is going on",
                   {}};
  }
  const bool allowed =
      is_new ? type.createable && org_.may(by_.user, type, "create") : type.updateable;
  if (!allowed || (type.setup && !org_.customizes(by_.user))) {
    throw ApiError{is_new && !type.createable ? 400 : 403,
                   "INSUFFICIENT_ACCESS_OR_READONLY",
                   fmt::format("entity type {} does not support {} for this user", type.name,
                               is_new ? "create" : "update"),
                   {}};
  }
  for (const Assignment& each : assignments) {
    const Field& field = field_at(type, each.column);
    const bool writable = is_new ? field.createable : field.updateable;
    if (!writable || !field.formula.empty() || !org_.edits_field(by_.user, type, field)) {
      throw ApiError{400,
                     "INVALID_FIELD_FOR_INSERT_UPDATE",
                     fmt::format("Unable to create/update fields: {}. Please check the security "
                                 "settings of this field and verify that it is read/write for your "
                                 "profile or permission set.",
                                 field.name),
                     {field.name}};
    }
  }
}

void Writer::assign(const ObjectType& type, Row& row, const std::vector<Assignment>& assignments) {
  for (const Assignment& each : assignments) {
    const Field& field = field_at(type, each.column);
    row.cells[static_cast<std::size_t>(each.column)] = normalised(org_, type, field, each.value);
  }
}

void Writer::check_row(const ObjectType& type, const Row& row,
                       const std::vector<Assignment>& assignments, bool is_new) {
  check_faults(type, row);
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const Field& field = type.fields[i];
    if (field.required && !by_.is_person && is_null(cell(row, static_cast<int>(i)))) {
      throw ApiError{400,
                     "REQUIRED_FIELD_MISSING",
                     fmt::format("Required fields are missing: [{}]", field.name),
                     {field.name}};
    }
  }
  check_unique(type, row, assignments);
  check_object_rules(org_, type, row, is_new);
  if (by_.is_person) return;
  for (const ValidationRule& rule : org_.validation_rules) {
    if (!equal_without_case(rule.object, type.name)) continue;
    if (Filter(org_, org_.admin_id, type, rule.broken_when).passes(org_, type, row)) {
      throw ApiError{
          400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message,
          rule.field.empty() ? std::vector<std::string>{} : std::vector<std::string>{rule.field}};
    }
  }
  for (const DuplicateRule& rule : org_.duplicate_rules) {
    if (!equal_without_case(rule.object, type.name) || (!rule.blocks && by_.allow_duplicates))
      continue;
    if (Filter(org_, org_.admin_id, type, rule.matches).passes(org_, type, row)) {
      throw ApiError{400,
                     "DUPLICATES_DETECTED",
                     "You're creating a duplicate record. We recommend you use an existing record "
                     "instead.",
                     {}};
    }
  }
}

void Writer::check_unique(const ObjectType& type, const Row& row,
                          const std::vector<Assignment>& assignments) {
  for (const Assignment& each : assignments) {
    const Field& field = field_at(type, each.column);
    const std::string key = as_text(cell(row, each.column));
    if (!field.unique || key.empty()) continue;
    for (const Row* other : org_.table(type.name).with_key(type, each.column, key)) {
      if (other->is_deleted() || other->id() == as_text(row.cells[kId])) continue;
      throw ApiError{400,
                     "DUPLICATE_VALUE",
                     fmt::format("duplicate value found: {} duplicates value on record with id: {}",
                                 field.name, other->id()),
                     {field.name}};
    }
  }
}

void Writer::check_faults(const ObjectType& type, const Row& row) {
  if (by_.is_person) return;
  for (RowFault& fault : org_.row_faults) {
    if (!equal_without_case(fault.object, type.name) || fault.times <= 0) continue;
    const bool named = fault.row.empty() ||
                       std::any_of(row.cells.begin(), row.cells.end(),
                                   [&](const Value& value) { return as_text(value) == fault.row; });
    if (!named || fault.skip-- > 0) continue;
    --fault.times;
    throw fault.error;
  }
}

void Writer::check_locks(const ObjectType& type, const Row& row, bool is_insert) {
  if (by_.is_person) return;
  std::vector<std::string> wanted;
  if (!is_insert) wanted.push_back(row.id());
  if (type.name == "Task") {
    const bool open_and_due = !as_bool(cell(row, type.column("IsClosed"))) &&
                              !is_null(cell(row, type.column("ActivityDate")));
    if (!is_insert || open_and_due) {
      for (const char* field : {"WhatId", "WhoId", "AccountId"}) {
        wanted.push_back(as_text(cell(row, type.column(field))));
      }
    }
  }
  for (const std::string& id : wanted) {
    const auto lock = org_.locked_until.find(id);
    if (lock != org_.locked_until.end() && lock->second > org_.now() + kLockWait)
      throw lock_error();
  }
  if (org_.lock_chance > 0 && org_.draw() < org_.lock_chance) throw lock_error();
}

void Writer::keep_history(const ObjectType& type, const Row& before, const Row& after) {
  if (type.name != "Account" && type.name != "Opportunity") return;
  for (std::size_t i = kSystemColumns; i < type.fields.size(); ++i) {
    const Field& field = type.fields[i];
    const int column = static_cast<int>(i);
    const std::string was = csv_text(cell(before, column), field.type, /*datetime_with_z=*/false);
    const std::string is = csv_text(cell(after, column), field.type, /*datetime_with_z=*/false);
    if (!field.tracked || was == is) continue;
    const bool account = type.name == "Account";
    const Row& row = org_.put(account ? "AccountHistory" : "OpportunityFieldHistory",
                              {{account ? "AccountId" : "OpportunityId", before.id()},
                               {"Field", field.name},
                               {"OldValue", was.empty() ? Value() : Value(was)},
                               {"NewValue", is.empty() ? Value() : Value(is)},
                               {"CreatedDate", stamp_},
                               {"CreatedById", by_.user}});
    inserted_.emplace_back(account ? "AccountHistory" : "OpportunityFieldHistory", row.id());
  }
}

void Writer::set(const ObjectType& type, Row& row, int column, Value value) {
  changes_.push_back({row.id(), column, cell(row, column)});
  org_.table(type.name).set(row, column, std::move(value), type);
}

void Writer::store(const ObjectType& type, Row& row, const Row& wanted) {
  for (std::size_t i = 0; i < wanted.cells.size(); ++i) {
    const int column = static_cast<int>(i);
    if (cell(row, column) != wanted.cells[i]) set(type, row, column, wanted.cells[i]);
  }
}

// A task changes its account's last activity, and so the account's stamp.
void Writer::touch_account(const ObjectType& type, const Row& row) {
  if (type.name != "Task" && type.name != "Event") return;
  const ObjectType& accounts = *org_.schema.find("Account");
  Row* account = org_.table("Account").find(as_text(cell(row, type.column("AccountId"))));
  const Value& day = cell(row, type.column("ActivityDate"));
  if (account == nullptr || is_null(day)) return;
  const int last = accounts.column("LastActivityDate");
  const Value& known = cell(*account, last);
  if (is_null(known) || std::get<Day>(known) < std::get<Day>(day))
    set(accounts, *account, last, day);
  set(accounts, *account, kSystemModstamp, stamp_);
}

void Writer::roll_back() {
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    const ObjectType& type = *org_.schema.by_prefix(change->id);
    Row* row = org_.table(type.name).find(change->id);
    org_.table(type.name).set(*row, change->column, change->before, type);
  }
  for (const auto& [object, id] : inserted_) org_.table(object).erase(id);
  changes_.clear();
  inserted_.clear();
  org_.permissions_changed();
}

}  // namespace upselld::sandbox::salesforce
