// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sandbox/hubspot/handlers.h"
#include "sandbox/hubspot/property_json.h"
#include "sandbox/hubspot/value.h"

// What belongs to the account and not to a record: owners, pipelines, rules, limits, currencies.
namespace upselld::sandbox::hubspot {
namespace {

constexpr std::size_t kOwnersPageMax = 500;
constexpr int kCustomPropertiesMax = 1'000;

Json owner_json(const Owner& owner) {
  const auto number_or_null = [](const std::string& text) {
    const auto number = record_id(text);
    return number ? Json(*number) : Json();
  };
  Json out = {{"id", owner.id},
              {"email", owner.email},
              {"type", owner.type},
              {"firstName", owner.first_name},
              {"lastName", owner.last_name},
              {"userId", owner.archived ? Json() : number_or_null(owner.user_id)},
              {"userIdIncludingInactive", number_or_null(owner.user_id)},
              {"createdAt", time_text(owner.created_at)},
              {"updatedAt", time_text(owner.created_at)},
              {"archived", owner.archived}};
  if (!owner.team.empty()) {
    out["teams"] = Json::array({{{"id", "1"}, {"name", owner.team}, {"primary", true}}});
  }
  return out;
}

Json pipeline_json(const Pipeline& pipeline) {
  const std::string made = time_text({1'577'836'800'000});
  Json stages = Json::array();
  int order = 0;
  for (const Stage& stage : pipeline.stages) {
    stages.push_back({{"id", stage.id},
                      {"label", stage.label},
                      {"displayOrder", order++},
                      {"metadata", stage.metadata},
                      {"createdAt", made},
                      {"updatedAt", made},
                      {"archived", stage.archived},
                      {"writePermissions", "CRM_PERMISSIONS_ENFORCEMENT"}});
  }
  return {{"id", pipeline.id}, {"label", pipeline.label}, {"displayOrder", 0}, {"stages", stages},
          {"createdAt", made}, {"updatedAt", made},       {"archived", false}};
}

const std::vector<Pipeline>& pipelines_of(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/false);
  return service.portal.pipelines[type.name];
}

Json schema_json(const Portal& portal, const ObjectType& type) {
  Json properties = Json::array();
  for (const Property& property : type.properties) {
    if (!property.is_archived()) properties.push_back(property_json(property));
  }
  return {{"id", type.id},
          {"objectTypeId", type.id},
          {"name", type.name},
          {"fullyQualifiedName", fmt::format("p{}_{}", portal.id, type.name)},
          {"labels", {{"singular", type.label}, {"plural", type.plural_label}}},
          {"requiredProperties", type.needed},
          {"searchableProperties", Json::array()},
          {"properties", std::move(properties)},
          {"associations", Json::array()},
          {"archived", false}};
}

}  // namespace

HttpAnswer list_owners(Service& service, const Call& call) {
  need_scope(call.token, {"crm.objects.owners.read"});
  const std::string limit = call.parameter("limit"), after = call.parameter("after");
  const std::string email = call.parameter("email");
  const auto most = limit.empty() ? RecordId{100} : record_id(limit).value_or(0);
  if (most < 1 || most > static_cast<RecordId>(kOwnersPageMax)) throw invalid("limit: at most 500");
  Json results = Json::array();
  Json body = Json::object();
  for (const Owner& owner : service.portal.owners) {
    const bool wanted = owner.archived == call.flag("archived") &&
                        (email.empty() || equal_without_case(email, owner.email)) &&
                        record_id(owner.id).value_or(0) >= record_id(after).value_or(0);
    if (!wanted) continue;
    if (results.size() == static_cast<std::size_t>(most)) {
      body["paging"]["next"] = {{"after", owner.id},
                                {"link", "https://elsewhere.sandbox.example/"}};
      break;
    }
    results.push_back(owner_json(owner));
  }
  body["results"] = std::move(results);
  return json_answer(200, body.dump());
}

HttpAnswer read_owner(Service& service, const Call& call) {
  need_scope(call.token, {"crm.objects.owners.read"});
  const bool by_user = call.parameter("idProperty") == "userId";
  for (const Owner& owner : service.portal.owners) {
    const bool fits = (by_user ? owner.user_id : owner.id) == call.part(2) &&
                      owner.archived == call.flag("archived");
    if (fits) return json_answer(200, owner_json(owner).dump());
  }
  throw not_found("no owner " + call.part(2).substr(0, 20));
}

HttpAnswer list_pipelines(Service& service, const Call& call) {
  Json results = Json::array();
  for (const Pipeline& pipeline : pipelines_of(service, call)) {
    results.push_back(pipeline_json(pipeline));
  }
  return json_answer(200, Json{{"results", std::move(results)}}.dump());
}

HttpAnswer read_pipeline(Service& service, const Call& call) {
  for (const Pipeline& pipeline : pipelines_of(service, call)) {
    if (pipeline.id == call.part(3)) return json_answer(200, pipeline_json(pipeline).dump());
  }
  throw not_found("no pipeline " + call.part(3).substr(0, 50));
}

HttpAnswer list_validations(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/false);
  Json results = Json::array();
  for (const Rule& rule : service.portal.rules[type.name]) {
    results.push_back({{"propertyName", rule.required},
                       {"controllingPropertyName", rule.property},
                       {"controllingValue", rule.value}});
  }
  return json_answer(200, Json{{"results", std::move(results)}}.dump());
}

HttpAnswer custom_property_limits(Service& service, const Call&) {
  Json by_type = Json::array();
  int all = 0;
  for (const ObjectType& type : service.portal.schema.all()) {
    int usage = 0;
    for (const Property& property : type.properties) {
      usage += !property.hubspot_defined && !property.is_archived() ? 1 : 0;
    }
    all += usage;
    by_type.push_back({{"objectTypeId", type.id},
                       {"singularLabel", type.label},
                       {"pluralLabel", type.plural_label},
                       {"limit", kCustomPropertiesMax},
                       {"usage", usage},
                       {"percentage", usage * 100.0 / kCustomPropertiesMax}});
  }
  return json_answer(200, Json{{"overallLimit", kCustomPropertiesMax * 10},
                               {"overallUsage", all},
                               {"overallPercentage", all * 10.0 / kCustomPropertiesMax},
                               {"byObjectType", std::move(by_type)}}
                              .dump());
}

HttpAnswer account_details(Service& service, const Call&) {
  const Portal& portal = service.portal;
  Json others = Json::array();
  for (const auto& [currency, rate] : portal.rates) others.push_back(currency);
  const std::int64_t offset = portal.zone.offset_ms(portal.now());
  return json_answer(200, Json{{"portalId", portal.id},
                               {"accountType", "STANDARD"},
                               {"timeZone", portal.zone.name()},
                               {"companyCurrency", portal.company_currency},
                               {"additionalCurrencies", std::move(others)},
                               {"utcOffset", fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+',
                                                         std::abs(offset) / 3'600'000,
                                                         std::abs(offset) / 60'000 % 60)},
                               {"utcOffsetMilliseconds", offset},
                               {"uiDomain", "app.hubspot.com"},
                               {"dataHostingLocation", "eu1"}}
                              .dump());
}

HttpAnswer daily_usage(Service& service, const Call&) {
  const Portal& portal = service.portal;
  const Instant midnight = portal.zone.start_of(portal.zone.day_of(portal.now()) + 1);
  Json usage = {{"name", "private-apps-api-calls-daily"}};
  const bool unknown = portal.switches.is_on("usage_unknown");
  if (!unknown) {
    usage["usageLimit"] = service.limits.daily_max;
    usage["currentUsage"] = service.limits.used_today(portal.now(), portal.zone);
    usage["resetsAt"] = time_text(midnight);
  }
  usage["collectedAt"] = time_text(portal.now());
  usage["fetchStatus"] = unknown ? "NOTFOUND" : "SUCCESS";
  return json_answer(200, Json{{"results", Json::array({usage})}}.dump());
}

HttpAnswer exchange_rates(Service& service, const Call& call) {
  need_scope(call.token, {"settings.currencies.read"});
  const Portal& portal = service.portal;
  const std::string made = time_text({1'577'836'800'000});
  Json results = Json::array();
  int id = 1;
  for (const auto& [currency, rate] : portal.rates) {
    results.push_back({{"id", std::to_string(id++)},
                       {"fromCurrencyCode", currency},
                       {"toCurrencyCode", portal.company_currency},
                       {"conversionRate", rate},
                       {"effectiveAt", made},
                       {"visibleInUI", true},
                       {"createdAt", made},
                       {"updatedAt", made}});
  }
  return json_answer(200, Json{{"results", std::move(results)}}.dump());
}

HttpAnswer list_schemas(Service& service, const Call&) {
  Json results = Json::array();
  for (const ObjectType& type : service.portal.schema.all()) {
    if (type.custom) results.push_back(schema_json(service.portal, type));
  }
  return json_answer(200, Json{{"results", std::move(results)}}.dump());
}

HttpAnswer read_schema(Service& service, const Call& call) {
  const ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/false);
  return json_answer(200, schema_json(service.portal, type).dump());
}

HttpAnswer create_schema(Service& service, const Call& call) {
  need_scope(call.token, {"crm.schemas.custom.write"});
  const Json body = json_body(call);
  const std::string name = body.at("name").get<std::string>();
  if (service.portal.schema.find(name) != nullptr) {
    throw ApiError{.status = 409,
                   .category = "OBJECT_ALREADY_EXISTS",
                   .message = "an object of this name exists"};
  }
  ObjectType& type = service.portal.add_custom_object(name, "name:s");
  type.label = body.at("labels").value("singular", name);
  type.plural_label = body.at("labels").value("plural", name);
  for (Json property : body.value("properties", Json::array())) {
    property["groupName"] = type.groups.begin()->first;
    if (type.column(property.value("name", "")) < 0) type.add(property_from(property));
  }
  return json_answer(201, schema_json(service.portal, type).dump());
}

}  // namespace upselld::sandbox::hubspot
