// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/query.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/digest.h"
#include "sandbox/http_message.h"

namespace upselld::sandbox::salesforce {
namespace {

const ObjectType& object_of(const Org& org, const Soql& soql, const QueryScope& scope) {
  const ObjectType* type = org.schema.find(soql.from);
  const bool known = type != nullptr && type->tooling == scope.tooling;
  if (!known || !org.sees_object(scope.user, *type)) {
    throw ApiError{
        400,
        "INVALID_TYPE",
        fmt::format("sObject type '{}' is not supported. If you are attempting to use a "
                    "custom object, be sure to append the '__c' after the entity name. "
                    "Please reference your WSDL or the describe call for the appropriate "
                    "names.",
                    soql.from),
        {}};
  }
  return *type;
}

}  // namespace

Query::Query(const Org& org, Soql soql, QueryScope scope)
    : soql_(std::move(soql)), scope_(std::move(scope)), type_(&object_of(org, soql_, scope_)) {
  for (const Selected& each : soql_.select) {
    Path path;
    if (!each.path.empty()) path = resolve_path(org, scope_.user, *type_, each.path);
    if (each.aggregate == Selected::Aggregate::none && !soql_.aggregates()) show(path);
    selected_.push_back(std::move(path));
  }
  if (soql_.where) filter_.emplace(org, scope_.user, *type_, *soql_.where);
  for (const std::string& each : soql_.group_by) {
    groups_.push_back(resolve_path(org, scope_.user, *type_, each));
  }
  check_order(org);
}

void Query::check_order(const Org& org) {
  for (const OrderTerm& term : soql_.order_by) {
    order_.push_back(resolve_path(org, scope_.user, *type_, term.path));
    if (order_.back().field.long_text) {
      throw ApiError{400,
                     "INVALID_FIELD",
                     fmt::format("field '{}' can not be sorted in a query call", term.path),
                     {}};
    }
  }
  if (!soql_.aggregates() || soql_.counts_only()) return;
  for (std::size_t i = 0; i < selected_.size(); ++i) {
    const bool grouped = std::any_of(groups_.begin(), groups_.end(), [&](const Path& group) {
      return group.column == selected_[i].column && group.steps == selected_[i].steps;
    });
    if (soql_.select[i].aggregate == Selected::Aggregate::none && !grouped) {
      throw ApiError{400,
                     "MALFORMED_QUERY",
                     "Field must be grouped or aggregated: " + soql_.select[i].path,
                     {}};
    }
  }
}

void Query::show(const Path& path) {
  Shown* at = &shown_;
  for (std::size_t i = 0; i < path.relationships.size(); ++i) {
    auto found = std::find_if(at->parents.begin(), at->parents.end(), [&](const Shown& each) {
      return each.name == path.relationships[i];
    });
    if (found == at->parents.end()) {
      Shown parent;
      parent.name = path.relationships[i];
      parent.steps = {path.steps[i]};
      found = at->parents.insert(found, std::move(parent));
    }
    at = &*found;
  }
  const bool twice = std::any_of(at->fields.begin(), at->fields.end(),
                                 [&](const Path& each) { return each.name == path.name; });
  if (twice) {
    throw ApiError{400, "INVALID_FIELD", "duplicate field selected: " + path.name, {}};
  }
  at->fields.push_back(path);
}

bool Query::is_seen(const Org& org, const Row& row) const {
  if (org.invisible.contains(row.id())) return false;
  if (scope_.all) return !org.is_purged(row);
  return !row.is_deleted() && !org.is_archived(*type_, row);
}

std::vector<std::string> Query::ids(const Org& org) const {
  struct Hit {
    const Row* row;
    std::uint64_t place;  // where nothing else decides
    std::vector<Value> keys;
  };
  std::vector<Hit> hits;
  for (const Row& row : org.table(type_->name).rows()) {
    if (!is_seen(org, row) || (filter_ && !filter_->passes(org, *type_, row))) continue;
    Hit hit{&row, keyed_hash(org.seed, row.id()), {}};
    for (const Path& path : order_) hit.keys.push_back(value_at(org, *type_, row, path));
    hits.push_back(std::move(hit));
  }
  if (org.query_rows_max > 0 && hits.size() > org.query_rows_max) {
    throw ApiError{400, "QUERY_TIMEOUT", "Your query request was running for too long.", {}};
  }
  std::sort(hits.begin(), hits.end(), [&](const Hit& a, const Hit& b) {
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const OrderTerm& term = soql_.order_by[i];
      const bool a_null = is_null(a.keys[i]), b_null = is_null(b.keys[i]);
      if (a_null != b_null) return a_null != term.nulls_last;
      const int order =
          a_null ? 0
                 : compare(a.keys[i], b.keys[i],
                           order_[i].field.case_sensitive || order_[i].field.type == FieldType::id);
      if (order != 0) return (order < 0) != term.descending;
    }
    return a.place != b.place ? a.place < b.place : a.row->id() < b.row->id();
  });
  const auto skipped = std::min(hits.size(), static_cast<std::size_t>(soql_.offset.value_or(0)));
  std::size_t count = hits.size() - skipped;
  if (soql_.limit) count = std::min(count, static_cast<std::size_t>(*soql_.limit));
  std::vector<std::string> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) out.push_back(hits[skipped + i].row->id());
  return out;
}

void Query::append_object(const Org& org, const Row& row, const Shown& shown,
                          std::string& out) const {
  const ObjectType* type = org.schema.by_prefix(row.id());
  out += fmt::format(
      R"({{"attributes":{{"type":"{}","url":"/services/data/v{}/{}sobjects/{}/{}"}})", type->name,
      scope_.version, scope_.tooling ? "tooling/" : "", type->name, row.id());
  for (Path path : shown.fields) {
    path.steps.clear();  // the row is already where they lead
    out += ",\"" + path.name + "\":" + json_of(value_at(org, *type, row, path), path.field.type);
  }
  for (const Shown& parent : shown.parents) {
    out += ",\"" + parent.name + "\":";
    const Row* at = row_at(org, row, parent.steps);
    if (at == nullptr) {
      out += "null";
    } else {
      append_object(org, *at, parent, out);
    }
  }
  out += '}';
}

std::string Query::record_json(const Org& org, const std::string& id) const {
  std::string out;
  const Row* row = org.find_row(id);
  if (row != nullptr) append_object(org, *row, shown_, out);
  return out;
}

std::vector<std::string> Query::headings() const {
  std::vector<std::string> out;
  for (const Path& path : selected_) {
    std::string heading;
    for (const std::string& each : path.relationships) heading += each + ".";
    out.push_back(heading + path.name);
  }
  return out;
}

std::vector<std::string> Query::cells(const Org& org, const std::string& id,
                                      bool datetime_with_z) const {
  std::vector<std::string> out;
  const Row* row = org.find_row(id);
  for (const Path& path : selected_) {
    const Value value = row == nullptr ? Value() : value_at(org, *type_, *row, path);
    out.push_back(csv_text(value, path.field.type, datetime_with_z));
  }
  return out;
}

}  // namespace upselld::sandbox::salesforce
