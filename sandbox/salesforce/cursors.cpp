// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/cursors.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sandbox/salesforce/ids.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr std::size_t kLegacyCursorsMax = 10;
constexpr std::size_t kIrregularLeast = 50;

[[noreturn]] void invalid_locator() {
  throw ApiError{400, "INVALID_QUERY_LOCATOR", "invalid query locator", {}};
}

}  // namespace

std::string Cursors::open(Query query, std::size_t page_size) {
  const bool legacy = org_.switches.is_on("legacy_cursors");
  const std::string user = query.scope().user;
  const auto of_user = [&](const auto& each) { return each.second.query.scope().user == user; };
  if (legacy && static_cast<std::size_t>(std::count_if(cursors_.begin(), cursors_.end(),
                                                       of_user)) >= kLegacyCursorsMax) {
    // Their names count up: the first is the oldest.
    cursors_.erase(std::find_if(cursors_.begin(), cursors_.end(), of_user));
  }
  std::vector<std::string> ids = query.ids(org_);
  const std::string locator = make_id("0r8", ++opened_);
  Cursor cursor{std::move(query), std::move(ids), page_size, org_.now(), org_.now()};
  Cursor& kept = cursors_.emplace(locator, std::move(cursor)).first->second;
  return render(locator, kept, 0);
}

std::string Cursors::page(const std::string& locator, const std::string& user) {
  const std::size_t dash = locator.find('-');
  const auto found = cursors_.find(locator.substr(0, dash));
  std::size_t from = 0;
  if (dash == std::string::npos || found == cursors_.end()) invalid_locator();
  const char* end = locator.data() + locator.size();
  if (std::from_chars(locator.data() + dash + 1, end, from).ptr != end) invalid_locator();
  Cursor& cursor = found->second;
  const bool legacy = org_.switches.is_on("legacy_cursors");
  const Instant dies = legacy ? cursor.used + minutes(15) : cursor.opened + days(2);
  const bool alive = cursor.query.scope().user == user && org_.now() < dies;
  if (!alive || from >= cursor.ids.size()) invalid_locator();
  return render(found->first, cursor, from);
}

std::string Cursors::render(const std::string& locator, Cursor& cursor, std::size_t from) {
  cursor.used = org_.now();
  const QueryScope& scope = cursor.query.scope();
  std::size_t size = cursor.page_size;
  if (org_.switches.is_on("irregular_pages")) {
    const std::size_t least = std::min(kIrregularLeast, size);
    size = least + static_cast<std::size_t>(org_.draw() * static_cast<double>(size - least));
  }
  const std::size_t below = std::min(cursor.ids.size(), from + size);
  const bool done = below == cursor.ids.size();
  std::string out = fmt::format(R"({{"totalSize":{},"done":{})", cursor.ids.size(), done);
  if (!done) {
    out += fmt::format(R"(,"nextRecordsUrl":"/services/data/v{}/{}query/{}-{}")", scope.version,
                       scope.tooling ? "tooling/" : "", locator, below);
  }
  out += ",\"records\":[";
  for (std::size_t i = from; i < below; ++i) {
    if (i > from) out += ',';
    out += cursor.query.record_json(org_, cursor.ids[i]);
  }
  return out + "]}";
}

}  // namespace upselld::sandbox::salesforce
