// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/tidy/tidy.h"

namespace {

namespace fs = std::filesystem;

constexpr const char* kTextEndings[] = {".h",   ".cpp", ".md",   ".txt", ".cmake",
                                        ".sql", ".py",  ".yaml", ".yml", ".json",
                                        ".sh",  ".js",  ".css",  ".html"};
constexpr const char* kScriptFolders[] = {"scripts/", ".ci/", "bench/"};

// What git ignores and what it keeps for itself.
bool is_skipped_folder(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name == ".git" || name == "build" || name == "out" || folder.extension() == ".state" ||
         fs::exists(folder / "CMakeCache.txt");
}

bool is_text(const std::string& path) {
  const auto fits = [&](const char* ending) { return path.ends_with(ending); };
  if (std::any_of(std::begin(kTextEndings), std::end(kTextEndings), fits)) return true;
  const bool has_ending = path.find('.', path.rfind('/') + 1) != std::string::npos;
  const auto holds = [&](const char* folder) { return path.starts_with(folder); };
  return !has_ending && std::any_of(std::begin(kScriptFolders), std::end(kScriptFolders), holds);
}

std::vector<std::string> paths_below(const fs::path& root) {
  std::vector<std::string> paths;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::recursive_directory_iterator();
       ++at) {
    if (at->is_directory()) {
      if (is_skipped_folder(at->path())) at.disable_recursion_pending();
      continue;
    }
    const std::string path = at->path().lexically_relative(root).generic_string();
    if (is_text(path)) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: tidy ROOT\n");
    return 2;
  }
  const fs::path root = arguments[1];
  upselld::tidy::Findings findings;
  const std::vector<std::string> paths = paths_below(root);
  for (const std::string& path : paths) {
    std::ifstream stream(root / path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const auto file = upselld::tidy::make_file(path, text);
    upselld::tidy::check_layers(file, findings);
    upselld::tidy::check_sizes(file, findings);
    upselld::tidy::check_text(file, findings);
    upselld::tidy::check_links(root, file, findings);
  }
  for (const auto& finding : findings) {
    std::printf("%s:%zu: %s\n", finding.path.c_str(), finding.line, finding.message.c_str());
  }
  std::printf("tidy: %zu files, %zu findings\n", paths.size(), findings.size());
  return findings.empty() && !paths.empty() ? 0 : 1;
}
