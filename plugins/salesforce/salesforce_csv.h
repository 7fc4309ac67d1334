// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace upselld::plugins::salesforce {

// Records as text by column, whether they came as JSON or as CSV.
struct Rows {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

// CSV as RFC 4180 has it: line ends inside quotes, doubled quotes; NUL bytes are dropped, for they
// occur. The first row are the columns. corrupt: a quote that is never closed, rows of another
// width.
Result<Rows> parse_csv(std::string_view text, const std::string& what);
// One cell for an upload.
std::string csv_cell(std::string_view text);

}  // namespace upselld::plugins::salesforce
