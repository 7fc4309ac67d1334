// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "plugins/csv/csv_reader.h"
#include "sandbox/salesforce/field_values.h"
#include "sandbox/salesforce/ids.h"

namespace upselld::sandbox::salesforce {
namespace {

namespace fs = std::filesystem;

// Ids of a file may be any texts: each gets an id of the org, the same wherever it is met.
class Ids {
 public:
  explicit Ids(Org& org) : org_(org) {}
  std::string of(const ObjectType& type, const std::string& text) {
    const auto id = canonical_id(text);
    if (id && org_.schema.by_prefix(*id) == &type) return *id;
    std::string& known = known_[type.name + " " + text];
    if (known.empty()) known = org_.next_id(type);
    return known;
  }

 private:
  Org& org_;
  std::map<std::string, std::string> known_;
};

Value value_of(Org& org, Ids& ids, const ObjectType& type, int column, const std::string& text) {
  const Field& field = type.fields[static_cast<std::size_t>(column)];
  if (text.empty()) return {};
  if (column == kId) return ids.of(type, text);
  if (field.type != FieldType::reference) return value_of_cell(field, text);
  const ObjectType* target = org.schema.by_prefix(canonical_id(text).value_or(""));
  if (target == nullptr) target = org.schema.find(field.refers_to[0]);
  return ids.of(*target, text);
}

Result<std::int64_t> load_object(Org& org, Ids& ids, const ObjectType& type,
                                 const std::string& path) {
  auto reader =
      plugins::CsvReader::open(path, {.delimiter = ',', .field_bytes_max = kCellBytesMax});
  if (!reader) return reader.error();
  std::vector<int> columns;
  for (const std::string& name : reader->header()) {
    columns.push_back(type.column(name));
    if (columns.back() < 0) return misfit(path, 1, type.name + " has no field " + name);
  }
  std::int64_t count = 0;
  plugins::CsvRow row;
  for (;;) {
    const auto more = reader->next(row);
    if (!more) return more.error();
    if (!*more) return count;
    if (!row.problem.empty()) return misfit(path, row.line, std::string(row.problem));
    std::vector<std::pair<std::string, Value>> cells;
    try {
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const Value value = value_of(org, ids, type, columns[i], std::string(row.fields[i]));
        cells.emplace_back(type.fields[static_cast<std::size_t>(columns[i])].name, value);
      }
    } catch (const ApiError& error) {
      return misfit(path, row.line, error.message);
    }
    org.put(type.name, cells);
    ++count;
  }
}

}  // namespace

Result<Loaded> load_objects(Org& org, const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path());
  }
  if (code) return Error{ErrorKind::io, "read folder " + folder + ": " + code.message(), {}};
  std::sort(files.begin(), files.end());
  Ids ids(org);
  Loaded loaded;
  for (const fs::path& file : files) {
    const ObjectType* type = org.schema.find(file.stem().string());
    if (type == nullptr) {
      return misfit(file.string(), 0, "there is no object " + file.stem().string());
    }
    const auto count = load_object(org, ids, *type, file.string());
    if (!count) return count.error();
    loaded.rows[type->name] = *count;
  }
  return loaded;
}

Result<Loaded> load_folder(Org& org, const std::string& folder) {
  std::error_code ignored;
  const bool generated = fs::exists(fs::path(folder) / "accounts.csv", ignored);
  return generated ? load_generated(org, folder) : load_objects(org, folder);
}

}  // namespace upselld::sandbox::salesforce
