// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <system_error>

#include "tests/tidy/tidy.h"

namespace upselld::tidy {

namespace {

// Without what stands between backticks.
std::string without_code(const std::string& line) {
  std::string out;
  bool in_code = false;
  for (const char c : line) {
    if (c == '`') in_code = !in_code;
    out += in_code ? ' ' : c;
  }
  return out;
}

bool is_relative(const std::string& target) {
  return !target.empty() && target[0] != '#' && target.find("://") == std::string::npos &&
         !target.starts_with("mailto:");
}

}  // namespace

void check_links(const std::filesystem::path& root, const File& file, Findings& findings) {
  if (!file.ends(".md")) return;
  const std::filesystem::path folder = (root / file.path).parent_path();
  bool in_block = false;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    if (file.lines[i].starts_with("```")) in_block = !in_block;
    if (in_block) continue;
    const std::string line = without_code(file.lines[i]);
    for (std::size_t at = line.find("]("); at != std::string::npos; at = line.find("](", at + 1)) {
      std::string target = line.substr(at + 2, line.find_first_of(") ", at + 2) - at - 2);
      if (!is_relative(target)) continue;
      target.resize(std::min(target.find('#'), target.size()));
      std::error_code ignored;
      const bool absolute = target[0] == '/';
      if (absolute || !std::filesystem::exists(folder / target, ignored)) {
        findings.push_back({file.path, i + 1, "links to " + target + ", which does not exist"});
      }
    }
  }
}

}  // namespace upselld::tidy
