// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_batch_write.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "plugins/crm/halving.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::hubspot {

namespace {

constexpr int kCallsMax = 40;  // of one batch that is halved
// Before a write that names a property of ours is tried again, while that is not known yet.
constexpr Duration kUntilKnown[] = {seconds(2), seconds(5), seconds(10), seconds(15), seconds(20)};

// What an answer says about the items, by their trace ids or else their record ids. Errors that
// name none of them are about those that are left, but only where each has one: an answer may leave
// out what was done, and then nobody can say which of them failed.
void take_answer(const nlohmann::json& answer, std::span<const BatchItem> items,
                 std::span<ItemResult> results) {
  const auto settle = [&](const std::string& trace_id, const std::string& id, const auto& change) {
    const auto found = std::find_if(items.begin(), items.end(), [&](const BatchItem& item) {
      if (!trace_id.empty()) return item.trace_id == trace_id;
      return !id.empty() && item.id == id;
    });
    if (found == items.end()) return false;
    change(results[static_cast<std::size_t>(found - items.begin())]);
    return true;
  };
  if (const auto* done = member(answer, "results"); done != nullptr && done->is_array()) {
    for (const auto& one : *done) {
      const std::string id = text_in(one, "id");
      settle(text_in(one, "objectWriteTraceId"), id, [&](ItemResult& result) {
        result.id = id;
        result.record = read_row(one);
      });
    }
  }
  const auto* errors = member(answer, "errors");
  if (errors == nullptr || !errors->is_array()) return;
  std::vector<Fault> nameless;
  for (const auto& error : *errors) {
    const Fault fault = fault_in(error);
    bool is_named = false;
    const auto put = [&](ItemResult& result) {
      if (result.id.empty()) result.fault = fault;
    };
    for (const std::string& trace_id : fault.trace_ids) is_named |= settle(trace_id, "", put);
    for (const std::string& id : fault.ids) is_named |= settle("", id, put);
    if (!is_named) nameless.push_back(fault);
  }
  std::vector<ItemResult*> left;
  for (ItemResult& result : results) {
    if (result.id.empty() && !result.fault) left.push_back(&result);
  }
  if (nameless.size() < left.size()) return;
  for (std::size_t i = 0; i < left.size(); ++i) left[i]->fault = nameless[i];
}

bool is_ours(const BatchWrite& write, const Fault& fault) {
  return std::find(write.ours.begin(), write.ours.end(), fault.field) != write.ours.end();
}

bool is_unknown_property(const BatchWrite& write, const Fault& fault) {
  return fault.code == "PROPERTY_DOESNT_EXIST" && is_ours(write, fault);
}

class Sender {
 public:
  Sender(Client& client, const BatchWrite& write, Duration wait)
      : client_(client), write_(write), wait_(wait) {}

  Result<void> send(std::span<const BatchItem> items, std::span<ItemResult> results) {
    return send_in_halves(0, items.size(), [&](std::size_t first, std::size_t count) {
      const auto sent = send_group(items.subspan(first, count), results.subspan(first, count));
      if (!sent) leave(results.subspan(first + count), sent.error());
      return sent;
    });
  }
  // Something is known of some item.
  bool was_answered() const { return was_answered_; }

 private:
  Result<Group> send_group(std::span<const BatchItem> items, std::span<ItemResult> results) {
    if (calls_++ >= kCallsMax) {
      leave(results,
            {"TOO_MANY_REFUSED",
             "too many " + write_.object + " of its batch were refused; it was not tried", ""});
      return Group::settled;
    }
    auto reply = client_.call(write_.doing, call_of(items));
    if (!reply) return stop(reply.error(), results);
    if (!reply->fault) {
      const auto read = parse_json(reply->response.body, write_.doing);
      // It was done, and nobody can say what became of which item.
      if (!read) return Error{ErrorKind::timed_out, read.error().message, {}};
      was_answered_ = true;
      take_answer(*read, items, results);
      return Group::settled;
    }
    const Fault& fault = *reply->fault;
    // The answer may be all that was lost.
    if (fault.status >= 500 || fault.status == 408) {
      return Error{ErrorKind::timed_out, error_of(write_.doing, fault).message, {}};
    }
    if (is_unknown_property(write_, fault)) {
      for (ItemResult& result : results) result.fault = fault;
      return Group::settled;
    }
    if (!may_be_one_item(fault)) return stop(error_of(write_.doing, fault), results);
    if (items.size() == 1) {
      was_answered_ = true;
      results[0].fault = fault;
    }
    return Group::refused;
  }
  static void leave(std::span<ItemResult> results, const Refusal& why) {
    for (ItemResult& result : results) result.not_done = why;
  }
  static void leave(std::span<ItemResult> results, const Error& why) {
    leave(results, Refusal{to_text(why.kind), why.message, ""});
    if (!why.retry_after) return;
    for (ItemResult& result : results) result.until = *why.retry_after;
  }
  // After an answer that was lost nobody knows.
  static Error stop(const Error& error, std::span<ItemResult> results) {
    if (error.kind != ErrorKind::timed_out) leave(results, error);
    return error;
  }
  Call call_of(std::span<const BatchItem> items) {
    std::string body = R"({"inputs":[)";
    for (std::size_t i = 0; i < items.size(); ++i) body += (i == 0 ? "" : ",") + items[i].input;
    body += "]}";
    Call call = {.method = "POST",
                 .path = client_.paths().objects(
                     write_.object, write_.is_create ? "/batch/create" : "/batch/update"),
                 .body = std::move(body)};
    // Somebody may have changed by then what an update would overwrite.
    call.repeatable = false;
    call.is_write = true;
    call.not_after = write_.not_after;
    call.wait_before = std::exchange(wait_, Duration{});
    return call;
  }
  bool may_be_one_item(const Fault& fault) const {
    if (is_ours(write_, fault) && !is_rule(fault) && class_of(fault) != FaultClass::duplicate)
      return false;
    return fault.status == 400 || fault.status == 404 || fault.status == 409;
  }

  Client& client_;
  const BatchWrite& write_;
  Duration wait_;  // before the first request
  int calls_ = 0;
  bool was_answered_ = false;
};

// Those that were refused because of a property of ours.
std::vector<std::size_t> unknown_to(const BatchWrite& write, std::span<const ItemResult> results) {
  std::vector<std::size_t> items;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].fault && is_unknown_property(write, *results[i].fault)) items.push_back(i);
  }
  return items;
}

bool is_listed(Catalogue& catalogue, const std::string& object, const std::string& property) {
  catalogue.forget(object);
  const auto type = catalogue.type(object);
  return type && (*type)->may_have(property);
}

}  // namespace

Result<std::vector<ItemResult>> send_batch(Client& client, Catalogue& catalogue,
                                           const BatchWrite& write,
                                           const std::vector<BatchItem>& items) {
  std::vector<ItemResult> results(items.size());
  Sender first(client, write, write.wait_before);
  Result<void> sent = first.send(items, results);
  bool was_answered = first.was_answered();
  std::vector<std::size_t> due = unknown_to(write, results);
  for (const Duration wait : kUntilKnown) {
    if (!sent || due.empty()) break;
    const bool is_late =
        write.not_after && client.host().clock().steady() > *write.not_after - wait;
    if (is_late || !is_listed(catalogue, write.object, results[due[0]].fault->field)) break;
    std::vector<BatchItem> again;
    for (const std::size_t i : due) again.push_back(items[i]);
    std::vector<ItemResult> answers(again.size());
    Sender once_more(client, write, wait);
    sent = once_more.send(again, answers);
    was_answered = was_answered || once_more.was_answered();
    for (std::size_t k = 0; k < due.size(); ++k) results[due[k]] = std::move(answers[k]);
    due = unknown_to(write, results);
  }
  if (sent && !due.empty() && due.size() == items.size()) {
    return error_of(write.doing, *results[due[0]].fault);
  }
  // What was answered before the end is worth telling, also where it says nothing: it may be done.
  if (!sent && !was_answered) return sent.error();
  return results;
}

}  // namespace upselld::plugins::hubspot
