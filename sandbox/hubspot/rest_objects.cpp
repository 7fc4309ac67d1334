// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <stdexcept>

#include "sandbox/hubspot/derived.h"
#include "sandbox/hubspot/handlers.h"
#include "sandbox/hubspot/search.h"
#include "sandbox/hubspot/value.h"

// Single records and lists of them: crm/objects/TYPE, crm/objects/TYPE/ID.
namespace upselld::sandbox::hubspot {
namespace {

constexpr std::size_t kPageMax = 100, kHistoryPageMax = 50, kInlineLinksMax = 100;
constexpr std::size_t kWidePage = 50, kWideProperties = 100;

WriteBy by_of(const Call& call) {
  return {call.path.enforces_rules(), "INTEGRATION"};
}

std::size_t limit_of(const Call& call, std::size_t otherwise, std::size_t most) {
  const std::string text = call.parameter("limit");
  if (text.empty()) return otherwise;
  const auto limit = record_id(text);
  if (!limit || *limit > static_cast<RecordId>(most)) {
    throw invalid(fmt::format("limit must be at least 1 and at most {}", most));
  }
  return static_cast<std::size_t>(*limit);
}

// "deal_to_company" of the primary type, "deal_to_company_unlabeled" of the default one: a related
// record stands there once for each of its types.
Json inline_links(Service& service, const Call& call, const ObjectType& type, RecordId id) {
  Json out = Json::object();
  for (const std::string& name : call.list("associations")) {
    const ObjectType& to = known_object(service, call, name, /*for_writing=*/false);
    const std::vector<Link> links = service.portal.live_links(type, id, to);
    if (links.empty()) continue;
    Json results = Json::array();
    for (std::size_t i = 0; i < links.size() && i < kInlineLinksMax; ++i) {
      for (const int kind : links[i].types) {
        const auto* found = kind == 0 ? nullptr : service.portal.associations.find(type, to, kind);
        if (found == nullptr) continue;
        const char* suffix = found->is_default() ? "_unlabeled" : "";
        results.push_back(
            {{"id", std::to_string(links[i].to)},
             {"type", fmt::format("{}_to_{}{}", type.singular, to.singular, suffix)}});
      }
    }
    out[to.name]["results"] = std::move(results);
    if (links.size() > kInlineLinksMax) {
      out[to.name]["paging"]["next"] = {{"after", std::to_string(links[kInlineLinksMax].to)},
                                        {"link", "https://elsewhere.sandbox.example/"}};
    }
  }
  return out;
}

Json full_json(Service& service, const Call& call, const ObjectType& type, const Record& record,
               const Wanted& wanted) {
  Json out = record_json(service.portal, type, record, wanted);
  Json links = inline_links(service, call, type, record.id);
  if (!links.empty()) out["associations"] = std::move(links);
  return out;
}

// The record of a path: by id or by a unique property, through merges. Archived ones only when
// asked for. Throws ApiError 404.
Record& record_of_path(Service& service, const Call& call, const ObjectType& type, bool archived) {
  Portal& portal = service.portal;
  const std::string& text = call.part(3);
  const std::string property = call.parameter("idProperty");
  RecordId id = 0;
  if (property.empty() || property == "hs_object_id") {
    id = record_id(text).value_or(0);
  } else {
    id = portal.table(type).holder(unique_column(type, property), text);
  }
  Record* record = id == 0 ? nullptr : portal.resolve(type, id);
  if (record == nullptr || record->is_archived() != archived) {
    throw not_found("no such record");
  }
  return *record;
}

}  // namespace

HttpAnswer list_records(Service& service, const Call& call) {
  Portal& portal = service.portal;
  const ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/false);
  const Wanted wanted =
      wanted_of(type, call.list("properties"), call.list("propertiesWithHistory"));
  const bool small = portal.switches.is_on("history_needs_small_pages");
  const std::size_t limit =
      limit_of(call, 10, wanted.history.empty() || !small ? kPageMax : kHistoryPageMax);
  if (portal.switches.is_on("wide_pages_fail") && limit > kWidePage &&
      call.list("properties").size() > kWideProperties) {
    throw ApiError{.status = 500, .category = "INTERNAL_ERROR", .message = "something broke"};
  }
  const std::string after = call.parameter("after");
  if (!after.empty() && !record_id(after)) throw invalid("after is no cursor of this list");
  const bool archived = call.flag("archived");
  const auto& records = portal.table(type).records();
  std::size_t at = after.empty() ? 0 : portal.table(type).position(*record_id(after));
  Json results = Json::array();
  Json out;
  for (; at < records.size(); ++at) {
    const Record& record = records[at];
    if (portal.is_purged(record) || record.is_archived() != archived) continue;
    if (results.size() == limit) {
      out["paging"]["next"] = {
          {"after", std::to_string(record.id)},
          {"link", "https://elsewhere.sandbox.example/?after=" + std::to_string(record.id)}};
      break;
    }
    results.push_back(full_json(service, call, type, record, wanted));
  }
  Json body = {{"results", std::move(results)}};
  if (out.contains("paging")) body["paging"] = out["paging"];
  return json_answer(200, body.dump());
}

HttpAnswer read_record(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/false);
  const Record& record = record_of_path(service, call, type, call.flag("archived"));
  const Wanted wanted =
      wanted_of(type, call.list("properties"), call.list("propertiesWithHistory"));
  return json_answer(200, full_json(service, call, type, record, wanted).dump());
}

HttpAnswer create_record(Service& service, const Call& call) {
  ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/true);
  const Json body = json_body(call);
  Writer writer(service.portal, type, by_of(call));
  const Json properties = body.at("properties");
  const Record& made = writer.create(properties, body.value("associations", Json()));
  std::vector<std::string> names;
  for (const auto& each : properties.items()) names.push_back(each.key());
  HttpAnswer answer =
      json_answer(201, record_json(service.portal, type, made, wanted_of(type, names, {})).dump());
  answer.headers.set("Location", fmt::format("{}/{}", call.request.path, made.id));
  return answer;
}

HttpAnswer update_record(Service& service, const Call& call) {
  ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/true);
  const Json body = json_body(call);
  Record& record = record_of_path(service, call, type, /*archived=*/false);
  const Json properties = body.at("properties");
  Writer(service.portal, type, by_of(call)).update(record, properties);
  std::vector<std::string> names;
  for (const auto& each : properties.items()) names.push_back(each.key());
  return json_answer(200,
                     record_json(service.portal, type, record, wanted_of(type, names, {})).dump());
}

HttpAnswer archive_record(Service& service, const Call& call) {
  ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/true);
  if (service.portal.switches.is_on("delete_archived_404")) {
    record_of_path(service, call, type, /*archived=*/false);
  }
  Writer(service.portal, type, by_of(call)).archive(call.part(3));
  return empty_answer(204);
}

HttpAnswer search_records(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/false);
  json_body(call);
  return json_answer(200, search(service.portal, type, call.request.body).dump());
}

HttpAnswer merge_records(Service& service, const Call& call) {
  ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/true);
  const Json body = json_body(call);
  const auto id = [&](const char* name) {
    const Json& value = body.at(name);
    return record_id(value.is_string() ? value.get<std::string>() : value.dump()).value_or(0);
  };
  try {
    const Record& survivor = service.portal.merge(type, id("primaryObjectId"),
                                                  id("objectIdToMerge"), service.portal.now());
    return json_answer(200, record_json(service.portal, type, survivor,
                                        wanted_of(type, {"hs_merged_object_ids"}, {}))
                                .dump());
  } catch (const std::invalid_argument& error) {
    throw invalid(error.what());
  }
}

HttpAnswer forget_contact(Service& service, const Call& call) {
  ObjectType& type = known_object(service, call, "contacts", /*for_writing=*/true);
  const Json body = json_body(call);
  const std::string text = body.at("objectId").get<std::string>();
  Portal& portal = service.portal;
  RecordId id = record_id(text).value_or(0);
  if (body.value("idProperty", "") == "email") {
    id = portal.table(type).holder(type.column("email"), text);
  }
  Record* record = portal.resolve(type, id);
  if (record != nullptr) portal.purge(type, *record);
  return empty_answer(204);
}

}  // namespace upselld::sandbox::hubspot
