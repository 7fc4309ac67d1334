// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.h"

namespace upselld::plugins::files {

// A CSV file of ours that people open, edit and extend. Columns that are not ours, the order of
// columns and rows, and every row that is not set stay byte for byte. Used by one thread; the file
// is read as a whole and replaced as a whole.
class SharedTable {
 public:
  struct Column {
    const char* name;
    bool is_free_text = false;  // protected against being read as a formula
  };

  // Our columns; the first one is the key. A file that is not there is an empty table. A file
  // without one of our columns, or with a row that cannot be read: corrupt, and it must not be
  // saved over.
  static Result<SharedTable> load(const std::filesystem::path& path, std::vector<Column> columns);

  // Of the first row with that key.
  std::optional<std::size_t> find(std::string_view key) const;
  // The cells of our columns, in our order.
  std::vector<std::string> cells(std::size_t row) const;
  // Changes of the content of our columns show in it.
  std::string version(std::size_t row) const;

  // Sets our cells; nullopt leaves one alone.
  void set(std::size_t row, const std::vector<std::optional<std::string>>& cells);
  // Adds a row at the end and tells its number.
  std::size_t append(const std::vector<std::optional<std::string>>& cells);

  // Does nothing when nothing was changed.
  Result<void> save(mode_t mode);

 private:
  SharedTable() = default;
  std::vector<std::string> all_cells(std::size_t row) const;
  std::string line_of(const std::vector<std::string>& cells) const;

  std::filesystem::path path_;
  std::vector<Column> columns_;
  std::vector<std::string> header_;
  std::vector<std::size_t> position_;  // of each of our columns in the file
  std::vector<std::string> lines_;     // rows as they stand in the file
  std::unordered_map<std::string, std::size_t> rows_;
  bool is_changed_ = false;
};

}  // namespace upselld::plugins::files
