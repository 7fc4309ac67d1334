// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/org.h"

#include <algorithm>

#include "core/assertions.h"
#include "core/digest.h"
#include "sandbox/http_message.h"
#include "sandbox/salesforce/ids.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr int kArchiveDays = 365;
constexpr Duration kRecycleBin = days(15);
const Value kNull{};
const Table kNoRows{};

bool is_key(const Field& field) {
  return field.unique || field.external_id;
}

std::string full_name(const ObjectType& type, const Field& field) {
  return lower(type.name + "." + field.name);
}

}  // namespace

const Value& cell(const Row& row, int column) {
  const auto at = static_cast<std::size_t>(column);
  return column >= 0 && at < row.cells.size() ? row.cells[at] : kNull;
}

Row* Table::find(const std::string& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &rows_[found->second];
}

Row& Table::insert(Row row, const ObjectType& type) {
  const std::size_t at = rows_.size();
  by_id_[row.id()] = at;
  rows_.push_back(std::move(row));
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const std::string& key = as_text(cell(rows_[at], static_cast<int>(i)));
    if (is_key(type.fields[i]) && !key.empty()) {
      keys_[static_cast<int>(i)].emplace(normal(type.fields[i], key), at);
    }
  }
  return rows_[at];
}

void Table::set(Row& row, int column, Value value, const ObjectType& type) {
  const auto at = static_cast<std::size_t>(column);
  if (row.cells.size() <= at) row.cells.resize(type.fields.size());
  const Field& field = type.fields[at];
  if (is_key(field)) {
    const std::size_t number = by_id_.at(row.id());
    auto& keys = keys_[column];
    const auto [first, last] = keys.equal_range(normal(field, as_text(row.cells[at])));
    const auto old =
        std::find_if(first, last, [&](const auto& each) { return each.second == number; });
    if (old != last) keys.erase(old);
    if (!as_text(value).empty()) keys.emplace(normal(field, as_text(value)), number);
  }
  row.cells[at] = std::move(value);
}

std::vector<Row*> Table::with_key(const ObjectType& type, int column, const std::string& key) {
  std::vector<Row*> out;
  const auto [first, last] =
      keys_[column].equal_range(normal(type.fields[static_cast<std::size_t>(column)], key));
  for (auto each = first; each != last; ++each) out.push_back(&rows_[each->second]);
  // An unordered map's order is nobody's promise.
  std::sort(out.begin(), out.end(), [](const Row* a, const Row* b) { return a->id() < b->id(); });
  return out;
}

void Table::index(const ObjectType& type, int column) {
  keys_[column].clear();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const std::string& key = as_text(cell(rows_[i], column));
    if (!key.empty()) {
      keys_[column].emplace(normal(type.fields[static_cast<std::size_t>(column)], key), i);
    }
  }
}

void Table::erase(const std::string& id) {
  Row* row = find(id);
  if (row == nullptr) return;
  row->cells.resize(kSystemColumns);  // gone, but the places of the others stay
  row->cells[kIsDeleted] = true;
  row->deleted_at = Instant{0};
  by_id_.erase(id);
}

std::string Table::normal(const Field& field, const std::string& key) {
  return field.case_sensitive ? key : lower(key);
}

Org::Org(VirtualClock& its_clock, std::uint64_t its_seed, std::uint64_t number)
    : clock(its_clock), seed(its_seed), id(make_id("00D", number)) {
  furnish();
}

const Table& Org::table(const std::string& object) const {
  const auto found = tables_.find(object);
  return found == tables_.end() ? kNoRows : found->second;
}

std::string Org::next_id(const ObjectType& type) {
  // Organization is the only object whose id does not count from one.
  if (type.name == "Organization") return id;
  return make_id(type.key_prefix, ++numbers_[type.key_prefix]);
}

Row* Org::find_row(const std::string& id18) {
  const ObjectType* type = schema.by_prefix(id18);
  return type == nullptr ? nullptr : table(type->name).find(id18);
}

double Org::draw() {
  const std::uint64_t bits = keyed_hash(seed ^ 0x5a1e5f0cceULL, std::to_string(draws_++));
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

Row& Org::put(const std::string& object, const std::vector<std::pair<std::string, Value>>& cells) {
  const ObjectType* type = schema.find(object);
  UPSELLD_ASSERT(type != nullptr);
  Row row;
  row.cells.resize(type->fields.size());
  for (const auto& [name, value] : cells) {
    const int column = type->column(name);
    UPSELLD_ASSERT(column >= 0);
    row.cells[static_cast<std::size_t>(column)] = value;
  }
  if (is_null(row.cells[kId])) row.cells[kId] = next_id(*type);
  row.cells[kIsDeleted] = false;
  for (const SystemColumn by : {kCreatedById, kLastModifiedById}) {
    if (is_null(row.cells[by])) row.cells[by] = admin_id;
  }
  if (is_null(row.cells[kCreatedDate])) row.cells[kCreatedDate] = now();
  for (const SystemColumn stamp : {kLastModifiedDate, kSystemModstamp}) {
    if (is_null(row.cells[stamp])) row.cells[stamp] = row.cells[kCreatedDate];
  }
  return table(type->name).insert(std::move(row), *type);
}

const Org::Granted& Org::granted(const std::string& user) const {
  const auto known = granted_.find(user);
  if (known != granted_.end()) return known->second;
  Granted out;
  const auto text = [&](const char* object, const Row& row, const char* field) -> std::string {
    return as_text(cell(row, schema.find(object)->column(field)));
  };
  const auto flag = [&](const char* object, const Row& row, const char* field) {
    return as_bool(cell(row, schema.find(object)->column(field)));
  };
  std::set<std::string> sets;
  for (const Row& row : table("PermissionSetAssignment").rows()) {
    const bool his = text("PermissionSetAssignment", row, "AssigneeId") == user;
    if (his && !row.is_deleted())
      sets.insert(text("PermissionSetAssignment", row, "PermissionSetId"));
  }
  for (const std::string& each : sets) {
    const Row* set = find_row(each);
    if (set != nullptr && flag("PermissionSet", *set, "PermissionsCustomizeApplication")) {
      out.customize = true;
    }
    out.view_setup |= set != nullptr && flag("PermissionSet", *set, "PermissionsViewSetup");
  }
  for (const Row& row : table("FieldPermissions").rows()) {
    if (row.is_deleted() || !sets.contains(text("FieldPermissions", row, "ParentId"))) continue;
    const std::string field = lower(text("FieldPermissions", row, "Field"));
    if (flag("FieldPermissions", row, "PermissionsRead")) out.read.insert(field);
    if (flag("FieldPermissions", row, "PermissionsEdit")) out.edit.insert(field);
  }
  for (const Row& row : table("ObjectPermissions").rows()) {
    if (row.is_deleted() || !sets.contains(text("ObjectPermissions", row, "ParentId"))) continue;
    const std::string object = lower(text("ObjectPermissions", row, "SobjectType"));
    for (const char* right : {"Create", "Read", "Edit", "Delete"}) {
      if (flag("ObjectPermissions", row, (std::string("Permissions") + right).c_str())) {
        out.object_rights.insert(object + ":" + lower(right));
      }
    }
  }
  return granted_[user] = std::move(out);
}

bool Org::may(const std::string& user, const ObjectType& type, const char* permission) const {
  const auto found = rights.find(user);
  const Rights own = found == rights.end() ? Rights{} : found->second;
  if (own.no_object.contains(lower(type.name))) return false;
  const bool open = type.setup || type.name == "User" || type.name == "Organization" ||
                    type.name == "TaskStatus" || type.name == "TaskPriority" ||
                    type.name == "OpportunityStage" || type.name == "Profile" || type.tooling;
  if (!own.objects_by_permission_set || open) return true;
  return granted(user).object_rights.contains(lower(type.name) + ":" + permission);
}

bool Org::sees_object(const std::string& user, const ObjectType& type) const {
  if (type.name == "CurrencyType" && !switches.is_on("multi_currency")) return false;
  return type.queryable && may(user, type, "read");
}

bool Org::sees_field(const std::string& user, const ObjectType& type, const Field& field) const {
  const std::string name = full_name(type, field);
  const auto appears = fields_appear_at.find(name);
  if (field.name == "CurrencyIsoCode" && !switches.is_on("multi_currency")) return false;
  if (field.name == "IsPersonAccount" && !switches.is_on("person_accounts")) return false;
  if (field.absent || (appears != fields_appear_at.end() && now() < appears->second)) return false;
  const auto own = rights.find(user);
  if (own != rights.end() && own->second.hidden.contains(name)) return false;
  return field.granted || granted(user).read.contains(name);
}

bool Org::edits_field(const std::string& user, const ObjectType& type, const Field& field) const {
  const std::string name = full_name(type, field);
  const auto own = rights.find(user);
  if (own != rights.end() && own->second.read_only.contains(name)) return false;
  return field.granted || granted(user).edit.contains(name);
}

bool Org::customizes(const std::string& user) const {
  const auto own = rights.find(user);
  return (own != rights.end() && own->second.customize_application) || granted(user).customize;
}

bool Org::views_setup(const std::string& user) const {
  return customizes(user) || granted(user).view_setup;
}

bool Org::is_archived(const ObjectType& type, const Row& row) const {
  const bool is_task = type.name == "Task";
  if (!is_task && type.name != "Event") return false;
  if (is_task && !as_bool(cell(row, type.column("IsClosed")))) return false;
  Value when = cell(row, type.column("ActivityDate"));
  const Value& ends = cell(row, type.column("EndDateTime"));
  if (!is_task && !is_null(ends)) when = day_of(as_instant(ends));
  const Day* day = std::get_if<Day>(&when);
  const Day since = day != nullptr ? *day : day_of(as_instant(row.cells[kCreatedDate]));
  return since + kArchiveDays < day_of(now());
}

bool Org::is_purged(const Row& row) const {
  return row.is_deleted() && row.deleted_at + kRecycleBin < now();
}

}  // namespace upselld::sandbox::salesforce
