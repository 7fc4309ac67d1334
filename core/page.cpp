// SPDX-License-Identifier: Apache-2.0
#include "core/page.h"

#include <algorithm>

#include "core/assertions.h"
#include "core/page_columns.h"

namespace upselld {

TextRef Page::add(std::string_view piece) {
  UPSELLD_ASSERT(text.size() + piece.size() <= kPageTextBytesMax);
  const TextRef ref{static_cast<std::uint32_t>(text.size()),
                    static_cast<std::uint32_t>(piece.size())};
  text.append(piece);
  return ref;
}

RecordKind kind_of(const Page& page) {
  // The alternatives of Columns stand in the order of RecordKind.
  static_assert(std::variant_size_v<Columns> ==
                static_cast<std::size_t>(RecordKind::attribute_change) + 1);
  return static_cast<RecordKind>(page.columns.index());
}

std::size_t count_of(const Page& page) {
  std::size_t count = 0;
  std::visit(
      [&](const auto& columns) {
        for_each_column(columns, [&](const char*, const auto& column, bool) {
          count = std::max(count, column.size());
        });
      },
      page.columns);
  return count;
}

}  // namespace upselld
