// SPDX-License-Identifier: Apache-2.0
#include "sandbox/csv_rows.h"

#include <fmt/format.h>

#include <stdexcept>

#include "plugins/csv/csv_reader.h"

namespace upselld::sandbox {

Error misfit(const std::string& path, std::uint64_t line, const std::string& what) {
  return Error{ErrorKind::invalid_config, fmt::format("load {}:{}: {}", path, line, what), {}};
}

const std::string& CsvCells::operator[](const std::string& column) const {
  const auto found = columns_.find(column);
  if (found == columns_.end()) throw std::invalid_argument("no column " + column);
  return cells_[found->second];
}

Result<std::int64_t> for_each_row(const std::string& path,
                                  const std::function<void(const CsvCells&)>& visit) {
  auto reader =
      plugins::CsvReader::open(path, {.delimiter = ',', .field_bytes_max = kCellBytesMax});
  if (!reader) return reader.error();
  std::map<std::string, std::size_t> columns;
  for (std::size_t i = 0; i < reader->header().size(); ++i) columns[reader->header()[i]] = i;
  plugins::CsvRow row;
  for (std::int64_t count = 0;; ++count) {
    const auto more = reader->next(row);
    if (!more) return more.error();
    if (!*more) return count;
    if (!row.problem.empty()) return misfit(path, row.line, std::string(row.problem));
    try {
      visit(CsvCells(columns, {row.fields.begin(), row.fields.end()}));
    } catch (const std::invalid_argument& error) {
      return misfit(path, row.line, error.what());
    }
  }
}

}  // namespace upselld::sandbox
