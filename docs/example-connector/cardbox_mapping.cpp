// SPDX-License-Identifier: Apache-2.0
#include "cardbox_mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/activity_name.h"
#include "core/digest.h"

namespace upselld::cardbox {

namespace {

// Raised when the code below makes something else of the same row.
constexpr const char* kMappingVersion = "1";
constexpr std::size_t kTextsOfRow = 8;  // the most that a row of any kind has, attributes apart
constexpr std::size_t kProblemBytesMax = 80;
// 1900 and 2200: what lies outside is no time.
constexpr std::int64_t kEarliestMs = -2'208'988'800'000, kLatestMs = 7'258'118'400'000;

// At most so many bytes, cut between two characters.
TextRef add_text(Page& page, const std::string& text, std::size_t bytes_max = kTextBytesMax) {
  std::size_t length = std::min(text.size(), bytes_max);
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) {
    --length;
  }
  return page.add(std::string_view(text).substr(0, length));
}
TextRef add_id(Page& page, const Json& row, const char* name) {
  return add_text(page, text_of(row, name), kIdBytesMax);
}

double number_of(const Json& row, const char* name) {
  const auto found = row.find(name);
  const bool is_there = found != row.end() && found->is_number();
  const double value = is_there ? found->get<double>() : std::numeric_limits<double>::quiet_NaN();
  return std::isinf(value) ? std::numeric_limits<double>::quiet_NaN() : value;
}
Instant instant_of(const Json& row, const char* name) {
  const auto found = row.find(name);
  if (found == row.end() || !found->is_number_integer()) return Instant::missing();
  const auto ms = found->get<std::int64_t>();
  return ms < kEarliestMs || ms > kLatestMs ? Instant::missing() : Instant{ms};
}
// What is not said is as `otherwise`.
std::uint8_t flag_of(const Json& row, const char* name, bool otherwise) {
  const auto found = row.find(name);
  const bool is_there = found != row.end() && found->is_boolean();
  return (is_there ? found->get<bool>() : otherwise) ? 1 : 0;
}

void add_to(AccountColumns& accounts, Page& page, const Json& row, const Mapping& mapping) {
  accounts.id.push_back(add_id(page, row, "id"));
  accounts.name.push_back(add_text(page, text_of(row, "name")));
  accounts.owner.push_back(add_id(page, row, "owner"));
  accounts.created_at.push_back(instant_of(row, "created_at"));
  accounts.modified_at.push_back(instant_of(row, "changed_at"));
  for (std::size_t i = 0; i < mapping.attributes.size(); ++i) {
    const std::string value = text_of(row, mapping.attributes[i].column.c_str());
    accounts.attributes[i].text.push_back(add_text(page, value));
  }
}

void add_to(OrderColumns& orders, Page& page, const Json& row, const Mapping& mapping) {
  orders.id.push_back(add_id(page, row, "id"));
  orders.account.push_back(add_id(page, row, "account"));
  orders.currency.push_back(add_id(page, row, "currency"));
  orders.placed_at.push_back(instant_of(row, "placed_at"));
  orders.modified_at.push_back(instant_of(row, "changed_at"));
  orders.amount.push_back(number_of(row, "amount"));
  const std::string type = text_of(row, "type");
  OrderKind kind = OrderKind::other;
  parse(type, kind);
  const auto& upsells = mapping.upsell_types;
  if (std::find(upsells.begin(), upsells.end(), type) != upsells.end()) kind = OrderKind::upsell;
  orders.kind.push_back(kind);
  OrderStatus status = OrderStatus::open;
  parse(text_of(row, "status"), status);
  orders.status.push_back(status);
}

void add_to(ActivityColumns& activities, Page& page, const Json& row, const Mapping&) {
  activities.id.push_back(add_id(page, row, "id"));
  activities.account.push_back(add_id(page, row, "account"));
  activities.contact.push_back(add_id(page, row, "contact"));
  activities.at.push_back(instant_of(row, "at"));
  activities.modified_at.push_back(instant_of(row, "changed_at"));
  activities.value.push_back(number_of(row, "value"));
  const std::string kind = text_of(row, "kind");
  auto& names = activities.kind_names;
  const auto known = std::find(names.begin(), names.end(), kind);
  activities.kind.push_back(static_cast<std::uint16_t>(known - names.begin()));
  if (known == names.end()) names.push_back(kind);
}

void add_to(ContactColumns& contacts, Page& page, const Json& row, const Mapping&) {
  contacts.id.push_back(add_id(page, row, "id"));
  contacts.account.push_back(add_id(page, row, "account"));
  contacts.modified_at.push_back(instant_of(row, "changed_at"));
  contacts.active.push_back(flag_of(row, "active", true));
  // Nobody is written to who was not asked.
  contacts.may_mail.push_back(flag_of(row, "may_mail", false));
  contacts.may_call.push_back(flag_of(row, "may_call", false));
}

void add_to(RepColumns& reps, Page& page, const Json& row, const Mapping&) {
  reps.id.push_back(add_id(page, row, "id"));
  reps.name.push_back(add_text(page, text_of(row, "name")));
  reps.email.push_back(add_text(page, text_of(row, "email")));
  reps.active.push_back(flag_of(row, "active", true));
}

// Cardbox has no rows of the other kinds, and streams() names none.
template <typename Columns>
void add_to(Columns&, Page&, const Json&, const Mapping&) {}

// Why a row cannot be used; empty: it can.
std::string problem_of(RecordKind kind, const Json& row) {
  const std::string id = text_of(row, "id");
  if (id.empty() || id.size() > kIdBytesMax) return "it has no usable id";
  if (kind == RecordKind::order) {
    OrderStatus ignored = OrderStatus::open;
    if (!parse(text_of(row, "status"), ignored)) {
      return fmt::format("the status \"{:.40}\" is none of open, won, lost, cancelled",
                         text_of(row, "status"));
    }
    if (instant_of(row, "placed_at").is_missing()) return "it has no time placed_at";
  }
  if (kind == RecordKind::activity) {
    if (!is_activity_name(text_of(row, "kind"))) {
      return fmt::format("the kind \"{:.40}\" has more than small letters, digits and _",
                         text_of(row, "kind"));
    }
    if (instant_of(row, "at").is_missing()) return "it has no time at";
  }
  return {};
}

}  // namespace

std::string Mapping::fingerprint() const {
  Sha256 sum;
  sum.add_part(kMappingVersion);
  for (const Attribute& attribute : attributes) {
    sum.add_part(attribute.name);
    sum.add_part(attribute.column);
  }
  sum.add_part("upsells");
  for (const std::string& type : upsell_types) sum.add_part(type);
  return hex(sum.finish());
}

Page page_for(RecordKind kind, const Mapping& mapping) {
  Page page;
  if (kind == RecordKind::order) page.columns.emplace<OrderColumns>();
  if (kind == RecordKind::activity) page.columns.emplace<ActivityColumns>();
  if (kind == RecordKind::contact) page.columns.emplace<ContactColumns>();
  if (kind == RecordKind::rep) page.columns.emplace<RepColumns>();
  if (auto* accounts = std::get_if<AccountColumns>(&page.columns)) {
    for (const Attribute& attribute : mapping.attributes) {
      accounts->attributes.push_back({attribute.index, {}, {}});
    }
  }
  return page;
}

std::size_t row_bytes_max(const Mapping& mapping) {
  return (kTextsOfRow + mapping.attributes.size()) * kTextBytesMax;
}

void add_row(Page& page, const Json& row, const Mapping& mapping) {
  const RecordKind kind = kind_of(page);
  if (const std::string problem = problem_of(kind, row); !problem.empty()) {
    ++page.row_problem_count;
    if (page.row_problems.size() < kRowProblemsMax) {
      page.row_problems.push_back({text_of(row, "id").substr(0, kProblemBytesMax), problem});
    }
    return;
  }
  const bool needs_account = kind == RecordKind::order || kind == RecordKind::activity;
  if (needs_account && text_of(row, "account").empty()) {
    ++page.rows_without_account;
    return;
  }
  std::visit([&](auto& columns) { add_to(columns, page, row, mapping); }, page.columns);
}

}  // namespace upselld::cardbox
