// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "plugins/hubspot/hubspot_pull.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::hubspot {

namespace {

// What is read of the deal or order that a line belongs to.
std::vector<std::string> parent_properties(const std::string& parent) {
  if (parent == "orders") {
    return {"hs_external_created_date", "hs_processed_date",    "createdate", "hs_createdate",
            "hs_external_order_status", "hs_fulfillment_status"};
  }
  return {"closedate",         "createdate",         "dealstage",
          "dealtype",          "hs_is_closed",       "hs_is_closed_won",
          "hs_is_closed_lost", "deal_currency_code", "hs_exchange_rate"};
}

std::vector<std::string> ids_of(const std::vector<Row>& rows) {
  std::vector<std::string> ids;
  for (const Row& row : rows) ids.push_back(row.id);
  return ids;
}

}  // namespace

Result<void> Puller::add_links(const Step& step, std::vector<Row>& rows) {
  if (rows.empty() || step.walk == Walk::sweep) return {};
  const StreamSpec& spec = step.spec();
  if (!spec.parent.empty()) return add_parents(step, rows);
  for (const auto& [is_wanted, to, into] :
       {std::tuple{spec.links_company, "companies", &Row::company},
        std::tuple{spec.links_contact, "contacts", &Row::contact}}) {
    if (!is_wanted) continue;
    const auto links = step.is_shared ? shared_.associations(spec.object, to, ids_of(rows))
                                      : reader_.associations(spec.object, to, ids_of(rows));
    if (!links) return links.error();
    for (Row& row : rows) {
      const auto found = links->find(row.id);
      if (found != links->end()) row.*into = chosen(found->second);
    }
    if (into != &Row::contact) continue;
    if (auto put = prefer_refusing(*links, rows); !put) return put;
  }
  return {};
}

// An event has one contact. Of several it is one that refuses to be profiled: what he took part in
// must not count.
Result<void> Puller::prefer_refusing(const Reader::Links& links, std::vector<Row>& rows) {
  const std::string& property = settings_.no_profile;
  if (property.empty()) return {};
  std::vector<std::string> ids;
  for (const auto& [from, list] : links) {
    if (list.size() < 2) continue;
    for (const Reader::Link& link : list) ids.push_back(link.id);
  }
  const auto read = reader_.read_each({"contacts", {property}}, ascending(std::move(ids)));
  if (!read) return read.error();
  if (!read->silent.empty()) return silence("contacts", read->silent);
  std::set<std::string> refusing;
  for (const Row& contact : read->rows) {
    if (contact.refuses(property)) refusing.insert({contact.id, contact.asked});
  }
  for (Row& row : rows) {
    const auto found = links.find(row.id);
    if (found == links.end()) continue;
    std::vector<Reader::Link> list = found->second;
    std::erase_if(list, [&](const Reader::Link& link) { return !refusing.contains(link.id); });
    if (!list.empty()) row.contact = chosen(list);
  }
  return {};
}

Result<void> Puller::add_parents(const Step& step, std::vector<Row>& rows) {
  const StreamSpec& spec = step.spec();
  const auto links = reader_.associations(spec.object, spec.parent, ids_of(rows));
  if (!links) return links.error();
  std::vector<std::string> ids;
  for (Row& row : rows) {
    const auto found = links->find(row.id);
    if (found != links->end()) row.parent = chosen(found->second);
    if (!row.parent.empty()) ids.push_back(row.parent);
  }
  parents_.clear();
  auto read =
      reader_.read_each({spec.parent, parent_properties(spec.parent)}, ascending(std::move(ids)));
  if (!read) return read.error();
  // A line whose deal cannot be seen would count as deleted.
  if (!read->silent.empty()) return silence(spec.parent, read->silent);
  if (read->rows.empty()) return {};
  const auto companies = reader_.associations(spec.parent, "companies", ids_of(read->rows));
  if (!companies) return companies.error();
  for (Row& parent : read->rows) {
    const auto found = companies->find(parent.id);
    if (found != companies->end()) parent.company = chosen(found->second);
    const std::string id = parent.asked;
    parents_[id] = std::move(parent);
  }
  for (Row& row : rows) {
    const auto found = parents_.find(row.parent);
    if (found != parents_.end()) row.parent_row = &found->second;
  }
  return {};
}

// Who left is an owner still, of records that were his.
Result<Page> Puller::pull_owners(const Step& step, PullCursor at) {
  std::vector<Row> rows;
  for (const char* archived : {"false", "true"}) {
    std::string after;
    do {
      std::vector<std::pair<std::string, std::string>> query = {{"limit", "100"},
                                                                {"archived", archived}};
      if (!after.empty()) query.emplace_back("after", after);
      const std::string doing = "list owners";
      const auto read =
          client_.fetch_json(doing, {.path = client_.paths().owners() + query_of(query)});
      if (!read) return read.error();
      const auto results = results_of(*read, doing);
      if (!results) return results.error();
      for (const auto& owner : **results) rows.push_back(read_owner(owner));
      const nlohmann::json* next = member_at(*read, "paging.next");
      std::string further = next == nullptr ? std::string() : text_in(*next, "after");
      if (!further.empty() && further == after) {
        return Error{ErrorKind::corrupt, doing + ": the same page comes again and again", {}};
      }
      after = std::move(further);
    } while (!after.empty());
  }
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return is_before(a.id, b.id); });
  // Few enough to be read whole each time; a small page goes on behind the last one.
  std::erase_if(
      rows, [&](const Row& row) { return !at.last_id.empty() && !is_before(at.last_id, row.id); });
  Page page;
  const std::size_t taken = fill(step, rows, page);
  if (taken == rows.size()) return finished(step, std::move(at), std::move(page));
  at.last_id = rows[taken - 1].id;
  page.next = to_cursor(at);
  return page;
}

// What is in the bin, as far as it is news. A record that was merged away may be listed too: it is
// told from a deleted one by reading it, which gives the one that took it in.
Result<Page> Puller::pull_archived(const Step& step, PullCursor at) {
  Wanted asked = {step.spec().object, {"hs_object_id", "hs_merged_object_ids"}};
  asked.archived = true;
  auto listed = list_rows(step, at, asked);
  if (!listed) return listed.error();
  std::vector<Row> news = std::move(listed->rows);
  std::erase_if(news, [&](const Row& row) {
    return !row.archived_at.is_missing() && row.archived_at < at.archived_from;
  });
  Wanted active = step.wanted();
  active.history.clear();
  auto read = reader_.read_each(active, ids_of(news));
  if (!read) return read.error();
  std::size_t told = listed->ids.size();
  if (!read->silent.empty()) {
    if (read->silent == news.front().id) return silence(step.spec().object, read->silent);
    const auto silent = std::find(listed->ids.begin(), listed->ids.end(), read->silent);
    told = static_cast<std::size_t>(silent - listed->ids.begin());
    std::erase_if(news, [&](const Row& row) { return !is_before(row.id, read->silent); });
  }
  Page page = step.stream.mapper->empty_page();
  add_archived(step, news, read->rows, page);
  return behind(step, std::move(at), *listed, told, std::move(page));
}

void Puller::add_archived(const Step& step, const std::vector<Row>& archived,
                          const std::vector<Row>& active, Page& page) {
  std::set<std::string> alive;
  for (const Row& row : active) {
    alive.insert(row.id);
    for (const std::string& old : row.merged) {
      alive.insert(old);
      // Of other records it is a deletion: the one that took it in is there under its own id.
      if (step.spec().kind == RecordKind::account)
        page.merges.push_back({old, row.id, row.updated});
      else
        step.stream.mapper->gone(old, row.updated, page);
    }
  }
  for (const Row& row : archived) {
    if (alive.contains(row.id)) continue;
    step.stream.mapper->gone(row.id, row.archived_at, page);
    // Nothing else tells of those it had taken in: they are in no list, not even this one.
    for (const std::string& old : row.merged) {
      step.stream.mapper->gone(old, row.archived_at, page);
    }
  }
}

}  // namespace upselld::plugins::hubspot
