// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_reading.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/settings.h"
#include "core/time_zone.h"
#include "plugins/crm/record_text.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::hubspot {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kAddressMax = 5'000;  // of the list's path, as encoded
constexpr std::size_t kPageLeast = 10;
constexpr int kGoodPagesBeforeLarger = 20;
constexpr std::size_t kSearchedMax = 512;  // pages of ids: 100,000 records, some 10 MiB

bool is_overload(const Fault& fault) {
  return fault.status == 500 || fault.status == 502 || fault.status == 503 || fault.status == 504 ||
         fault.status == 521 || fault.status == 523 || fault.status == 524;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

void read_history(const nlohmann::json& record, Row& row) {
  const nlohmann::json* history = member(record, "propertiesWithHistory");
  if (history == nullptr) return;
  row.has_history = true;
  for (const auto& [name, entries] : history->items()) {
    if (!entries.is_array()) continue;
    for (const auto& entry : entries) {
      row.history.push_back(
          {name, text_in(entry, "value"), read_stamp(text_in(entry, "timestamp"))});
    }
  }
}

}  // namespace

Instant read_stamp(std::string_view text) {
  const bool is_number = text.size() >= 9 && std::all_of(text.begin(), text.end(), [](char c) {
                           return c >= '0' && c <= '9';
                         });
  return parse_instant(text, is_number ? "epoch_ms" : "iso", TimeZone::utc())
      .value_or(Instant::missing());
}

std::string_view Row::text(std::string_view property) const {
  const auto found = values.find(property);
  return found == values.end() ? std::string_view() : std::string_view(found->second);
}

double Row::number(std::string_view property) const {
  return parse_number(text(property)).value_or(std::numeric_limits<double>::quiet_NaN());
}

bool Row::refuses(std::string_view property) const {
  const std::string_view said = text(property);
  return !said.empty() && parse_yes_no(in_lower_case(said)).value_or(true);
}

Row read_row(const nlohmann::json& record) {
  Row row;
  row.id = text_in(record, "id");
  row.created = read_stamp(text_in(record, "createdAt"));
  row.version = text_in(record, "updatedAt");
  row.updated = read_stamp(row.version);
  if (flag_in(record, "archived")) {
    row.archived_at = read_stamp(text_in(record, "archivedAt"));
    if (row.archived_at.is_missing()) row.archived_at = row.updated;
  }
  if (const nlohmann::json* values = member(record, "properties"); values != nullptr) {
    for (const auto& [name, value] : values->items()) {
      std::string text = text_of(value);
      if (!text.empty()) row.values.emplace(name, std::move(text));
    }
  }
  read_history(record, row);
  std::string_view merged = row.text("hs_merged_object_ids");
  while (!merged.empty()) {
    const std::size_t end = std::min(merged.find(';'), merged.size());
    const std::string id(merged.substr(0, end));
    if (!id.empty() && id != row.id) row.merged.push_back(id);
    merged.remove_prefix(std::min(end + 1, merged.size()));
  }
  return row;
}

void tell_days(const std::set<std::string>& dates, Row& row) {
  const auto tell = [](std::string& text) {
    const Instant at = read_stamp(text);
    if (!at.is_missing()) text = to_text(TimeZone::utc().day_of(at));
  };
  for (const std::string& name : dates) {
    if (const auto value = row.values.find(name); value != row.values.end()) tell(value->second);
  }
  for (Row::Change& change : row.history) {
    if (dates.contains(change.property)) tell(change.value);
  }
}

bool Reader::fits_list(const Wanted& wanted) const {
  return joined(wanted.properties).size() + 3 * wanted.properties.size() +
             joined(wanted.history).size() <
         kAddressMax;
}

Result<ListPage> Reader::list(const Wanted& wanted, const std::string& after, std::size_t limit) {
  const std::string doing = "list " + wanted.object;
  for (int overloads = 0;;) {
    std::vector<std::pair<std::string, std::string>> query = {
        {"limit", std::to_string(std::min(limit, page_max_))},
        {"archived", wanted.archived ? "true" : "false"}};
    if (!wanted.properties.empty()) query.emplace_back("properties", joined(wanted.properties));
    if (!wanted.history.empty())
      query.emplace_back("propertiesWithHistory", joined(wanted.history));
    if (!after.empty()) query.emplace_back("after", after);
    auto reply =
        client_.call(doing, {.path = client_.paths().objects(wanted.object, query_of(query))});
    if (!reply) return reply.error();
    if (reply->fault) {
      const bool may_shrink = is_overload(*reply->fault) && std::min(limit, page_max_) > kPageLeast;
      if (!may_shrink) return error_of(doing, *reply->fault);
      // A large page of many properties is more than the server can make.
      if (++overloads >= 2) page_max_ = std::max(std::min(limit, page_max_) / 2, kPageLeast);
      good_pages_ = 0;
      continue;
    }
    if (++good_pages_ >= kGoodPagesBeforeLarger) {
      page_max_ = std::min(page_max_ * 2, kListMax);
      good_pages_ = 0;
    }
    ListPage page;
    const auto read = parse_each(reply->response.body, doing, "results", [&](const auto& record) {
      page.rows.push_back(read_row(record));
      return !page.rows.back().id.empty();
    });
    if (!read) return read.error();
    // Nothing at all would look like the end of the list.
    if (const auto there = results_of(*read, doing); !there) return there.error();
    if (const auto* next = member_at(*read, "paging.next"); next != nullptr) {
      page.after = text_in(*next, "after");
    }
    if (!page.after.empty() && page.after == after) {
      return Error{ErrorKind::corrupt, doing + ": the same page comes again and again", {}};
    }
    return page;
  }
}

Result<Reader::Found> Reader::search(const Window& window) {
  const std::string key = window.object + " " + std::to_string(window.low.ms) + " " +
                          std::to_string(window.high.ms) + " " + window.last_id;
  if (const auto known = searched_.find(key); known != searched_.end()) return known->second;
  auto found = search_once(window);
  if (!found) return found;
  if (searched_.size() >= kSearchedMax) searched_.clear();
  searched_[key] = *found;
  return found;
}

Result<Reader::Found> Reader::search_once(const Window& window) {
  const std::string doing = "search " + window.object;
  const auto filter = [](const std::string& property, const char* op, const std::string& value) {
    return Json({{"propertyName", property}, {"operator", op}, {"value", value}});
  };
  const Json filters = {
      filter(window.stamp, "GTE", std::to_string(window.low.ms)),
      filter(window.stamp, "LT", std::to_string(window.high.ms)),
      filter("hs_object_id", "GT", window.last_id.empty() ? "0" : window.last_id)};
  const Json body = {
      {"filterGroups", Json::array({Json({{"filters", filters}})})},
      {"sorts",
       Json::array({Json({{"propertyName", "hs_object_id"}, {"direction", "ASCENDING"}})})},
      {"properties", Json::array({"hs_object_id"})},
      {"limit", kSearchMax},
      {"after", "0"}};
  Call call = {.method = "POST", .path = client_.paths().objects(window.object, "/search")};
  call.body = body.dump();
  call.is_search = true;
  auto reply = client_.call(doing, call);
  if (!reply) return reply.error();
  if (reply->fault) {
    Error error = error_of(doing, *reply->fault);
    if (reply->fault->status == 400) error.kind = ErrorKind::unsupported;
    return error;
  }
  Found found;
  std::vector<std::string>& ids = found.ids;
  const auto read = parse_each(reply->response.body, doing, "results", [&](const auto& record) {
    ids.push_back(text_in(record, "id"));
    return !ids.back().empty();
  });
  if (!read) return read.error();
  if (const auto there = results_of(*read, doing); !there) return there.error();
  // The server may make smaller pages, and name a record twice.
  found.is_last = ids.size() < kSearchMax && member_at(*read, "paging.next") == nullptr;
  std::sort(ids.begin(), ids.end(), is_before);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  // Without this the walk would never end.
  const bool is_stuck = ids.empty()
                            ? !found.is_last
                            : !window.last_id.empty() && !is_before(window.last_id, ids.front());
  if (is_stuck) {
    searched_.clear();
    return Error{ErrorKind::unavailable,
                 doing +
                     ": the index gives records again that were passed; the window is read "
                     "again later",
                 {}};
  }
  return found;
}

std::string chosen(const std::vector<Reader::Link>& links) {
  const auto best = std::min_element(links.begin(), links.end(),
                                     [](const Reader::Link& a, const Reader::Link& b) {
                                       if (a.is_primary != b.is_primary) return a.is_primary;
                                       return is_before(a.id, b.id);
                                     });
  return best == links.end() ? std::string() : best->id;
}

bool is_before(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::vector<std::string> ascending(std::vector<std::string> ids) {
  std::erase(ids, "");
  std::sort(ids.begin(), ids.end(), is_before);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace upselld::plugins::hubspot
