// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/paths.h"

#include <algorithm>
#include <string_view>

namespace upselld::sandbox::hubspot {
namespace {

// Where an area's version stands, by the dated paths and by the old ones.
struct Area {
  std::string_view path;  // without the version
  std::size_t dated_at;
  std::size_t legacy_at;
  std::string_view legacy;  // versions, with blanks between
};

constexpr Area kAreas[] = {
    {"crm/objects", 2, 1, "v3 v4"},       {"crm/associations", 2, 1, "v4"},
    {"crm/properties", 2, 1, "v3"},       {"crm/property-validations", 2, 1, "v3"},
    {"crm/owners", 2, 1, "v3"},           {"crm/pipelines", 2, 1, "v3"},
    {"crm/limits", 2, 1, "v3"},           {"crm-object-schemas/schemas", 1, 1, "v3"},
    {"oauth/token", 1, 1, "v1 v3"},       {"oauth/private-apps", 1, 1, "v2"},
    {"oauth/access-tokens", 1, 1, "v1"},  {"oauth/refresh-tokens", 1, 1, "v1"},
    {"account-info/details", 1, 1, "v3"}, {"account-info/api-usage", 1, 1, "v3"},
    {"settings/currencies", 2, 1, "v3"},
};

bool is_dated(std::string_view part) {
  return part == "2026-09" || part == "2026-03";
}

bool has_word(std::string_view words, std::string_view word) {
  const std::vector<std::string> all = split(words, ' ');
  return std::find(all.begin(), all.end(), word) != all.end();
}

const Area* area_of(const std::vector<std::string>& parts) {
  for (const Area& area : kAreas) {
    const std::vector<std::string> wanted = split(area.path, '/');
    if (parts.size() >= wanted.size() && std::equal(wanted.begin(), wanted.end(), parts.begin())) {
      return &area;
    }
  }
  return nullptr;
}

}  // namespace

std::optional<ApiPath> api_path(const HttpRequest& request) {
  std::vector<std::string> parts;
  for (const std::string& part : split(std::string_view(request.path).substr(1), '/')) {
    parts.push_back(percent_decoded(part, /*plus_is_blank=*/false).value_or(part));
  }
  if (parts.back().empty()) parts.pop_back();
  for (const std::size_t at : {std::size_t{1}, std::size_t{2}}) {
    if (parts.size() <= at) continue;
    ApiPath out{parts[at], parts};
    out.parts.erase(out.parts.begin() + static_cast<std::ptrdiff_t>(at));
    const Area* area = area_of(out.parts);
    if (area == nullptr) continue;
    // The newest clients write crm/associations/v4 where older ones write crm/v4/associations.
    const bool swapped = area->path == "crm/associations" && at == 2;
    const bool dated = is_dated(out.version) && at == area->dated_at;
    const bool legacy = has_word(area->legacy, out.version) && (at == area->legacy_at || swapped);
    if (!dated && !legacy) continue;
    const bool lists_associations =
        std::find(out.parts.begin(), out.parts.end(), "associations") != out.parts.end();
    if (area->path == "crm/objects" && legacy && lists_associations != (out.version == "v4")) {
      return {};
    }
    return out;
  }
  return {};
}

}  // namespace upselld::sandbox::hubspot
