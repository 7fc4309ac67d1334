// SPDX-License-Identifier: Apache-2.0
#include "sandbox/control.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sandbox/hubspot/edits.h"
#include "sandbox/hubspot/service.h"
#include "sandbox/hubspot/value.h"

// The control interface: what tests and rehearsals do to an account beside its own API.
namespace upselld::sandbox::hubspot {
namespace {

using Action = Json (*)(Service&, const Json&);

std::invalid_argument wrong(const std::string& what) {
  return std::invalid_argument(what);
}

ObjectType& object_named(Service& service, const Json& body) {
  ObjectType* type = service.portal.schema.find(body.at("object").get<std::string>());
  if (type == nullptr) throw wrong("no object " + body["object"].get<std::string>());
  return *type;
}

Json move_clock(Service& service, const Json& body) {
  if (body.contains("skew")) service.date_skew = duration_of(body["skew"]);
  return set_clock(service.portal.clock, body);
}

Json plan_faults(Service& service, const Json& body) {
  service.trouble_share = body.value("share", service.trouble_share);
  service.applies_trouble = body.value("applies", service.applies_trouble);
  return add_faults(service.faults, body);
}

Json edit_record(Service& service, const Json& body) {
  return {{"id", apply_edit(service.portal, body)}};
}

Json seed(Service& service, const Json& body) {
  return seed_records(service.portal, body);
}

Json merge(Service& service, const Json& body) {
  const auto id = [&](const char* name) {
    return record_id(body.at(name).get<std::string>()).value_or(0);
  };
  const Record& survivor = service.portal.merge(object_named(service, body), id("primary"),
                                                id("other"), service.portal.now());
  return {{"id", std::to_string(survivor.id)}};
}

Json set_switches(Service& service, const Json& body) {
  return service.portal.switches.set_all(body);
}

Json set_limits(Service& service, const Json& body) {
  Limits& limits = service.limits;
  Portal& portal = service.portal;
  limits.burst_max = body.value("burst_max", limits.burst_max);
  limits.oauth_burst_max = body.value("oauth_burst_max", limits.oauth_burst_max);
  limits.search_max = body.value("search_max", limits.search_max);
  limits.daily_max = body.value("daily_max", limits.daily_max);
  limits.used_by_others = body.value("used_by_others", limits.used_by_others);
  limits.enforces = body.value("enforces", limits.enforces);
  limits.retry_after_share = body.value("retry_after_share", limits.retry_after_share);
  portal.writes_per_record_max = body.value("writes_per_record_max", portal.writes_per_record_max);
  portal.association_page_size = body.value("association_page", portal.association_page_size);
  return {{"used_today", limits.used_today(portal.now(), portal.zone)}};
}

Json set_index(Service& service, const Json& body) {
  if (body.contains("delay")) service.portal.index_delay = duration_of(body["delay"]);
  return Json::object();
}

Json set_auth(Service& service, const Json& body) {
  Auth& auth = service.auth;
  if (body.value("expire", false)) auth.expire_all();
  if (body.value("revoke", false)) {
    for (auto& [token, is_good] : auth.refresh_tokens) is_good = false;
  }
  if (body.contains("token_life")) auth.token_life = duration_of(body["token_life"]);
  if (body.contains("code")) auth.codes.insert(body["code"].get<std::string>());
  if (body.contains("refresh_token")) auth.refresh_tokens[body["refresh_token"]] = true;
  if (body.contains("oauth_scopes")) {
    auth.oauth_scopes = body["oauth_scopes"].get<std::set<std::string>>();
  }
  if (body.contains("token")) {
    const std::string token = body["token"];
    if (body.value("remove", false)) {
      auth.tokens.erase(token);
    } else {
      auth.tokens[token] = {body.value("app", "app of " + token),
                            body.value("scopes", std::set<std::string>{}), false,
                            Instant::missing()};
    }
  }
  return Json::object();
}

Json set_rules(Service& service, const Json& body) {
  std::vector<Rule>& rules = service.portal.rules[object_named(service, body).name];
  if (body.value("clear", false)) rules.clear();
  if (body.contains("required")) {
    rules.push_back({body.value("property", ""), body.value("value", ""), body["required"]});
  }
  return Json::object();
}

// What an admin does to a property in the settings: {"object", "define": "a:n|b:e=x;y"}, or
// {"object", "name", "archive", "read_only", "options"}.
Json set_property(Service& service, const Json& body) {
  ObjectType& type = object_named(service, body);
  if (body.contains("define")) {
    for (Property& property :
         parse_properties(body["define"].get<std::string>(), type.groups.begin()->first)) {
      property.created_at = property.updated_at = service.portal.now();
      if (type.column(property.name) < 0) type.add(std::move(property));
    }
    return Json::object();
  }
  const int column = type.column(body.at("name").get<std::string>());
  if (column < 0) throw wrong("no property " + body["name"].get<std::string>());
  Property& property = type.at(column);
  if (body.value("archive", false)) property.archived_at = service.portal.now();
  property.read_only = body.value("read_only", property.read_only);
  if (body.contains("options")) {
    property.options.clear();
    for (const std::string& value : body["options"].get<std::vector<std::string>>()) {
      property.options.push_back({value, value, "", -1, false});
    }
  }
  return Json::object();
}

Json set_owner(Service& service, const Json& body) {
  auto& owners = service.portal.owners;
  const std::string id = body.at("id").get<std::string>();
  auto found =
      std::find_if(owners.begin(), owners.end(), [&](const Owner& each) { return each.id == id; });
  if (found == owners.end()) {
    found = owners.insert(owners.end(), Owner{});
    found->id = id;
    found->created_at = service.portal.now();
  }
  found->user_id = body.value("user_id", found->user_id);
  found->email = body.value("email", found->email);
  found->first_name = body.value("first_name", found->first_name);
  found->last_name = body.value("last_name", found->last_name);
  found->archived = body.value("archived", found->archived);
  return Json::object();
}

Json set_account(Service& service, const Json& body) {
  Portal& portal = service.portal;
  if (body.contains("time_zone")) {
    auto zone = TimeZone::load(body["time_zone"].get<std::string>());
    if (!zone) throw wrong(zone.error().message);
    portal.zone = *zone;
  }
  portal.id = body.value("portal_id", portal.id);
  portal.company_currency = body.value("currency", portal.company_currency);
  if (body.contains("rates")) portal.rates = body["rates"].get<std::map<std::string, double>>();
  if (body.contains("property_delay")) {
    portal.property_delay = duration_of(body["property_delay"]);
  }
  return Json::object();
}

struct Control {
  const char* name;
  Action action;
};
constexpr Control kControls[] = {
    {"clock", move_clock},    {"faults", plan_faults},    {"edit", edit_record},
    {"seed", seed},           {"merge", merge},           {"switches", set_switches},
    {"limits", set_limits},   {"index", set_index},       {"auth", set_auth},
    {"rules", set_rules},     {"property", set_property}, {"owner", set_owner},
    {"account", set_account},
};

Json counters(Service& service) {
  int searches = 0, all = 0;
  for (const auto& [kind, count] : service.log.kinds()) {
    all += count;
    if (kind.ends_with("/search")) searches += count;
  }
  Portal& portal = service.portal;
  return {{"calls", service.log.kinds_json()},
          {"searches", searches},
          {"others", all - searches},
          {"used_today", service.limits.used_today(portal.now(), portal.zone)},
          {"refused_by_limits", service.limits.refused()},
          {"faults_used", service.faults.used()},
          {"edits_refused", service.edits_refused}};
}

}  // namespace

HttpAnswer Service::control(const HttpRequest& request) {
  constexpr std::string_view kRoot = "/__sandbox/";
  const std::lock_guard lock(mutex_);
  if (!request.path.starts_with(kRoot)) return empty_answer(404);
  const std::string name = request.path.substr(kRoot.size());
  try {
    if (request.method == "GET") {
      const std::string* object = request.parameter("object");
      if (name == "state") {
        return json_answer(200, state_json(portal, object == nullptr ? "" : *object));
      }
      if (name == "counters") return json_answer(200, counters(*this).dump());
      if (name == "requests") return json_answer(200, log.requests_json().dump());
    }
    if (request.method == "POST") {
      for (const Control& control : kControls) {
        if (name != control.name) continue;
        return json_answer(200, control.action(*this, Json::parse(request.body)).dump());
      }
    }
  } catch (const std::exception& error) {
    return json_answer(400, Json{{"error", error.what()}}.dump());
  }
  return json_answer(404, Json{{"error", "no such control"}}.dump());
}

}  // namespace upselld::sandbox::hubspot
