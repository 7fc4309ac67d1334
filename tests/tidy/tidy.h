// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// The rules of the house that a compiler does not check. Each adds what it finds; none stops at the
// first finding.
namespace upselld::tidy {

// One text file of the tree.
struct File {
  std::string path;  // relative to the root, with /
  std::vector<std::string> lines;
  bool ends_with_newline = true;

  bool ends(std::string_view ending) const { return path.ends_with(ending); }
  bool is_header() const { return ends(".h"); }
  bool is_cpp() const { return is_header() || ends(".cpp"); }
};
File make_file(std::string path, std::string_view text);

struct Finding {
  std::string path;
  std::size_t line = 0;  // 0: the file as a whole
  std::string message;
};
using Findings = std::vector<Finding>;

// Who may include whom, and where third-party libraries live.
void check_layers(const File& file, Findings& findings);
// Lines, functions and files.
void check_sizes(const File& file, Findings& findings);
// Licence lines, tabs, blanks at the end of lines, the end of files, #pragma once.
void check_text(const File& file, Findings& findings);
// Relative links of Markdown files lead to files that exist.
void check_links(const std::filesystem::path& root, const File& file, Findings& findings);

// A function's lines, from the first of its declaration to its closing brace.
struct FunctionSpan {
  std::size_t first = 0, last = 0;
};
// Free functions, members and test cases of clang-formatted C++; lambdas belong to what holds them.
std::vector<FunctionSpan> functions_of(const File& file);

}  // namespace upselld::tidy
