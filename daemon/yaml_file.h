// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/settings.h"

namespace upselld::daemon {

inline constexpr std::size_t kYamlBytesMax = 4 * 1024 * 1024;
inline constexpr int kYamlDepthMax = 32;
inline constexpr std::size_t kYamlNodesMax = 200'000;

// Reads a settings file as it stands: every node with its line, quoted scalars marked, repeated
// keys all kept. The root is a map; an empty file is an empty map. Not there: not_found. Not UTF-8,
// no YAML, more than one document, anchors or aliases, tags, deeper or larger than the limits:
// invalid_config with "file:line: ".
Result<Node> read_yaml_file(const std::filesystem::path& path);

// The same from memory; `file` is what places name.
Result<Node> parse_yaml(std::string_view text, const std::string& file);

}  // namespace upselld::daemon
