// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "plugins/hubspot/hubspot_reading.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::hubspot {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLinksMax = 1'000;
constexpr int kLinkTriesMax = 3;  // of a record of whose links nothing is said
// Records that are asked for one by one in a page; the next page goes on behind them.
constexpr std::size_t kAskedAloneMax = 20;
// HubSpot's type that makes a company the primary one of such a record.
struct PrimaryType {
  const char* object;
  std::int64_t id;
};
constexpr PrimaryType kPrimaryTypes[] = {
    {"contacts", 1}, {"deals", 5}, {"tickets", 26}, {"orders", 509}};

// 0: there is none.
std::int64_t primary_type(const std::string& from, const std::string& to) {
  const auto known = std::find_if(std::begin(kPrimaryTypes), std::end(kPrimaryTypes),
                                  [&](const PrimaryType& type) { return from == type.object; });
  return to == "companies" && known != std::end(kPrimaryTypes) ? known->id : 0;
}

// An account's own labels have numbers of their own, which may be the same.
bool has_type(const nlohmann::json& to, std::int64_t id) {
  const nlohmann::json* types = member(to, "associationTypes");
  if (id == 0 || types == nullptr || !types->is_array()) return false;
  return std::any_of(types->begin(), types->end(), [id](const nlohmann::json& type) {
    return text_in(type, "category") == "HUBSPOT_DEFINED" &&
           static_cast<std::int64_t>(number_in(type, "typeId").value_or(-1)) == id;
  });
}

// One record whose links are asked for, from a place in their list.
struct LinkQuestion {
  std::string id, after;
  int tried = 0;
};

// What one answer says.
struct LinkAnswer {
  std::set<std::string> told;               // records that it names, with links or as without any
  std::map<std::string, std::string> more;  // where the lists of these go on
};

LinkAnswer take_links(const nlohmann::json& results, std::int64_t primary, Reader::Links& links) {
  LinkAnswer answer;
  for (const auto& result : results) {
    const nlohmann::json* from = member(result, "from");
    const nlohmann::json* to = member(result, "to");
    if (from == nullptr || to == nullptr || !to->is_array()) continue;
    const std::string id = text_in(*from, "id");
    answer.told.insert(id);
    for (const auto& one : *to) {
      std::string other = text_in(one, "toObjectId");
      if (other.empty()) other = text_in(one, "id");
      if (!other.empty()) links[id].push_back({other, has_type(one, primary)});
    }
    if (const auto* next = member_at(result, "paging.next"); next != nullptr) {
      answer.more[id] = text_in(*next, "after");
    }
  }
  return answer;
}

// Errors of a batch that are no news: the record has nothing on the other side. Those that name
// none are about the records that are left, but only where each has one.
Result<void> take_none(const nlohmann::json& read, const std::string& doing,
                       std::span<const LinkQuestion> asked, LinkAnswer& answer) {
  const nlohmann::json* errors = member(read, "errors");
  if (errors == nullptr || !errors->is_array()) return {};
  std::size_t nameless = 0;
  for (const auto& error : *errors) {
    const Fault fault = fault_in(error);
    if (fault.sub_category == "crm.associations.NO_ASSOCIATIONS_FOUND") {
      answer.told.insert(fault.ids.begin(), fault.ids.end());
      if (fault.ids.empty()) ++nameless;
    } else if (class_of(fault) != FaultClass::gone) {
      return error_of(doing, fault);
    }
  }
  std::vector<std::string> left;
  for (const LinkQuestion& question : asked) {
    if (!answer.told.contains(question.id)) left.push_back(question.id);
  }
  if (nameless >= left.size()) answer.told.insert(left.begin(), left.end());
  return {};
}

// Ids of which a page says nothing, in their order.
std::vector<std::string> unanswered(std::span<const std::string> ids, const BatchPage& page) {
  std::set<std::string> told = page.not_found;
  for (const Row& row : page.rows) {
    told.insert(row.id);
    told.insert(row.merged.begin(), row.merged.end());
  }
  std::vector<std::string> left;
  for (const std::string& id : ids) {
    if (!told.contains(id)) left.push_back(id);
  }
  return left;
}

// Says under which id each row was asked for; of several the first. What nobody asked for is left
// out.
void find_asked(std::span<const std::string> ids, std::vector<Row>& rows) {
  const std::set<std::string> asked(ids.begin(), ids.end());
  for (Row& row : rows) {
    if (asked.contains(row.id)) row.asked = row.id;
    for (const std::string& old : row.merged) {
      const bool is_first = row.asked.empty() || is_before(old, row.asked);
      if (asked.contains(old) && is_first) row.asked = old;
    }
  }
  std::erase_if(rows, [](const Row& row) { return row.asked.empty(); });
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return is_before(a.asked, b.asked); });
}

}  // namespace

Error silence(const std::string& object, const std::string& id) {
  return {ErrorKind::unavailable,
          "read " + object + ": the account gave neither the record " + id +
              " nor a reason; it is asked for again by the next sync",
          {}};
}

Result<void> Reader::read_batch(const Wanted& wanted, std::span<const std::string> ids,
                                BatchPage& out) {
  const std::string doing = "read " + wanted.object;
  Json inputs = Json::array();
  for (const std::string& id : ids) inputs.push_back(Json({{"id", id}}));
  Json body = {{"properties", wanted.properties}};
  body["propertiesWithHistory"] = wanted.history;
  if (!wanted.id_property.empty()) body["idProperty"] = wanted.id_property;
  body["inputs"] = inputs;
  Call call = {
      .method = "POST",
      .path = client_.paths().objects(wanted.object, std::string("/batch/read?archived=") +
                                                         (wanted.archived ? "true" : "false"))};
  call.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  auto reply = client_.call(doing, call);
  if (!reply) return reply.error();
  if (reply->fault) return error_of(doing, *reply->fault);
  const auto read = parse_each(reply->response.body, doing, "results", [&](const auto& record) {
    out.rows.push_back(read_row(record));
    return !out.rows.back().id.empty();
  });
  if (!read) return read.error();
  if (const auto there = results_of(*read, doing); !there) return there.error();
  const nlohmann::json* errors = member(*read, "errors");
  if (errors == nullptr || !errors->is_array()) return {};
  for (const auto& error : *errors) {
    const Fault fault = fault_in(error);
    if (class_of(fault) != FaultClass::gone) return error_of(doing, fault);
    for (const std::string& id : fault.ids) {
      if (!id.empty()) out.not_found.insert(id);
    }
    if (!fault.ids.empty()) continue;
    const std::vector<std::string> left = unanswered(ids, out);
    out.nameless.insert(left.begin(), left.end());
  }
  return {};
}

Result<BatchPage> Reader::batch_read(const Wanted& wanted, std::span<const std::string> ids) {
  BatchPage out;
  // The same id twice is an error of the whole batch.
  std::set<std::string> seen;
  std::vector<std::string> once;
  for (const std::string& id : ids) {
    if (!id.empty() && seen.insert(id).second) once.push_back(id);
  }
  const std::size_t step = wanted.history.empty() ? kBatchMax : kHistoryMax;
  for (std::size_t begin = 0; begin < once.size(); begin += step) {
    const auto part = std::span(once).subspan(begin, std::min(step, once.size() - begin));
    if (auto read = read_batch(wanted, part, out); !read) return read.error();
  }
  return out;
}

Result<BatchPage> Reader::read_each(const Wanted& wanted, std::span<const std::string> ids) {
  BatchPage all;
  std::map<std::string, std::size_t> places;
  const auto take = [&](BatchPage&& page) {
    all.not_found.merge(page.not_found);
    for (Row& row : page.rows) {
      const auto [place, is_new] = places.emplace(row.id, all.rows.size());
      if (is_new) {
        all.rows.push_back(std::move(row));
        continue;
      }
      std::vector<std::string>& merged = all.rows[place->second].merged;
      for (std::string& old : row.merged) {
        if (std::find(merged.begin(), merged.end(), old) == merged.end()) {
          merged.push_back(std::move(old));
        }
      }
    }
  };
  std::vector<std::string> left(ids.begin(), ids.end());
  for (int turn = 0; turn < 2 && !left.empty(); ++turn) {
    auto page = batch_read(wanted, left);
    if (!page) return page;
    // An answer may forget a record, not the same one twice.
    if (turn > 0) page->not_found.merge(page->nameless);
    take(std::move(*page));
    left = unanswered(ids, all);
  }
  for (std::size_t i = 0; i < left.size() && all.silent.empty(); ++i) {
    auto page = batch_read(wanted, std::span(left).subspan(i, 1));
    if (!page) return page;
    // Under another id: the one that took it in, which not every object tells of itself.
    for (Row& row : page->rows) {
      if (row.id != left[i]) row.merged.push_back(left[i]);
    }
    page->not_found.merge(page->nameless);
    const bool is_silent = page->rows.empty() && page->not_found.empty();
    if (is_silent || i == kAskedAloneMax) all.silent = left[i];
    take(std::move(*page));
  }
  find_asked(ids, all.rows);
  return all;
}

Result<Reader::Links> Reader::associations(const std::string& from, const std::string& to,
                                           std::span<const std::string> ids) {
  const std::string doing = "read the " + to + " of " + from;
  Links links;
  std::vector<LinkQuestion> due;
  for (const std::string& id : ascending({ids.begin(), ids.end()})) due.push_back({id, "", 0});
  while (!due.empty()) {
    const std::size_t count = std::min(due.size(), kLinksMax);
    const std::vector<LinkQuestion> asked(due.begin(), due.begin() + static_cast<long>(count));
    due.erase(due.begin(), due.begin() + static_cast<long>(count));
    Json inputs = Json::array();
    for (const LinkQuestion& question : asked) {
      Json input = {{"id", question.id}};
      if (!question.after.empty()) input["after"] = question.after;
      inputs.push_back(std::move(input));
    }
    Call call = {.method = "POST", .path = client_.paths().associations(from, to, "/batch/read")};
    call.body = Json({{"inputs", inputs}}).dump();
    const auto read = client_.fetch_json(doing, call);
    if (!read) return read.error();
    const auto results = results_of(*read, doing);
    if (!results) return results.error();
    LinkAnswer answer = take_links(**results, primary_type(from, to), links);
    if (auto taken = take_none(*read, doing, asked, answer); !taken) return taken.error();
    for (const LinkQuestion& question : asked) {
      // What nothing is said of would look like a record without links: its company would go.
      if (!answer.told.contains(question.id)) {
        if (question.tried + 1 >= kLinkTriesMax) return silence(to + " of " + from, question.id);
        due.push_back({question.id, question.after, question.tried + 1});
        continue;
      }
      const auto more = answer.more.find(question.id);
      if (more == answer.more.end()) continue;
      if (more->second.empty() || more->second == question.after) {
        return Error{ErrorKind::corrupt, doing + ": a list goes on where it began", {}};
      }
      due.push_back({question.id, more->second, 0});
    }
  }
  return links;
}

}  // namespace upselld::plugins::hubspot
