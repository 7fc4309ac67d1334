// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "core/number_text.h"
#include "core/page_columns.h"

namespace upselld::tests {

template <typename Value>
std::string cell_of(const Page& page, const char* name, const Value& value) {
  if constexpr (std::is_same_v<Value, TextRef>) {
    return std::string(page[value]);
  } else if constexpr (std::is_same_v<Value, Instant>) {
    return value.is_missing() ? "" : to_text(value);
  } else if constexpr (std::is_enum_v<Value>) {
    return to_text(value);
  } else if constexpr (std::is_same_v<Value, double>) {
    return shortest_text(value);
  } else {
    const auto* events = std::get_if<ActivityColumns>(&page.columns);
    const bool is_kind = events != nullptr && std::string_view(name) == "kind";
    return is_kind ? events->kind_names[value] : std::to_string(value);
  }
}

// A page as a person reads it: a line for each record, its filled columns in order.
inline std::vector<std::string> page_lines(const Page& page) {
  std::vector<std::string> lines(count_of(page));
  std::visit(
      [&](const auto& columns) {
        for_each_column(columns, [&](const char* name, const auto& column, bool) {
          for (std::size_t i = 0; i < column.size(); ++i) {
            const std::string cell = cell_of(page, name, column[i]);
            if (!cell.empty())
              lines[i] += std::string(lines[i].empty() ? "" : " ") + name + "=" + cell;
          }
        });
      },
      page.columns);
  for (const std::string& id : page.named) lines.push_back("named " + id);
  for (const Deletion& one : page.deletions) lines.push_back("deleted " + one.id);
  for (const Merge& one : page.merges)
    lines.push_back("merged " + one.loser + " into " + one.survivor);
  if (page.rows_without_account > 0) {
    lines.push_back(std::to_string(page.rows_without_account) + " without an account");
  }
  for (const RowProblem& one : page.row_problems)
    lines.push_back("problem " + one.place + ": " + one.message);
  return lines;
}

}  // namespace upselld::tests
