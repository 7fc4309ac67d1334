// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "plugins/files/files_mapping.h"

namespace upselld::plugins::files {

inline constexpr int kNoColumn = -1;

// A word field as found in one file.
struct BoundWord {
  int column = kNoColumn;
  std::string fixed;  // where there is no column
};

// Values of a column that decide about a row. Points into the mapping.
struct BoundValues {
  int column = kNoColumn;
  const std::vector<std::string>* values = nullptr;
  bool holds(std::string_view cell) const;
};

// A mapping and the header of one file, brought together. Points into the mapping.
struct BoundColumns {
  std::vector<std::vector<int>>
      fields;  // per field of the section; empty: the file has no such column
  BoundWord kind, status;
  int cancelled = kNoColumn;
  std::vector<BoundValues> only, ignore;
  std::vector<int> attributes;  // per AttributeRule
  bool has(std::size_t field) const { return !fields[field].empty(); }
};

// Looks the mapping's columns up. A column that was named but does not stand there, or a required
// field without one: invalid_config that names what is there and the nearest. `file` is for
// messages.
Result<BoundColumns> bind_columns(const Mapping& mapping, const std::vector<std::string>& header,
                                  const std::string& file);

}  // namespace upselld::plugins::files
