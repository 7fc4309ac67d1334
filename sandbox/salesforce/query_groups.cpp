// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sandbox/salesforce/query.h"

namespace upselld::sandbox::salesforce {

Value Query::aggregate(const Org& org, const Selected& selected, const Path& path,
                       const std::vector<const Row*>& rows) const {
  using Aggregate = Selected::Aggregate;
  Value best;
  double sum = 0;
  double count = 0;
  for (const Row* row : rows) {
    const Value value = selected.path.empty() ? Value(true) : value_at(org, *type_, *row, path);
    if (is_null(value)) continue;
    ++count;
    sum += as_number(value);
    const int order = is_null(best) ? 0 : compare(value, best, /*case_sensitive=*/false);
    const bool better = selected.aggregate == Aggregate::max ? order > 0 : order < 0;
    if (is_null(best) || better) best = value;
  }
  switch (selected.aggregate) {
    case Aggregate::count:
      return count;
    case Aggregate::max:
    case Aggregate::min:
      return best;
    case Aggregate::sum:
      return count > 0 ? Value(sum) : Value();
    case Aggregate::avg:
      return count > 0 ? Value(sum / count) : Value();
    case Aggregate::none:
      break;
  }
  return rows.empty() ? Value() : value_at(org, *type_, *rows[0], path);
}

std::string Query::group_json(const Org& org, const std::vector<const Row*>& rows) const {
  std::string out = R"({"attributes":{"type":"AggregateResult"})";
  int unnamed = 0;
  for (std::size_t i = 0; i < selected_.size(); ++i) {
    const Selected& selected = soql_.select[i];
    const bool is_plain = selected.aggregate == Selected::Aggregate::none;
    std::string name = selected.alias;
    if (name.empty()) name = is_plain ? selected_[i].name : fmt::format("expr{}", unnamed++);
    const FieldType type = selected.aggregate == Selected::Aggregate::count
                               ? FieldType::integer
                               : selected_[i].field.type;
    out += ",\"" + name + "\":" + json_of(aggregate(org, selected, selected_[i], rows), type);
  }
  return out + "}";
}

std::vector<std::string> Query::groups_json(const Org& org) const {
  std::map<std::string, std::vector<const Row*>> groups;
  for (const Row& row : org.table(type_->name).rows()) {
    if (!is_seen(org, row) || (filter_ && !filter_->passes(org, *type_, row))) continue;
    std::string key;
    for (const Path& path : groups_) {
      key += json_of(value_at(org, *type_, row, path), path.field.type) + ",";
    }
    groups[key].push_back(&row);
  }
  if (groups_.empty()) groups[""];
  std::vector<std::string> out;
  for (const auto& [key, rows] : groups) out.push_back(group_json(org, rows));
  if (soql_.limit) out.resize(std::min(out.size(), static_cast<std::size_t>(*soql_.limit)));
  return out;
}

}  // namespace upselld::sandbox::salesforce
