// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sandbox/hubspot/derived.h"
#include "sandbox/hubspot/handlers.h"
#include "sandbox/hubspot/value.h"

// crm/objects/TYPE/ID/associations and crm/associations.
namespace upselld::sandbox::hubspot {
namespace {

constexpr std::size_t kReadInputsMax = 1'000, kWriteInputsMax = 2'000, kListMax = 500;

struct Ends {
  ObjectType& from;
  ObjectType& to;
};

std::string id_text(const Json& id) {
  return id.is_string() ? id.get<std::string>() : id.dump();
}

Json link_json(Service& service, const Ends& ends, const Link& link) {
  Json types = Json::array();
  for (const int id : link.types) {
    const AssociationType* type =
        id == 0 ? nullptr : service.portal.associations.find(ends.from, ends.to, id);
    if (type == nullptr) continue;
    Json label;
    if (!type->is_default()) label = type->label;
    types.push_back({{"category", type->category}, {"typeId", type->type_id()}, {"label", label}});
  }
  Json out;
  if (service.portal.switches.is_on("association_ids_as_text")) {
    out["toObjectId"] = std::to_string(link.to);
  } else {
    out["toObjectId"] = link.to;
  }
  out["associationTypes"] = std::move(types);
  return out;
}

// A page of a record's links as `to` or `results`, and where the next begins.
Json page_json(Service& service, const Ends& ends, RecordId id, const std::string& after,
               std::size_t limit, const char* name) {
  const std::vector<Link> links = service.portal.live_links(ends.from, id, ends.to);
  const auto begin = static_cast<std::size_t>(record_id(after).value_or(0));
  Json entries = Json::array();
  std::size_t i = begin;
  for (; i < links.size() && i < begin + limit; ++i) {
    entries.push_back(link_json(service, ends, links[i]));
  }
  Json out = {{name, std::move(entries)}};
  if (i < links.size()) {
    out["paging"]["next"] = {{"after", std::to_string(i)},
                             {"link", "https://elsewhere.sandbox.example/"}};
  }
  return out;
}

Ends ends_of(Service& service, const Call& call, std::size_t from_part, std::size_t to_part,
             bool for_writing) {
  return {known_object(service, call, call.part(from_part), for_writing),
          known_object(service, call, call.part(to_part), for_writing)};
}

Record& record_at(Service& service, const ObjectType& type, const std::string& text) {
  Record* record = service.portal.resolve(type, record_id(text).value_or(0));
  if (record == nullptr || record->is_archived()) {
    throw not_found(fmt::format("No {} with id {}", type.singular, text.substr(0, 20)));
  }
  return *record;
}

const AssociationType& kind_of(Service& service, const Ends& ends, const Json& spec) {
  const AssociationType* type = service.portal.associations.named(
      ends.from, ends.to, spec.value("associationCategory", "HUBSPOT_DEFINED"),
      spec.at("associationTypeId").get<int>());
  if (type == nullptr) throw invalid("no such association type between these objects");
  return *type;
}

// Sets what is named; the pair's other labels go.
Json set_labels(Service& service, const Ends& ends, RecordId from, RecordId to, const Json& types) {
  std::vector<const AssociationType*> kinds;
  for (const Json& spec : types) kinds.push_back(&kind_of(service, ends, spec));
  if (kinds.empty()) throw invalid("types must not be empty");
  service.portal.associations.unlink(ends.from, from, ends.to, to);
  Json labels = Json::array();
  for (const AssociationType* kind : kinds) {
    link_records(service.portal, *kind, from, to);
    if (!kind->is_default()) labels.push_back(kind->label);
  }
  return {{"fromObjectTypeId", ends.from.id},
          {"fromObjectId", from},
          {"toObjectTypeId", ends.to.id},
          {"toObjectId", to},
          {"labels", std::move(labels)}};
}

// Both directions, as answers to default associations have them.
void set_default(Service& service, const Ends& ends, RecordId from, RecordId to,
                 BatchOutcome& outcome) {
  const AssociationType& type = service.portal.associations.default_type(ends.from, ends.to);
  link_records(service.portal, type, from, to);
  const auto entry = [&](RecordId a, RecordId b, const AssociationType& kind) {
    outcome.results.push_back(
        {{"from", {{"id", std::to_string(a)}}},
         {"to", {{"id", std::to_string(b)}}},
         {"associationSpec",
          {{"associationCategory", kind.category}, {"associationTypeId", kind.type_id()}}}});
  };
  entry(from, to, type);
  entry(to, from, *service.portal.associations.find(ends.to, ends.from, type.inverse));
}

}  // namespace

HttpAnswer list_associations(Service& service, const Call& call) {
  const Ends ends = ends_of(service, call, 2, 5, /*for_writing=*/false);
  const Record& record = record_at(service, ends.from, call.part(3));
  const std::string limit = call.parameter("limit");
  const RecordId most = limit.empty() ? kListMax : record_id(limit).value_or(0);
  if (most < 1 || most > static_cast<RecordId>(kListMax)) throw invalid("limit: at most 500");
  return json_answer(200, page_json(service, ends, record.id, call.parameter("after"),
                                    static_cast<std::size_t>(most), "results")
                              .dump());
}

HttpAnswer put_association(Service& service, const Call& call) {
  const Ends ends = ends_of(service, call, 2, 5, /*for_writing=*/true);
  const Record& from = record_at(service, ends.from, call.part(3));
  const Record& to = record_at(service, ends.to, call.part(6));
  const Json types = json_body(call);
  if (!types.is_array()) throw invalid("a list of association types is needed");
  return json_answer(201, set_labels(service, ends, from.id, to.id, types).dump());
}

HttpAnswer put_default_association(Service& service, const Call& call) {
  const Ends ends = ends_of(service, call, 2, 6, /*for_writing=*/true);
  const Record& from = record_at(service, ends.from, call.part(3));
  const Record& to = record_at(service, ends.to, call.part(7));
  BatchOutcome outcome;
  set_default(service, ends, from.id, to.id, outcome);
  return batch_answer(service, 200, std::move(outcome));
}

HttpAnswer delete_association(Service& service, const Call& call) {
  const Ends ends = ends_of(service, call, 2, 5, /*for_writing=*/true);
  const Record& from = record_at(service, ends.from, call.part(3));
  const RecordId to = record_id(call.part(6)).value_or(0);
  service.portal.associations.unlink(ends.from, from.id, ends.to, to);
  refresh_ends(service.portal, ends.from, from.id, ends.to, to);
  return empty_answer(204);
}

HttpAnswer batch_read_associations(Service& service, const Call& call) {
  const Ends ends = ends_of(service, call, 2, 3, /*for_writing=*/false);
  const Json inputs = batch_inputs(json_body(call), kReadInputsMax);
  BatchOutcome outcome;
  for (const Json& input : inputs) {
    const std::string text = id_text(input.at("id"));
    const RecordId id = record_id(text).value_or(0);
    const Record* record = service.portal.find(ends.from, id);
    const bool none = record == nullptr || record->is_archived() ||
                      service.portal.live_links(ends.from, id, ends.to).empty();
    if (none) {
      ApiError error = not_found("nothing is associated");
      error.sub_category = "crm.associations.NO_ASSOCIATIONS_FOUND";
      error.context = {{"fromObjectId", {text}},
                       {"fromObjectType", {ends.from.singular}},
                       {"toObjectType", {ends.to.singular}}};
      outcome.errors.push_back(json_of(error, ""));
      continue;
    }
    Json result = {{"from", {{"id", text}}}};
    result.update(page_json(service, ends, id, input.value("after", ""),
                            service.portal.association_page_size, "to"));
    outcome.results.push_back(std::move(result));
  }
  return batch_answer(service, 200, std::move(outcome));
}

HttpAnswer batch_create_associations(Service& service, const Call& call) {
  const Ends ends = ends_of(service, call, 2, 3, /*for_writing=*/true);
  const Json inputs = batch_inputs(json_body(call), kWriteInputsMax);
  BatchOutcome outcome;
  for (const Json& input : inputs) {
    try {
      const Record& from = record_at(service, ends.from, id_text(input.at("from").at("id")));
      const Record& to = record_at(service, ends.to, id_text(input.at("to").at("id")));
      outcome.results.push_back(set_labels(service, ends, from.id, to.id, input.at("types")));
    } catch (const ApiError& error) {
      outcome.errors.push_back(json_of(error, ""));
    }
  }
  return batch_answer(service, 201, std::move(outcome));
}

HttpAnswer batch_default_associations(Service& service, const Call& call) {
  const Ends ends = ends_of(service, call, 2, 3, /*for_writing=*/true);
  const Json inputs = batch_inputs(json_body(call), kWriteInputsMax);
  BatchOutcome outcome;
  for (const Json& input : inputs) {
    try {
      const Record& from = record_at(service, ends.from, id_text(input.at("from").at("id")));
      const Record& to = record_at(service, ends.to, id_text(input.at("to").at("id")));
      set_default(service, ends, from.id, to.id, outcome);
    } catch (const ApiError& error) {
      outcome.errors.push_back(json_of(error, ""));
    }
  }
  return batch_answer(service, 200, std::move(outcome));
}

HttpAnswer batch_archive_associations(Service& service, const Call& call) {
  const Ends ends = ends_of(service, call, 2, 3, /*for_writing=*/true);
  for (const Json& input : batch_inputs(json_body(call), kWriteInputsMax)) {
    const RecordId from = record_id(id_text(input.at("from").at("id"))).value_or(0);
    for (const Json& each : input.at("to")) {
      const RecordId to = record_id(id_text(each.at("id"))).value_or(0);
      service.portal.associations.unlink(ends.from, from, ends.to, to);
      refresh_ends(service.portal, ends.from, from, ends.to, to);
    }
  }
  return empty_answer(204);
}

HttpAnswer batch_archive_labels(Service& service, const Call& call) {
  const Ends ends = ends_of(service, call, 2, 3, /*for_writing=*/true);
  for (const Json& input : batch_inputs(json_body(call), kWriteInputsMax)) {
    const RecordId from = record_id(id_text(input.at("from").at("id"))).value_or(0);
    const RecordId to = record_id(id_text(input.at("to").at("id"))).value_or(0);
    for (const Json& spec : input.at("types")) {
      service.portal.associations.unlink(kind_of(service, ends, spec), from, to);
    }
    refresh_ends(service.portal, ends.from, from, ends.to, to);
  }
  return empty_answer(204);
}

HttpAnswer list_labels(Service& service, const Call& call) {
  const Ends ends = ends_of(service, call, 2, 3, /*for_writing=*/false);
  Json results = Json::array();
  for (const AssociationType* type : service.portal.associations.types(ends.from, ends.to)) {
    Json label;
    if (!type->is_default()) label = type->label;
    results.push_back(
        {{"category", type->category}, {"typeId", type->type_id()}, {"label", label}});
  }
  return json_answer(200, Json{{"results", std::move(results)}}.dump());
}

HttpAnswer create_label(Service& service, const Call& call) {
  const Ends ends = ends_of(service, call, 2, 3, /*for_writing=*/true);
  need_scope(call.token, ends.from.schema_scopes);
  const std::string label = json_body(call).at("label").get<std::string>();
  const int id = service.portal.associations.define(ends.from, ends.to, label);
  const AssociationType& type = *service.portal.associations.find(ends.from, ends.to, id);
  Json results = Json::array();
  const AssociationType& back = *service.portal.associations.find(ends.to, ends.from, type.inverse);
  for (const AssociationType* each : {&type, &back}) {
    results.push_back(
        {{"category", each->category}, {"typeId", each->type_id()}, {"label", label}});
  }
  return json_answer(200, Json{{"results", std::move(results)}}.dump());
}

}  // namespace upselld::sandbox::hubspot
