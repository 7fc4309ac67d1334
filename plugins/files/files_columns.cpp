// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/activity_name.h"
#include "core/settings.h"
#include "plugins/files/files_cells.h"

namespace upselld::plugins::files {

namespace {

constexpr std::size_t kColumnsShownMax = 20;

// Looks columns of one file up and says what is wrong in an admin's words.
class Lookup {
 public:
  Lookup(const Mapping& mapping, const std::vector<std::string>& header, const std::string& file)
      : mapping_(mapping), header_(header), file_(file) {}

  int find(std::string_view column) const {
    const auto at = std::find(header_.begin(), header_.end(), column);
    return at == header_.end() ? kNoColumn : static_cast<int>(at - header_.begin());
  }

  Error missing(std::string_view column, std::string_view use) const {
    const std::string near = nearest(column, header_);
    std::string message = fmt::format("{}: {}: the file {} has no column {}",
                                      to_text(mapping_.section), use, file_, shown_cell(column));
    message +=
        near.empty() ? "; it has" : fmt::format("; did you mean {}? It has", shown_cell(near));
    for (std::size_t i = 0; i < header_.size() && i < kColumnsShownMax; ++i) {
      message += (i == 0 ? " " : ", ") + header_[i];
    }
    if (header_.size() > kColumnsShownMax) message += ", ...";
    return error_at(mapping_.place, message);
  }

 private:
  const Mapping& mapping_;
  const std::vector<std::string>& header_;
  const std::string& file_;
};

Result<std::vector<int>> bind_field(const Lookup& lookup, const FieldSpec& field,
                                    const std::vector<std::string>& written) {
  std::vector<int> columns;
  for (const std::string& column : written) {
    const int at = lookup.find(column);
    if (at == kNoColumn) return lookup.missing(column, field.name);
    columns.push_back(at);
  }
  if (!written.empty()) return columns;
  const int at = lookup.find(field.name);
  if (at != kNoColumn) return std::vector<int>{at};
  if (field.required) return lookup.missing(field.name, field.name);
  return columns;
}

// A word that names no column but is one of our words holds for every row.
bool can_be_fixed(Section section, bool is_status, const std::string& word) {
  OrderKind kind = OrderKind::other;
  OrderStatus status = OrderStatus::won;
  if (section == Section::activities) return is_activity_name(word);
  return is_status ? parse(word, status) : parse(word, kind);
}

Result<BoundWord> bind_word(const Lookup& lookup, const WordRule& rule, Section section,
                            const char* name) {
  if (!rule.fixed.empty()) return BoundWord{kNoColumn, rule.fixed};
  const std::string column = rule.column.empty() ? name : rule.column;
  const int at = lookup.find(column);
  if (at != kNoColumn) return BoundWord{at, {}};
  const bool is_status = std::string_view(name) == "status";
  if (rule.words.empty() && !rule.column.empty() && can_be_fixed(section, is_status, column)) {
    return BoundWord{kNoColumn, column};
  }
  if (!rule.is_written && section != Section::activities) return BoundWord{};
  return lookup.missing(column, name);
}

Result<std::vector<BoundValues>> bind_values(const Lookup& lookup, const char* use,
                                             const std::vector<ColumnValues>& rules) {
  std::vector<BoundValues> bound;
  for (const ColumnValues& rule : rules) {
    const int at = lookup.find(rule.column);
    if (at == kNoColumn) return lookup.missing(rule.column, use);
    bound.push_back({at, &rule.values});
  }
  return bound;
}

Result<void> bind_rules(const Lookup& lookup, const Mapping& mapping, BoundColumns& columns) {
  if (!mapping.cancelled.column.empty()) {
    columns.cancelled = lookup.find(mapping.cancelled.column);
    if (columns.cancelled == kNoColumn)
      return lookup.missing(mapping.cancelled.column, "cancelled");
  }
  auto only = bind_values(lookup, "only", mapping.only);
  if (!only) return only.error();
  columns.only = std::move(*only);
  auto ignore = bind_values(lookup, "ignore", mapping.ignore);
  if (!ignore) return ignore.error();
  columns.ignore = std::move(*ignore);
  for (const AttributeRule& rule : mapping.attributes) {
    columns.attributes.push_back(lookup.find(rule.column));
    if (columns.attributes.back() == kNoColumn) {
      return lookup.missing(rule.column, "attribute " + rule.spec.name);
    }
  }
  return {};
}

}  // namespace

bool BoundValues::holds(std::string_view cell) const {
  return std::find(values->begin(), values->end(), trimmed(cell)) != values->end();
}

Result<BoundColumns> bind_columns(const Mapping& mapping, const std::vector<std::string>& header,
                                  const std::string& file) {
  BoundColumns columns;
  const Lookup lookup(mapping, header, file);
  const std::span<const FieldSpec> fields = fields_of(mapping.section);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].type == FieldType::word) {
      columns.fields.emplace_back();
      const bool is_status = std::string_view(fields[i].name) == "status";
      auto word = bind_word(lookup, is_status ? mapping.status : mapping.kind, mapping.section,
                            fields[i].name);
      if (!word) return word.error();
      (is_status ? columns.status : columns.kind) = std::move(*word);
      continue;
    }
    auto bound = bind_field(lookup, fields[i], mapping.columns[i]);
    if (!bound) return bound.error();
    columns.fields.push_back(std::move(*bound));
  }
  if (auto bound = bind_rules(lookup, mapping, columns); !bound) return bound.error();
  return columns;
}

}  // namespace upselld::plugins::files
