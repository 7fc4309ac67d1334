// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/digest.h"
#include "sandbox/hubspot/handlers.h"
#include "sandbox/hubspot/value.h"

// What the batch operations share, and batch/read and batch/archive.
namespace upselld::sandbox::hubspot {
namespace {

constexpr std::size_t kInputsMax = 100, kHistoryInputsMax = 50;

std::vector<std::string> texts_at(const Json& body, const char* name) {
  std::vector<std::string> out;
  for (const Json& each : body.value(name, Json::array())) out.push_back(each.get<std::string>());
  return out;
}

// The record whose unique property has this value; where a switch says so, as the index knows it.
RecordId holder_of(Portal& portal, const ObjectType& type, int column, const std::string& value) {
  const RecordId id = portal.table(type).holder(column, value);
  if (id == 0 || !portal.switches.is_on("unique_read_lags")) return id;
  const Behind* behind = portal.table(type).behind(id, portal.now());
  const std::string* known = behind == nullptr ? nullptr : value_in(behind->values, column);
  const bool visible = behind == nullptr || (behind->existed && known != nullptr);
  return visible ? id : 0;
}

}  // namespace

void refuse_duplicates(const std::vector<std::string>& ids) {
  std::set<std::string> seen;
  std::vector<std::string> twice;
  for (const std::string& id : ids) {
    if (!seen.insert(id).second) twice.push_back(id);
  }
  if (twice.empty()) return;
  std::string list;
  for (const std::string& id : twice) list += (list.empty() ? "" : ", ") + id;
  throw ApiError{.message = fmt::format("Duplicate IDs found in batch input: [{}]", list),
                 .context = {{"ids", twice}}};
}

int unique_column(const ObjectType& type, const std::string& property) {
  const int column = type.column(property);
  if (column < 0 || !type.at(column).unique) {
    throw invalid(fmt::format("no read, update or upsert by the non-unique property {}",
                              property.substr(0, 100)),
                  "NON_UNIQUE_ID_PROPERTY", property);
  }
  return column;
}

HttpAnswer batch_answer(Service& service, int status, BatchOutcome outcome) {
  const std::string now = time_text(service.portal.now());
  Json out = {{"status", "COMPLETE"}, {"results", std::move(outcome.results)}};
  const bool failed = !outcome.errors.empty();
  if (failed) {
    if (service.portal.switches.is_on("slim_errors")) {
      for (Json& error : outcome.errors) {
        error.erase("errors");
        error.erase("context");
      }
    }
    out["numErrors"] = outcome.errors.size();
    out["errors"] = std::move(outcome.errors);
  }
  out["startedAt"] = now;
  out["completedAt"] = now;
  return json_answer(failed ? 207 : status,
                     out.dump(-1, ' ', false, Json::error_handler_t::replace));
}

HttpAnswer batch_read(Service& service, const Call& call) {
  Portal& portal = service.portal;
  const ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/false);
  const Json body = json_body(call);
  const auto history = texts_at(body, "propertiesWithHistory");
  const bool small = !history.empty() && portal.switches.is_on("history_needs_small_pages");
  const Json inputs = batch_inputs(body, small ? kHistoryInputsMax : kInputsMax);
  std::vector<std::string> ids;
  for (const Json& input : inputs) ids.push_back(input.at("id").get<std::string>());
  refuse_duplicates(ids);
  const std::string property = body.contains("idProperty") && body["idProperty"].is_string()
                                   ? body["idProperty"].get<std::string>()
                                   : std::string();
  const int column = property.empty() ? -1 : unique_column(type, property);
  const Wanted wanted = wanted_of(type, texts_at(body, "properties"), history);
  const bool archived = call.flag("archived");
  std::vector<const Record*> found;
  std::vector<std::string> missing;
  for (const std::string& id : ids) {
    const RecordId sought =
        column < 0 ? record_id(id).value_or(0) : holder_of(portal, type, column, id);
    const Record* record = portal.resolve(type, sought);
    if (record == nullptr || record->is_archived() != archived) {
      missing.push_back(id);
    } else if (std::find(found.begin(), found.end(), record) == found.end()) {
      found.push_back(record);
    }
  }
  // No order is promised.
  std::sort(found.begin(), found.end(), [&](const Record* a, const Record* b) {
    return keyed_hash(portal.seed, std::to_string(a->id)) <
           keyed_hash(portal.seed, std::to_string(b->id));
  });
  BatchOutcome outcome;
  for (const Record* record : found) {
    outcome.results.push_back(record_json(portal, type, *record, wanted));
  }
  if (!missing.empty()) {
    ApiError error = not_found("some records are not there");
    error.context["ids"] = missing;
    outcome.errors.push_back(json_of(error, ""));
  }
  return batch_answer(service, 200, std::move(outcome));
}

HttpAnswer batch_archive(Service& service, const Call& call) {
  ObjectType& type = known_object(service, call, call.part(2), /*for_writing=*/true);
  const Json inputs = batch_inputs(json_body(call), kInputsMax);
  std::vector<std::string> ids;
  for (const Json& input : inputs) ids.push_back(input.at("id").get<std::string>());
  refuse_duplicates(ids);
  Writer writer(service.portal, type, {});
  for (const std::string& id : ids) writer.archive(id);
  return empty_answer(204);
}

}  // namespace upselld::sandbox::hubspot
