// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/search.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/hubspot/api_error.h"
#include "sandbox/hubspot/filter.h"
#include "sandbox/hubspot/record_json.h"
#include "sandbox/hubspot/value.h"

namespace upselld::sandbox::hubspot {
namespace {

constexpr std::size_t kBodyBytesMax = 3'000;
constexpr std::int64_t kPageMax = 200;
constexpr std::int64_t kResultsMax = 10'000;

struct Page {
  std::int64_t after = 0, limit = 10;
};

std::int64_t number_at(const Json& body, const char* name, std::int64_t otherwise) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return otherwise;
  const std::string text = found->is_string() ? found->get<std::string>() : found->dump();
  if (text.empty()) return otherwise;
  const auto number = number_in(text);
  if (!number || *number < 0 || *number > 1e9)
    throw invalid(fmt::format("{} must be a number", name));
  return static_cast<std::int64_t>(*number);
}

Page page_of(const Portal& portal, const Json& body) {
  const Page page{number_at(body, "after", 0), number_at(body, "limit", 10)};
  if (page.limit < 1 || page.limit > kPageMax) {
    throw invalid(fmt::format("Invalid limit {}: at most {}", page.limit, kPageMax));
  }
  const std::int64_t last = page.after + page.limit;
  const bool edge = portal.switches.is_on("cap_includes_edge");
  if (last > kResultsMax || page.after >= kResultsMax || (last == kResultsMax && !edge)) {
    throw invalid(fmt::format("{} results can be paged through at most", kResultsMax));
  }
  return page;
}

struct Sort {
  int column = kCreated;
  bool descending = false;
};

Sort sort_of(const ObjectType& type, const Json& body) {
  const Json sorts = body.value("sorts", Json::array());
  if (sorts.empty()) return {};
  if (sorts.size() > 1) throw invalid("only one sort is allowed");
  std::string name;
  bool descending = false;
  if (sorts[0].is_string()) {
    name = sorts[0].get<std::string>();
    descending = name.starts_with('-');
    if (descending) name.erase(0, 1);
  } else {
    name = sorts[0].value("propertyName", "");
    const std::string direction = sorts[0].value("direction", "ASCENDING");
    descending = direction == "DESCENDING";
    if (!descending && direction != "ASCENDING") throw invalid("Invalid sort direction");
  }
  const int column = type.column(name);
  if (column < 0) throw invalid("no property to sort by: " + name, "PROPERTY_DOESNT_EXIST", name);
  return {column, descending};
}

struct Hit {
  const Record* record;
  const Behind* behind;
};

bool is_before(const ObjectType& type, const Sort& sort, const Hit& a, const Hit& b) {
  const std::string left = value_of(type, *a.record, sort.column, a.behind);
  const std::string right = value_of(type, *b.record, sort.column, b.behind);
  const int order = compare_values(type.at(sort.column), left, right);
  if (order != 0) return sort.descending ? order > 0 : order < 0;
  return a.record->id < b.record->id;
}

std::vector<Hit> hits_of(Portal& portal, const ObjectType& type, const Filters& filters,
                         const std::string& words) {
  std::vector<Hit> hits;
  Table& table = portal.table(type);
  const Instant now = portal.now();
  const auto& records = table.records();
  for (std::size_t i = table.position(filters.least_id()); i < records.size(); ++i) {
    const Record& record = records[i];
    if (record.is_gone || record.is_archived()) continue;
    const Behind* behind = table.behind(record.id, now);
    if (behind != nullptr && !behind->existed) continue;
    const Candidate candidate{record, behind};
    if (filters.match(candidate) && matches_words(type, candidate, words)) {
      hits.push_back({&record, behind});
    }
  }
  return hits;
}

}  // namespace

Json search(Portal& portal, const ObjectType& type, const std::string& text) {
  if (portal.switches.is_on("search_body_limit") && text.size() > kBodyBytesMax) {
    throw invalid("the body of a search has at most 3,000 characters");
  }
  const Json body = text.empty() ? Json::object() : Json::parse(text, nullptr, false);
  if (!body.is_object()) throw invalid("the body is not JSON of the form that is needed");
  const Page page = page_of(portal, body);
  const Sort sort = sort_of(type, body);
  const Filters filters(portal, type, body);
  std::vector<Hit> hits = hits_of(portal, type, filters, body.value("query", ""));
  // By id they stand already, which is what a walk over many thousands asks for.
  if (sort.column != kObjectId || sort.descending) {
    std::sort(hits.begin(), hits.end(),
              [&](const Hit& a, const Hit& b) { return is_before(type, sort, a, b); });
  }
  std::vector<std::string> names;
  for (const Json& name : body.value("properties", Json::array())) names.push_back(name);
  const Wanted wanted = wanted_of(type, names, {});
  Json results = Json::array();
  const auto end = std::min(static_cast<std::size_t>(page.after + page.limit), hits.size());
  for (auto i = static_cast<std::size_t>(page.after); i < end; ++i) {
    const bool fresh = portal.switches.is_on("fresh_hits") && portal.draw() % 2 == 0;
    results.push_back(
        record_json(portal, type, *hits[i].record, wanted, fresh ? nullptr : hits[i].behind));
  }
  Json out = {{"total", hits.size()}, {"results", std::move(results)}};
  if (end < hits.size()) {
    const std::string after = std::to_string(end);
    out["paging"]["next"] = {{"after", after},
                             {"link", "https://elsewhere.sandbox.example/?after=" + after}};
  }
  return out;
}

}  // namespace upselld::sandbox::hubspot
