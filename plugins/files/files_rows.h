// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/page.h"
#include "plugins/csv/csv_reader.h"
#include "plugins/files/files_cells.h"
#include "plugins/files/files_columns.h"

namespace upselld::plugins::files {

enum class RowOutcome : std::uint8_t {
  taken,
  left_out,    // by the admin's rules
  no_account,  // its account is empty
  bad,         // problem() says why
};

// An attribute of this connection and its number in the attribute table.
struct AttributeTarget {
  const AttributeRule* rule = nullptr;
  std::uint16_t index = 0;
};

// What is needed to read the rows of one file. The mapping outlives the reader.
struct RowReaderParts {
  const Mapping* mapping = nullptr;
  BoundColumns columns;
  CellReader cells;
  std::vector<AttributeTarget> own;  // of this mapping, in its order
  std::vector<AttributeTarget> all;  // of the connection: what `changes` may name
};

// Turns the rows of one file into the records of a page. Used by one thread.
class RowReader {
 public:
  explicit RowReader(RowReaderParts parts);
  virtual ~RowReader() = default;
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  // What add() is given from now on goes to `page`, which is made empty and of the right kind.
  void begin(Page& page);
  // Nothing of a row that is not taken stays in the page.
  RowOutcome add(const CsvRow& row);
  // Records in the page: more or fewer than rows.
  std::size_t count() const { return count_; }
  // The most that one row may add to the page.
  std::size_t text_bytes_max() const {
    return kTextBytesMax * (parts_.columns.fields.size() + 2 * parts_.mapping->attributes.size());
  }
  std::size_t records_max() const { return 1 + 2 * parts_.mapping->attributes.size(); }
  const std::string& problem() const { return problem_; }

 protected:
  static constexpr std::size_t kNoField = static_cast<std::size_t>(-1);

  virtual void reset(Page& page) = 0;
  // Adds the row in hand; most kinds make one record of it.
  virtual RowOutcome put() = 0;

  const RowReaderParts& parts() const { return parts_; }
  Page& page() { return *page_; }
  std::size_t field(std::string_view name) const { return index_of(parts_.mapping->section, name); }
  bool has(std::size_t field) const { return first_column_[field] != kNoColumn; }
  std::string_view cell(std::size_t field) const {
    const int column = first_column_[field];
    if (column == kNoColumn) return {};
    const std::string_view text = cell_at(column);
    return text.empty() ? filled_cell(field) : text;
  }
  std::string_view cell_at(int column) const {
    return row_->fields[static_cast<std::size_t>(column)];
  }

  // Each adds the field's value to a column, or nothing where the file does not have the field.
  // False: the value is no good.
  bool put_id(std::size_t field, std::vector<TextRef>& to, bool is_required = false);
  bool put_text(std::size_t field, std::vector<TextRef>& to);
  bool put_instant(std::size_t field, std::vector<Instant>& to, bool is_required = false);
  // Never before `at`.
  bool put_known_at(std::size_t field, Instant at, std::vector<Instant>& to);
  bool put_number(std::size_t field, std::vector<double>& to);
  bool put_flag(std::size_t field, std::vector<std::uint8_t>& to, bool when_empty);

  bool read_instant(std::size_t field, Instant& out);
  bool read_attribute(const AttributeRule& rule, std::string_view text, double& number,
                      std::string_view& words);
  TextRef add_text(std::string_view text, const std::vector<TextRef>& before);
  bool fail(std::string problem);
  bool fail(const char* name, std::string_view value, std::string_view why);
  void set_count(std::size_t count) { count_ = count; }

 private:
  bool is_left_out() const;
  std::string_view filled_cell(std::size_t field) const;

  RowReaderParts parts_;
  std::vector<int> first_column_;  // of each field
  std::size_t account_ = kNoField;
  Page* page_ = nullptr;
  const CsvRow* row_ = nullptr;
  std::size_t count_ = 0;
  std::string problem_;
};

// A reader for the section of `parts`.
std::unique_ptr<RowReader> make_row_reader(RowReaderParts parts);
// The one for `changes`.
std::unique_ptr<RowReader> make_change_reader(RowReaderParts parts);
// One that gives the attributes that order rows carry, as changes.
std::unique_ptr<RowReader> make_attribute_reader(RowReaderParts parts);
// One that only names the ids, for a sweep. For sections with an id.
std::unique_ptr<RowReader> make_id_reader(RowReaderParts parts);

}  // namespace upselld::plugins::files
