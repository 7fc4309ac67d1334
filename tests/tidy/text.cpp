// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/tidy.h"

#include <utility>

namespace upselld::tidy {

namespace {

// What stands in front of the licence in this kind of file; empty: it needs none.
std::string comment_sign(const File& file) {
  if (file.is_cpp() || file.ends(".js")) return "// ";
  if (file.ends(".sql")) return "-- ";
  if (file.ends(".cmake") || file.ends("CMakeLists.txt") || file.ends(".py") || file.ends(".sh")) {
    return "# ";
  }
  // Settings that tests read have the lines their messages name, and no others.
  const bool is_yaml = file.ends(".yaml") || file.ends(".yml");
  if (is_yaml && !file.path.starts_with("tests/")) return "# ";
  const bool is_script = !file.lines.empty() && file.lines[0].starts_with("#!");
  return is_script ? "# " : "";
}

void check_licence(const File& file, Findings& findings) {
  const std::string sign = comment_sign(file);
  if (sign.empty()) return;
  const std::string wanted = sign + "SPDX-License-Identifier: Apache-2.0";
  const std::size_t at = !file.lines.empty() && file.lines[0].starts_with("#!") ? 1 : 0;
  if (file.lines.size() <= at || file.lines[at] != wanted) {
    findings.push_back({file.path, at + 1, "must be: " + wanted});
  }
}

}  // namespace

void check_text(const File& file, Findings& findings) {
  check_licence(file, findings);
  if (file.is_header() && (file.lines.size() < 2 || file.lines[1] != "#pragma once")) {
    findings.push_back({file.path, 2, "must be: #pragma once"});
  }
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (line.find('\t') != std::string::npos) findings.push_back({file.path, i + 1, "holds a tab"});
    if (!line.empty() && (line.back() == ' ' || line.back() == '\r')) {
      findings.push_back({file.path, i + 1, "ends with a blank or a carriage return"});
    }
  }
  if (!file.ends_with_newline) {
    findings.push_back({file.path, file.lines.size(), "the last line has no end"});
  }
  if (!file.lines.empty() && file.lines.back().empty()) {
    findings.push_back({file.path, file.lines.size(), "ends with an empty line"});
  }
}

File make_file(std::string path, std::string_view text) {
  File file;
  file.path = std::move(path);
  file.ends_with_newline = text.empty() || text.back() == '\n';
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    file.lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return file;
}

}  // namespace upselld::tidy
