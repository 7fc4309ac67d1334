// SPDX-License-Identifier: Apache-2.0
#include "daemon/run_parts.h"

#include <algorithm>

namespace upselld::daemon {

using Json = nlohmann::ordered_json;

bool took_part(const Json& summary, const std::string& connection) {
  if (!summary.is_object()) return true;
  if (const auto names = summary.find("took_part"); names != summary.end() && names->is_array()) {
    return std::find(names->begin(), names->end(), connection) != names->end();
  }
  const auto pulls = summary.find("pulls");
  if (pulls == summary.end() || !pulls->is_array()) return true;
  return std::any_of(pulls->begin(), pulls->end(), [&](const Json& pull) {
    const auto name = pull.find("connection");
    return name != pull.end() && *name == connection;
  });
}

const Json* part_of(const Json& summary, const std::string& connection) {
  if (!summary.is_object()) return nullptr;
  const auto several = summary.find("connections");
  if (several != summary.end() && several->is_object()) {
    const auto part = several->find(connection);
    return part != several->end() && part->is_object() ? &*part : nullptr;
  }
  return took_part(summary, connection) ? &summary : nullptr;
}

const Json* pull_of(const Json& summary, const std::string& connection) {
  const auto pulls = summary.is_object() ? summary.find("pulls") : summary.end();
  if (pulls == summary.end() || !pulls->is_array()) return nullptr;
  for (const Json& pull : *pulls) {
    const auto name = pull.find("connection");
    if (name != pull.end() && *name == connection) return &pull;
  }
  return nullptr;
}

}  // namespace upselld::daemon
