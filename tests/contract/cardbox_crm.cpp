// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/cardbox_crm.h"

#include <algorithm>
#include <utility>

namespace upselld::tests {
namespace {

using Json = nlohmann::json;

constexpr const char* kToken = "Bearer cardbox-token";
constexpr std::size_t kRowsMax = 100;  // of one request

Json refused(const char* name, const std::string& id, const char* code) {
  return {{name, id}, {"error", {{"code", code}, {"message", "Cardbox will not do that"}}}};
}

bool is_known_token(const HttpRequest& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
    return header.first == "authorization" && header.second == kToken;
  });
}

}  // namespace

CardboxCrm::CardboxCrm(const Clock& clock, std::stop_token stop, bool at_its_worst)
    : clock_(clock), stop_(std::move(stop)), at_its_worst_(at_its_worst) {}

bool CardboxCrm::is_every(int nth) {
  return at_its_worst_ && requests_ % nth == 0;
}

Result<HttpResponse> CardboxCrm::exchange(const HttpRequest& request) {
  if (stop_.stop_requested()) return Error{ErrorKind::cancelled, "cardbox: stopped", {}};
  ++requests_;
  if (!is_known_token(request)) return HttpResponse{401, {}, R"({"message":"no such token"})"};
  const std::string path = request.url.substr(request.url.find('/', request.url.find("//") + 2));
  const bool is_write = request.is_write;
  if (!is_write && is_every(3)) return HttpResponse{503, {}, "<html>busy</html>"};
  const Json body = request.body.empty() ? Json::object() : Json::parse(request.body);
  Json done = answer(path, body);
  if (done.is_null()) return HttpResponse{404, {}, R"({"message":"no such path"})"};
  const bool can_be_lost = path == "/accounts/write" || path == "/tasks/create";
  if (can_be_lost && is_every(2)) return Error{ErrorKind::timed_out, "cardbox: no answer", {}};
  if (can_be_lost && is_every(5)) done["rows"].erase(done["rows"].size() - 1);
  return HttpResponse{200, {}, done.dump()};
}

Json CardboxCrm::answer(const std::string& path, const Json& body) {
  const std::string list_end = "/list";
  if (path.ends_with(list_end)) {
    return list(path.substr(1, path.size() - 1 - list_end.size()), body);
  }
  if (path == "/me") return {{"rights", {"read", "write_fields", "write_tasks"}}};
  if (path == "/fields") return {{"names", names_}};
  if (path == "/fields/add") {
    for (const Json& name : body.at("names")) names_.insert(name.get<std::string>());
    return Json::object();
  }
  if (path == "/fields/remove") {
    for (const Json& name : body.at("names")) names_.erase(name.get<std::string>());
    return Json::object();
  }
  if (path == "/accounts/read") return read_accounts(body.at("ids"));
  if (path == "/accounts/write") return write_accounts(body.at("rows"));
  if (path == "/tasks/create") return create_tasks(body.at("rows"));
  if (path == "/tasks/read") return read_tasks(body.at("keys"));
  if (path == "/tasks/close") return close_tasks(body.at("rows"));
  return {};
}

void CardboxCrm::put(const std::string& kind, const std::string& id, Json row) {
  row["id"] = id;
  row["changed_at"] = clock_.now().ms;
  rows_[kind][id] = std::move(row);
}

Json CardboxCrm::list(const std::string& kind, const Json& question) const {
  Json found = Json::array();
  const auto rows = rows_.find(kind);
  if (rows == rows_.end()) return {};
  const auto limit =
      std::min<std::size_t>(question.at("limit").get<std::size_t>(), at_its_worst_ ? 2 : 1'000);
  for (const auto& [id, row] : rows->second) {
    const Json& changed_at = row.at("changed_at");
    if (id <= question.at("after").get<std::string>() || changed_at < question.at("from") ||
        changed_at >= question.at("before")) {
      continue;
    }
    if (found.size() == limit) return {{"rows", found}, {"more", true}};
    found.push_back(question.at("only_ids") == true ? Json{{"id", id}} : row);
  }
  return {{"rows", found}, {"more", false}};
}

Json CardboxCrm::read_accounts(const Json& ids) const {
  Json rows = Json::array();
  if (ids.size() > kRowsMax) return {};
  for (const std::string id : ids) {
    if (rows_.at("accounts").count(id) == 0) continue;
    const auto fields = fields_.find(id);
    const auto version = versions_.find(id);
    rows.push_back({{"id", id},
                    {"version", std::to_string(version == versions_.end() ? 0 : version->second)},
                    {"fields", fields == fields_.end() ? Json::object() : fields->second}});
  }
  return {{"rows", rows}};
}

Json CardboxCrm::write_accounts(const Json& rows) {
  Json answers = Json::array();
  if (rows.size() > kRowsMax) return {};
  for (const Json& row : rows) {
    const std::string id = row.at("id");
    const auto& fields = row.at("fields").get_ref<const Json::object_t&>();
    const auto is_ours = [&](const auto& field) { return names_.count(field.first) > 0; };
    if (rows_.at("accounts").count(id) == 0) {
      answers.push_back(refused("id", id, "no_such_account"));
    } else if (!std::all_of(fields.begin(), fields.end(), is_ours)) {
      answers.push_back(refused("id", id, "no_such_field"));
    } else {
      for (const auto& [name, value] : fields) edit_field(id, name, value);
      answers.push_back(read_accounts({id}).at("rows").at(0));
    }
  }
  return {{"rows", answers}};
}

void CardboxCrm::edit_field(const std::string& account, const std::string& field,
                            const std::string& value) {
  fields_[account][field] = value;
  ++versions_[account];
  rows_.at("accounts").at(account)["changed_at"] = clock_.now().ms;
}

Json CardboxCrm::create_tasks(const Json& rows) {
  Json answers = Json::array();
  if (rows.size() > kRowsMax) return {};
  for (Json row : rows) {
    const std::string key = row.at("key");
    if (tasks_.count(key) > 0) {
      answers.push_back(refused("key", key, "key_taken"));
      answers.back()["id"] = tasks_.at(key).at("id");
      continue;
    }
    row["id"] = "t" + std::to_string(tasks_.size() + 1);
    row["status"] = "open";
    row["version"] = 1;
    answers.push_back({{"key", key}, {"id", row["id"]}});
    tasks_[key] = std::move(row);
  }
  return {{"rows", answers}};
}

Json CardboxCrm::read_tasks(const Json& keys) const {
  Json rows = Json::array();
  if (keys.size() > kRowsMax) return {};
  for (const std::string key : keys) {
    if (tasks_.count(key) > 0) rows.push_back(tasks_.at(key));
  }
  return {{"rows", rows}};
}

Json CardboxCrm::close_tasks(const Json& rows) {
  Json answers = Json::array();
  if (rows.size() > kRowsMax) return {};
  for (const Json& row : rows) {
    const std::string key = row.at("key");
    if (tasks_.count(key) == 0) {
      answers.push_back(refused("key", key, "no_such_task"));
    } else if (tasks_.at(key).at("version") != row.at("if_version")) {
      answers.push_back(refused("key", key, "changed"));
    } else {
      edit_task(key, {{"status", "closed"}, {"note", row.at("note")}});
      answers.push_back({{"key", key}, {"id", tasks_.at(key).at("id")}});
    }
  }
  return {{"rows", answers}};
}

void CardboxCrm::edit_task(const std::string& key, const Json& changes) {
  Json& task = tasks_.at(key);
  task.update(changes);
  task["closed_at"] = clock_.now().ms;
  task["version"] = task.at("version").get<int>() + 1;
}

}  // namespace upselld::tests
