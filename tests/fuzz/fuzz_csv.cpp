// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/salesforce/salesforce_csv.h"

namespace sf = upselld::plugins::salesforce;

namespace {

std::string written(const sf::Rows& rows) {
  std::string out;
  const auto add = [&out](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ",") + sf::csv_cell(row[i]);
    out += '\n';
  };
  add(rows.columns);
  for (const auto& row : rows.rows) add(row);
  return out;
}

}  // namespace

// Results of Bulk are read or refused; what was read is read again after it was written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto rows =
      sf::parse_csv(std::string_view(reinterpret_cast<const char*>(bytes), size), "fuzz");
  if (!rows) return 0;
  for (const auto& row : rows->rows) {
    if (row.size() != rows->columns.size()) __builtin_trap();
  }
  // A single empty column cannot be told from an empty line.
  if (rows->columns.size() < 2) return 0;
  const auto again = sf::parse_csv(written(*rows), "again");
  if (!again || again->columns != rows->columns || again->rows != rows->rows) __builtin_trap();
  return 0;
}
