// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/assertions.h"
#include "core/digest.h"
#include "core/file_io.h"
#include "plugins/csv/csv_reader.h"
#include "plugins/csv/csv_scan.h"
#include "plugins/csv/csv_writer.h"

namespace upselld::plugins::files {

namespace {

// People may paste much into a cell; the row as a whole is bounded by the reader.
constexpr std::size_t kCellBytesMax = 1024 * 1024;

Error broken(const std::filesystem::path& path, const std::string& what) {
  return {ErrorKind::corrupt,
          fmt::format("read {}: {}; correct it or move the file away, it is not overwritten",
                      path.string(), what),
          {}};
}

}  // namespace

Result<SharedTable> SharedTable::load(const std::filesystem::path& path,
                                      std::vector<Column> columns) {
  SharedTable table;
  table.path_ = path;
  table.columns_ = std::move(columns);
  std::error_code ignored;
  if (std::filesystem::status(path, ignored).type() == std::filesystem::file_type::not_found) {
    for (std::size_t i = 0; i < table.columns_.size(); ++i) {
      table.header_.emplace_back(table.columns_[i].name);
      table.position_.push_back(i);
    }
    return table;
  }
  CsvOptions options;
  options.field_bytes_max = kCellBytesMax;
  auto reader = CsvReader::open(path, options);
  if (!reader && reader.error().kind == ErrorKind::invalid_config) {
    return broken(path, reader.error().message);
  }
  if (!reader) return reader.error();
  table.header_ = reader->header();
  for (const Column& column : table.columns_) {
    const auto at = std::find(table.header_.begin(), table.header_.end(), column.name);
    if (at == table.header_.end())
      return broken(path, fmt::format("it has no column {}", column.name));
    table.position_.push_back(static_cast<std::size_t>(at - table.header_.begin()));
  }
  CsvRow row;
  while (true) {
    auto found = reader->next(row);
    if (!found) return found.error();
    if (!*found) break;
    if (!row.problem.empty()) {
      return broken(path, fmt::format("line {}: {}", row.line, row.problem));
    }
    table.rows_.emplace(std::string(row.fields[table.position_[0]]), table.lines_.size());
    table.lines_.emplace_back(row.raw);
  }
  return table;
}

std::optional<std::size_t> SharedTable::find(std::string_view key) const {
  const auto found = rows_.find(std::string(key));
  if (found == rows_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> SharedTable::all_cells(std::size_t row) const {
  std::vector<std::string_view> fields(header_.size());
  std::string scratch;
  // The row was good when it was read, or is one of ours.
  split_quoted(lines_[row], ',', fields, scratch);
  return {fields.begin(), fields.end()};
}

std::vector<std::string> SharedTable::cells(std::size_t row) const {
  const std::vector<std::string> all = all_cells(row);
  std::vector<std::string> ours;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string& cell = all[position_[i]];
    ours.push_back(columns_[i].is_free_text ? std::string(unprotected(cell)) : cell);
  }
  return ours;
}

std::string SharedTable::version(std::size_t row) const {
  std::string content;
  for (const std::string& cell : cells(row)) content += fmt::format("{}:{}", cell.size(), cell);
  return fmt::format("{:016x}", keyed_hash(0, content));
}

std::string SharedTable::line_of(const std::vector<std::string>& cells) const {
  std::string line;
  CsvWriter writer(line);
  for (const std::string& cell : cells) writer.field(cell);
  writer.end_row();
  return line;
}

void SharedTable::set(std::size_t row, const std::vector<std::optional<std::string>>& cells) {
  UPSELLD_ASSERT(cells.size() == columns_.size());
  std::vector<std::string> all = all_cells(row);
  bool is_other = false;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i]) continue;
    std::string& cell = all[position_[i]];
    const std::string wanted = columns_[i].is_free_text ? protected_text(*cells[i]) : *cells[i];
    is_other = is_other || cell != wanted;
    cell = wanted;
  }
  if (!is_other) return;
  lines_[row] = line_of(all);
  is_changed_ = true;
}

std::size_t SharedTable::append(const std::vector<std::optional<std::string>>& cells) {
  const std::size_t row = lines_.size();
  lines_.push_back(line_of(std::vector<std::string>(header_.size())));
  is_changed_ = true;
  set(row, cells);
  rows_.emplace(this->cells(row)[0], row);
  return row;
}

Result<void> SharedTable::save(mode_t mode) {
  if (!is_changed_) return {};
  std::string bytes = line_of(header_);
  std::size_t size = bytes.size();
  for (const std::string& line : lines_) size += line.size();
  bytes.reserve(size);
  for (const std::string& line : lines_) bytes += line;
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), failed);
  if (auto written = write_file_atomically(path_, bytes, mode); !written) return written;
  is_changed_ = false;
  return {};
}

}  // namespace upselld::plugins::files
