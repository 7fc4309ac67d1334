// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/tidy/tidy.h"

namespace upselld::tidy {

namespace {

constexpr std::size_t kLineColumnsMax = 100;
constexpr std::size_t kFunctionLinesMax = 70;
constexpr std::size_t kHeaderLinesMax = 150;
constexpr std::size_t kSourceLinesMax = 400;
constexpr std::size_t kTestLinesMax = 500;
constexpr std::size_t kPipelineLinesMax = 100;

// Characters, not bytes.
std::size_t columns_of(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::size_t file_lines_max(const File& file) {
  if (file.path == "daemon/pipeline.cpp") return kPipelineLinesMax;
  if (file.is_header()) return kHeaderLinesMax;
  return file.path.starts_with("tests/") ? kTestLinesMax : kSourceLinesMax;
}

std::string too_long(const char* what, std::size_t is, std::size_t most) {
  return std::string(what) + " has " + std::to_string(is) + ", at most " + std::to_string(most) +
         " are allowed";
}

}  // namespace

void check_sizes(const File& file, Findings& findings) {
  if (!file.is_cpp()) return;
  const std::size_t lines_max = file_lines_max(file);
  if (file.lines.size() > lines_max) {
    findings.push_back({file.path, 0, too_long("lines: the file", file.lines.size(), lines_max)});
  }
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::size_t columns = columns_of(file.lines[i]);
    if (columns > kLineColumnsMax) {
      findings.push_back(
          {file.path, i + 1, too_long("columns: the line", columns, kLineColumnsMax)});
    }
  }
  for (const FunctionSpan& function : functions_of(file)) {
    const std::size_t length = function.last - function.first + 1;
    if (length > kFunctionLinesMax) {
      findings.push_back(
          {file.path, function.first, too_long("lines: the function", length, kFunctionLinesMax)});
    }
  }
}

}  // namespace upselld::tidy
