// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <initializer_list>

#include "tests/tidy/tidy.h"

namespace upselld::tidy {

namespace {

using Names = std::initializer_list<std::string_view>;

// A folder and which folders it may include besides itself. The first line that fits holds, so
// inner folders stand before outer ones.
struct Layer {
  std::string_view folder;
  Names may_include;
};
const Layer kLayers[] = {
    {"core/", {}},
    {"store/", {"core/"}},
    {"scoring/", {"core/"}},
    {"playbook/", {"core/"}},
    {"plugins/http/", {"core/"}},
    {"plugins/csv/", {"core/"}},
    {"plugins/json/", {"core/"}},
    {"plugins/crm/", {"core/", "plugins/connector.h", "plugins/json/"}},
    // Connectors never include one another; the parts they share are named above.
    {"plugins/files/", {"core/", "plugins/connector.h", "plugins/csv/", "plugins/json/"}},
    {"plugins/salesforce/",
     {"core/", "plugins/connector.h", "plugins/crm/", "plugins/http/", "plugins/csv/",
      "plugins/json/"}},
    {"plugins/hubspot/",
     {"core/", "plugins/connector.h", "plugins/crm/", "plugins/http/", "plugins/csv/",
      "plugins/json/"}},
    {"plugins/", {"core/"}},
    {"sandbox/", {"core/", "plugins/http/", "plugins/csv/"}},
    {"daemon/", {"core/", "store/", "plugins/", "scoring/", "playbook/"}},
    {"bench/",
     {"core/", "store/", "plugins/", "scoring/", "playbook/", "daemon/", "sandbox/", "tests/"}},
    {"tests/", {"core/", "store/", "plugins/", "scoring/", "playbook/", "daemon/", "sandbox/"}},
};

// A third-party header and its homes. Tests and benchmarks may look anywhere.
struct Home {
  std::string_view header;
  Names folders;
};
const Home kHomes[] = {
    {"SQLiteCpp/", {"store/"}},
    {"sqlite3", {"store/"}},
    {"xgboost/", {"scoring/"}},
    {"linear.h", {"scoring/"}},
    {"Eigen/", {"scoring/"}},
    {"yaml-cpp/", {"daemon/yaml_file.cpp"}},
    {"prometheus/", {"daemon/metrics.cpp"}},
    {"httplib", {"plugins/http/", "daemon/web_parser", "sandbox/"}},
    {"openssl/", {"core/digest.cpp", "plugins/http/", "daemon/web_server", "sandbox/"}},
    {"nlohmann/", {"store/", "plugins/", "scoring/", "playbook/", "daemon/", "sandbox/"}},
};

bool begins_with_one(std::string_view text, const Names& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

const Layer* layer_of(std::string_view path) {
  const auto found = std::find_if(std::begin(kLayers), std::end(kLayers), [&](const Layer& layer) {
    return path.starts_with(layer.folder);
  });
  return found == std::end(kLayers) ? nullptr : found;
}

// The folder itself without its inner folders of other layers: plugins/ is the loader, not files.
bool is_own(const Layer& layer, std::string_view target) {
  return layer_of(target) == &layer;
}

struct Include {
  std::string_view target;
  bool is_ours = false;  // in quotes
};

// An empty target: the line includes nothing.
Include include_of(std::string_view line) {
  constexpr std::string_view kDirective = "#include ";
  if (!line.starts_with(kDirective)) return {};
  line.remove_prefix(kDirective.size());
  if (line.empty() || (line[0] != '"' && line[0] != '<')) return {};
  const bool is_ours = line[0] == '"';
  const std::size_t end = line.find(is_ours ? '"' : '>', 1);
  return {line.substr(1, end == std::string_view::npos ? end : end - 1), is_ours};
}

std::string problem_of(const Layer& layer, const Include& include) {
  const std::string target(include.target);
  // Headers that the build makes stand under embedded/.
  if (!include.is_ours || target.starts_with("embedded/")) return {};
  if (layer_of(target) == nullptr) {
    return "includes \"" + target + "\": write the path from the root of the repository";
  }
  if (is_own(layer, target) || begins_with_one(target, layer.may_include)) return {};
  return "includes \"" + target + "\": " + std::string(layer.folder) + " may not";
}

std::string home_problem(const std::string& path, std::string_view target) {
  if (path.starts_with("tests/") || path.starts_with("bench/")) return {};
  for (const Home& home : kHomes) {
    if (target.starts_with(home.header) && !begins_with_one(path, home.folders)) {
      return "includes <" + std::string(target) + ">: that library has another home";
    }
  }
  return {};
}

}  // namespace

void check_layers(const File& file, Findings& findings) {
  const Layer* layer = layer_of(file.path);
  if (!file.is_cpp() || layer == nullptr) return;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const Include include = include_of(file.lines[i]);
    if (include.target.empty()) continue;
    for (const std::string& problem :
         {problem_of(*layer, include), home_problem(file.path, include.target)}) {
      if (!problem.empty()) findings.push_back({file.path, i + 1, problem});
    }
  }
}

}  // namespace upselld::tidy
