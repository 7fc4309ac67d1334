// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_write.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "plugins/crm/attempts.h"
#include "plugins/hubspot/hubspot_fields.h"

namespace upselld::plugins::hubspot {

namespace {

// What sending takes at the account's pace.
constexpr Duration kSending = seconds(10);
// Before what the answer left out is sent again; the last time it is looked at alone.
constexpr Attempt kAttempts[] = {{kBatchMax, seconds(0)}, {kBatchMax, seconds(3)}};

}  // namespace

Result<std::vector<FieldColumn>> FieldWriter::columns() {
  const auto type = catalogue_.type("companies");
  if (!type) return type.error();
  std::vector<FieldColumn> columns;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    const std::string name = property_name(prefix_, field);
    const auto length = static_cast<std::size_t>(account_fields()[i].length);
    if ((*type)->may_have(name)) columns.push_back({field, name, length});
  }
  if (columns.empty()) {
    return Error{
        ErrorKind::forbidden, "none of our properties is on companies; run: upselld prepare", {}};
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
  Wanted wanted = {"companies", {}};
  for (const FieldColumn& column : *known) wanted.properties.push_back(column.name);
  const auto read = reader_.read_each(wanted, ascending({accounts.begin(), accounts.end()}));
  if (!read) return in_context("read our fields", read.error());
  // One that is passed over would look like one that is gone, and whose pause was taken back.
  if (!read->silent.empty()) {
    return in_context("read our fields", silence(wanted.object, read->silent));
  }
  std::map<std::string, const Row*> rows;
  for (const Row& row : read->rows) rows[row.id] = &row;
  for (FieldState& state : states) {
    // A company that was merged away answers under another id: it is there no longer.
    const auto found = rows.find(state.account);
    if (found == rows.end()) {
      gone_.insert(state.account);
      continue;
    }
    gone_.erase(state.account);
    state = state_of(state.account, *found->second, *known);
  }
  return states;
}

FieldState FieldWriter::state_of(const std::string& account, const Row& row,
                                 std::span<const FieldColumn> columns) {
  FieldState state;
  state.account = account;
  state.exists = true;
  state.version = row.version;
  for (const FieldColumn& column : columns) {
    state.values[column.place()] =
        value_read(column.field, std::string(row.text(column.name)), read_stamp);
  }
  return state;
}

Result<void> FieldWriter::update(std::span<const FieldUpdate> batch, ReceiptSink& sink) {
  if (batch.empty()) return {};
  const auto known = columns();
  if (!known) return in_context("write our fields", known.error());
  WriteOutcomes out(batch.size());
  std::vector<std::size_t> due(batch.size());
  std::iota(due.begin(), due.end(), std::size_t{0});
  due = out.first_of_each(batch, std::move(due));
  const Clock& clock = client_.host().clock();
  const auto sent =
      write_in_groups(out, due, kAttempts, clock, looked_at_.value_or(clock.steady()), kDueAgain,
                      [&](std::span<const std::size_t> group, Duration pause) {
                        return send_group(batch, group, pause, out);
                      });
  out.answer(
      batch, [&](std::span<const std::string> ids) { return current(ids); },
      [&](const FieldUpdate& update) { return values_sent(update, *known, read_stamp); }, sink);
  return sent;
}

Result<void> FieldWriter::send_group(std::span<const FieldUpdate> batch,
                                     std::span<const std::size_t> group, Duration pause,
                                     WriteOutcomes& out) {
  const auto known = columns();
  if (!known) return known.error();
  BatchWrite write;
  write.doing = "write our fields";
  write.object = "companies";
  write.wait_before = pause;
  for (const FieldColumn& column : *known) write.ours.push_back(column.name);
  std::vector<BatchItem> items;
  std::vector<std::size_t> sent;
  for (const std::size_t i : group) {
    // The answer might not say which of its companies are not there.
    if (gone_.contains(batch[i].account)) {
      out.settle(i, plugins::rejected({"OBJECT_NOT_FOUND", "the company is there no longer", ""}));
      continue;
    }
    nlohmann::ordered_json properties = nlohmann::ordered_json::object();
    for (const FieldColumn& column : *known) {
      const auto& value = batch[i].values[column.place()];
      if (value) properties[column.name] = column.sent_text(*value);
    }
    if (properties.empty()) {
      out.settle(i, plugins::rejected({"NO_FIELD",
                                       "none of the fields is a property of companies; run: "
                                       "upselld prepare",
                                       ""}));
      continue;
    }
    const nlohmann::ordered_json input = {{"id", batch[i].account},
                                          {"objectWriteTraceId", batch[i].account},
                                          {"properties", properties}};
    items.push_back({batch[i].account, batch[i].account,
                     input.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)});
    sent.push_back(i);
  }
  if (items.empty()) return {};
  const Duration now = client_.host().clock().steady();
  // A look that took long itself is followed by one write all the same.
  write.not_after = milliseconds(
      std::max(looked_at_.value_or(now).ms + kLookHolds.ms, now.ms + pause.ms + kSending.ms));
  const auto results = send_batch(client_, catalogue_, write, items);
  if (!results) {
    if (results.error().kind == ErrorKind::timed_out) {
      // Nobody knows: it may be asked for again, for it says the same.
      for (const std::size_t i : sent) out.settle(i, Receipt{});
    }
    // A property of ours may be gone, or have other options than it had.
    if (results.error().kind == ErrorKind::forbidden) catalogue_.forget("companies");
    return results.error();
  }
  for (std::size_t k = 0; k < sent.size(); ++k) {
    take(batch[sent[k]], sent[k], (*results)[k], *known, out);
  }
  return {};
}

void FieldWriter::take(const FieldUpdate& update, std::size_t index, const ItemResult& result,
                       std::span<const FieldColumn> columns, WriteOutcomes& out) {
  const Instant now = client_.host().clock().now();
  if (!result.id.empty()) {
    // What it does not repeat, or not as it was sent, is read.
    FieldState state = state_of(update.account, result.record, columns);
    if (!all_stand(values_sent(update, columns, read_stamp), state)) return out.done(index);
    return out.stands(index, std::move(state));
  }
  if (result.not_done) {
    const Instant until = result.until.is_missing() ? now + kDueAgain : result.until;
    return out.settle(index, deferred(*result.not_done, until));
  }
  if (!result.fault) {
    // Once more in this run, after another look. An account that never says anything waits.
    const bool is_first = unsaid_.insert(update.account).second;
    return out.unsaid(index, is_first ? now : now + kDueAgain);
  }
  switch (class_of(*result.fault)) {
    case FaultClass::retry:
      return out.note(index, *result.fault);
    case FaultClass::limit:
    case FaultClass::parked:
      return out.settle(index, deferred(*result.fault, now + kDueAgain));
    case FaultClass::session:
    case FaultClass::setup:
    case FaultClass::data:
    case FaultClass::gone:
    case FaultClass::duplicate:
      return out.settle(index, rejected(*result.fault));
  }
}

}  // namespace upselld::plugins::hubspot
