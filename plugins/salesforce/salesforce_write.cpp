// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_write.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "plugins/json/json_reading.h"
#include "plugins/salesforce/salesforce_fields.h"
#include "plugins/salesforce/salesforce_soql.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr std::size_t kReadLeast = 200;

nlohmann::ordered_json json_value(Field field, const std::string& value) {
  if (value.empty()) return nullptr;
  if (field != Field::score && field != Field::change) return value;
  const auto number = parse_number(value);
  if (!number) return value;
  return *number;
}

}  // namespace

FieldWriter::FieldWriter(Client& client, Describe& describe, const SalesforceSettings& settings,
                         std::string prefix)
    : client_(client), describe_(describe), settings_(settings), prefix_(std::move(prefix)) {}

Result<std::vector<FieldColumn>> FieldWriter::columns() {
  const auto account = describe_.object("Account");
  if (!account) return account.error();
  if (*account == nullptr) {
    return Error{
        ErrorKind::forbidden, "this user may not see Account; assign the permission set", {}};
  }
  std::vector<FieldColumn> columns;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    const FieldInfo* info = (*account)->field(field_name(prefix_, field));
    if (info == nullptr) continue;
    const bool is_text = info->type == "string" || info->type == "textarea";
    columns.push_back({field, info->name, is_text ? info->length : 0, info->updateable});
  }
  if (columns.empty()) {
    return Error{ErrorKind::forbidden,
                 "none of our fields is on Account, or this user may not see them; run: upselld "
                 "prepare",
                 {}};
  }
  return columns;
}

Result<std::vector<FieldState>> FieldWriter::current(std::span<const std::string> accounts) {
  std::vector<FieldState> states(accounts.size());
  for (std::size_t i = 0; i < accounts.size(); ++i) states[i].account = accounts[i];
  if (accounts.empty()) return states;
  looked_at_ = client_.host().clock().steady();
  const auto known = columns();
  if (!known) return in_context("read our fields", known.error());
  nlohmann::ordered_json fields = {"Id", "SystemModstamp", "ParentId"};
  for (const FieldColumn& column : *known) fields.push_back(column.name);
  for (std::size_t begin = 0, end = 0; begin < accounts.size(); begin = end) {
    end = std::min(begin + read_max_, accounts.size());
    nlohmann::ordered_json ids = nlohmann::ordered_json::array();
    for (std::size_t i = begin; i < end; ++i) ids.push_back(accounts[i]);
    Call call = {.method = "POST", .path = "/composite/sobjects/Account"};
    call.body = nlohmann::ordered_json({{"ids", ids}, {"fields", fields}}).dump();
    call.is_write = true;
    auto reply = client_.call("read our fields", call);
    if (!reply) return reply.error();
    if (reply->fault && reply->fault->status == 400 && end - begin > kReadLeast) {
      // Orgs differ in how many they take at once.
      read_max_ = std::max((end - begin) / 2, kReadLeast);
      end = begin;
      continue;
    }
    if (reply->fault) return error_of("read our fields", *reply->fault);
    const auto read = parse_json(reply->response.body, "read our fields");
    if (!read) return read.error();
    if (!read->is_array() || read->size() != end - begin) {
      return Error{ErrorKind::corrupt, "read our fields: not one record for each account", {}};
    }
    for (std::size_t i = begin; i < end; ++i) {
      const nlohmann::json& record = read->at(i - begin);
      if (!record.is_object()) continue;
      states[i].exists = true;
      states[i].version = text_in(record, "SystemModstamp");
      parents_[accounts[i]] = text_in(record, "ParentId");
      for (const FieldColumn& column : *known) {
        states[i].values[column.place()] =
            value_read(column.field, text_in(record, column.name), read_stamp);
      }
    }
  }
  return states;
}

// By parent and then by id: rows of one family lock one another, and are in one transaction so.
std::vector<std::size_t> FieldWriter::sorted(std::span<const FieldUpdate> batch) const {
  std::vector<std::size_t> order(batch.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    const auto parent = parents_.find(batch[i].account);
    const std::string& own = batch[i].account;
    return std::pair(parent == parents_.end() || parent->second.empty() ? own : parent->second,
                     own);
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(key(a), a) < std::pair(key(b), b);
  });
  return order;
}

Result<void> FieldWriter::update(std::span<const FieldUpdate> batch, ReceiptSink& sink,
                                 const Continuation& from) {
  if (batch.empty()) return {};
  WriteOutcomes out(batch.size());
  const std::vector<std::size_t> order = out.first_of_each(batch, sorted(batch));
  const bool is_large =
      settings_.may_use_bulk && static_cast<std::int64_t>(order.size()) > settings_.bulk_writes;
  const auto sent =
      is_large ? by_bulk(batch, order, sink, from, out) : by_collections(batch, order, out);
  const auto known = columns();
  out.answer(
      batch, [&](std::span<const std::string> ids) { return current(ids); },
      [&](const FieldUpdate& update) {
        return known ? values_sent(update, *known, read_stamp) : FieldValues{};
      },
      sink);
  return sent;
}

Result<void> FieldWriter::send_group(std::span<const FieldUpdate> batch,
                                     std::span<const std::size_t> group, Duration pause,
                                     WriteOutcomes& out) {
  const auto known = columns();
  if (!known) return known.error();
  CollectionsCall call;
  call.doing = "write our fields";
  call.wait_before = pause;
  std::vector<std::size_t> sent;
  for (const std::size_t i : group) {
    nlohmann::ordered_json record = {{"attributes", {{"type", "Account"}}},
                                     {"id", batch[i].account}};
    const std::size_t empty_size = record.size();
    for (const FieldColumn& column : *known) {
      const auto& value = batch[i].values[column.place()];
      if (!value || !column.may_write) continue;
      record[column.name] = json_value(column.field, column.sent_text(*value));
    }
    if (record.size() == empty_size) {
      Fault none;
      none.code = "NO_FIELD";
      none.message = "this user may not edit any of the fields; see upselld probe";
      out.settle(i, rejected(none));
      continue;
    }
    call.records.push_back(record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    sent.push_back(i);
  }
  if (sent.empty()) return {};
  const auto results = send_collection(client_, call);
  if (!results) {
    // Nobody knows, or nothing was done: either way it may be asked for again.
    if (results.error().kind == ErrorKind::timed_out) {
      for (const std::size_t i : sent) out.settle(i, Receipt{});
    }
    return results.error();
  }
  for (std::size_t k = 0; k < sent.size(); ++k) take(out, sent[k], (*results)[k]);
  return {};
}

Result<void> FieldWriter::by_collections(std::span<const FieldUpdate> batch,
                                         const std::vector<std::size_t>& order,
                                         WriteOutcomes& out) {
  const Clock& clock = client_.host().clock();
  return write_in_groups(out, order, attempts(), clock, looked_at_.value_or(clock.steady()),
                         kDueAgain, [&](std::span<const std::size_t> group, Duration pause) {
                           return send_group(batch, group, pause, out);
                         });
}

}  // namespace upselld::plugins::salesforce
