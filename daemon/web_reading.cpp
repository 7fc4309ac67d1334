// SPDX-License-Identifier: Apache-2.0
#include "daemon/web_reading.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace upselld::daemon {

Result<Json> object_of(const WebRequest& request) {
  Json json = Json::parse(request.body, nullptr, false);
  const bool is_plain =
      json.is_object() &&
      std::none_of(json.begin(), json.end(), [](const Json& v) { return v.is_structured(); });
  if (is_plain) return json;
  return Error{ErrorKind::invalid_config, "send a JSON object of plain values", {}};
}

std::string text_of(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() || !at->is_string() ? std::string() : at->get<std::string>();
}

Result<std::size_t> number_of(const WebRequest& request, const char* name, std::size_t otherwise,
                              std::size_t most) {
  const std::string text = request.parameter(name);
  if (text.empty()) return otherwise;
  std::size_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) {
    return std::min(number, most);
  }
  return Error{ErrorKind::invalid_config, std::string(name) + ": write a whole number", {}};
}

}  // namespace upselld::daemon
