// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/json/json_reading.h"

namespace json = upselld::plugins;

// Both ways to read an answer agree on which are none, and on the records in those that are one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto whole = json::parse_json(text, "fuzz");
  std::vector<nlohmann::json> records;
  const auto rest = json::parse_each(text, "fuzz", "records", [&](const nlohmann::json& record) {
    records.push_back(record);
    return true;
  });
  if (rest && !whole) __builtin_trap();
  if (!whole) return 0;
  for (const char* field : {"records", "done", "Owner.Name", ""}) {
    if (const auto* value = json::member_at(*whole, field)) json::text_of(*value);
    json::number_in(*whole, field);
    json::flag_in(*whole, field);
  }
  const auto* list = json::member(*whole, "records");
  if (rest && list != nullptr && list->is_array() && list->size() != records.size()) {
    // A member may be there twice; then the last one counts and all were handed out.
    if (records.size() < list->size()) __builtin_trap();
  }
  return 0;
}
