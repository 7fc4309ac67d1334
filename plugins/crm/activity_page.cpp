// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/activity_page.h"

#include <algorithm>

#include "core/activity_name.h"
#include "plugins/crm/record_text.h"

namespace upselld::plugins {

bool add_happening(const Happening& it, Instant stamp, Page& page) {
  const auto refuse = [&](const char* why) {
    if (why != nullptr) add_problem(page, it.id, why);
    page.deletions.push_back({it.id, stamp});
    return false;
  };
  if (!is_activity_name(it.kind)) {
    return refuse("its kind is no name of small letters, digits and _");
  }
  if (it.account.empty()) {
    ++page.rows_without_account;
    return refuse(nullptr);
  }
  if (it.at.is_missing()) return refuse("it has no date");
  auto& c = std::get<ActivityColumns>(page.columns);
  auto kind = std::find(c.kind_names.begin(), c.kind_names.end(), it.kind);
  if (kind == c.kind_names.end()) kind = c.kind_names.insert(kind, std::string(it.kind));
  c.kind.push_back(static_cast<std::uint16_t>(kind - c.kind_names.begin()));
  c.id.push_back(add_id(page, it.id));
  c.account.push_back(add_id(page, it.account));
  c.contact.push_back(add_id(page, it.contact));
  c.thread.push_back(add_id(page, it.thread));
  c.at.push_back(it.at);
  c.known_at.push_back(it.known_at.is_missing() ? it.at : std::max(it.at, it.known_at));
  c.value.push_back(it.value);
  return true;
}

}  // namespace upselld::plugins
