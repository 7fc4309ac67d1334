// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"

namespace upselld::sandbox {

inline constexpr std::size_t kCellBytesMax = 200'000;

// One row of a CSV file by column names. Throws std::invalid_argument for a name that the file does
// not have.
class CsvCells {
 public:
  CsvCells(const std::map<std::string, std::size_t>& columns, std::vector<std::string> cells)
      : columns_(columns), cells_(std::move(cells)) {}
  const std::string& operator[](const std::string& column) const;

 private:
  const std::map<std::string, std::size_t>& columns_;
  std::vector<std::string> cells_;
};

// The number of rows. invalid_config names file and line of what does not fit, also where `visit`
// throws std::invalid_argument.
Result<std::int64_t> for_each_row(const std::string& path,
                                  const std::function<void(const CsvCells&)>& visit);
Error misfit(const std::string& path, std::uint64_t line, const std::string& what);

}  // namespace upselld::sandbox
