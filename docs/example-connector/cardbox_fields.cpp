// SPDX-License-Identifier: Apache-2.0
#include "cardbox_fields.h"

#include <algorithm>
#include <map>

namespace upselld::cardbox {

std::string Fields::name_of(std::size_t field) const {
  return prefix_ + "_" + to_text(static_cast<Field>(field));
}

// Those of our fields that stand in Cardbox, or those that do not.
Result<std::vector<std::string>> Fields::ours(bool that_stand) {
  const auto answer = client_.get("/fields");
  if (!answer) return answer.error();
  const Json& standing = rows_of(*answer, "names");
  std::vector<std::string> names;
  for (std::size_t field = 0; field < kFieldCount; ++field) {
    const std::string name = name_of(field);
    const bool stands = std::find(standing.begin(), standing.end(), name) != standing.end();
    if (stands == that_stand) names.push_back(name);
  }
  return names;
}

Result<std::vector<std::string>> Fields::missing() {
  return ours(/*that_stand=*/false);
}

Result<PrepareReport> Fields::prepare(const PrepareRequest& request) {
  const auto names = ours(/*that_stand=*/request.remove);
  if (!names) return names.error();
  PrepareReport report;
  for (const std::string& name : *names) {
    report.steps.push_back((request.remove ? "remove " : "add ") + name);
  }
  if (request.dry_run || names->empty()) return report;
  const auto done =
      client_.write(request.remove ? "/fields/remove" : "/fields/add", {{"names", *names}});
  if (!done) return done.error();
  return report;
}

// Cardbox keeps our fields as the texts they are. A CRM with types of its own gives 18.3 back as
// 18.30: then this is where it becomes ours again, or every value would look edited.
FieldValues Fields::values_of(const Json& row) const {
  FieldValues values;
  const auto fields = row.find("fields");
  if (fields == row.end()) return values;
  for (std::size_t field = 0; field < kFieldCount; ++field) {
    const std::string value = text_of(*fields, name_of(field).c_str());
    if (!value.empty()) values[field] = value;
  }
  return values;
}

Result<std::vector<FieldState>> Fields::current(std::span<const std::string> accounts) {
  std::map<std::string, FieldState> found;
  const auto asked = in_groups(accounts, [&](std::span<const std::string> group, std::size_t) {
    const auto answer = client_.read("/accounts/read", {{"ids", group}});
    if (!answer) return Result<void>(answer.error());
    for (const Json& row : rows_of(*answer)) {
      const std::string id = text_of(row, "id");
      if (!id.empty()) found[id] = {id, true, text_of(row, "version"), values_of(row)};
    }
    return Result<void>();
  });
  if (!asked) return asked.error();
  std::vector<FieldState> states;
  for (const std::string& account : accounts) {
    const auto one = found.find(account);
    states.push_back(one == found.end() ? FieldState{account, false, "", {}} : one->second);
  }
  return states;
}

Result<void> Fields::update(std::span<const FieldUpdate> batch, ReceiptSink& sink) {
  return in_groups(batch, [&](std::span<const FieldUpdate> group, std::size_t first) {
    return update_group(group, first, sink);
  });
}

Result<void> Fields::update_group(std::span<const FieldUpdate> group, std::size_t first,
                                  ReceiptSink& sink) {
  Json rows = Json::array();
  for (const FieldUpdate& update : group) {
    Json fields = Json::object();
    for (std::size_t field = 0; field < kFieldCount; ++field) {
      if (update.values[field]) fields[name_of(field)] = *update.values[field];
    }
    rows.push_back({{"id", update.account}, {"fields", fields}});
  }
  const auto answer = client_.write("/accounts/write", {{"rows", rows}});
  if (!answer && answer.error().kind != ErrorKind::timed_out) return answer.error();
  std::map<std::string, const Json*> answered;
  if (answer) {
    for (const Json& row : rows_of(*answer)) answered[text_of(row, "id")] = &row;
  }
  for (std::size_t i = 0; i < group.size(); ++i) {
    const auto row = answered.find(group[i].account);
    // Sent, and no word of it: the pipeline looks before it sends again.
    const bool is_known = row != answered.end();
    sink.answer(first + i, is_known ? receipt_of(*row->second, group[i]) : Receipt{});
  }
  return {};
}

Receipt Fields::receipt_of(const Json& row, const FieldUpdate& update) const {
  Receipt receipt;
  receipt.crm_id = update.account;
  if (const auto error = row.find("error"); error != row.end()) {
    receipt.outcome = Receipt::Outcome::rejected;
    receipt.code = text_of(*error, "code");
    receipt.message = text_of(*error, "message");
    receipt.field = text_of(*error, "field");
    return receipt;
  }
  receipt.outcome = Receipt::Outcome::accepted;
  receipt.version = text_of(row, "version");
  receipt.sent = update.values;
  receipt.stored = values_of(row);
  for (std::size_t field = 0; field < kFieldCount; ++field) {
    // Empty was asked for, and empty it stands.
    if (receipt.sent[field] && !receipt.stored[field]) receipt.stored[field] = "";
  }
  return receipt;
}

}  // namespace upselld::cardbox
