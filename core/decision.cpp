// SPDX-License-Identifier: Apache-2.0
#include "core/decision.h"

#include "core/assertions.h"

namespace upselld {

namespace {
constexpr const char* kFieldNames[kFieldCount] = {
    "score",   "band",   "segment", "tags",       "next_action",   "top_reason",
    "reasons", "change", "status",  "data_as_of", "model_version", "pause_until"};
}  // namespace

const char* to_text(Field field) {
  const auto index = static_cast<std::size_t>(field);
  UPSELLD_ASSERT(index < kFieldCount);
  return kFieldNames[index];
}

std::optional<Field> field_named(const std::string& name) {
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    if (name == kFieldNames[i]) return static_cast<Field>(i);
  }
  return std::nullopt;
}

const char* to_text(Band band) {
  switch (band) {
    case Band::low:
      return "low";
    case Band::medium:
      return "medium";
    case Band::high:
      return "high";
  }
  UPSELLD_ASSERT(false);
  return "";
}

const char* picklist_text(Band band) {
  switch (band) {
    case Band::low:
      return "Low";
    case Band::medium:
      return "Medium";
    case Band::high:
      return "High";
  }
  UPSELLD_ASSERT(false);
  return "";
}

}  // namespace upselld
