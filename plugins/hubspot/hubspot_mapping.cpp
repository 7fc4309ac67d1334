// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_mapping.h"

#include <algorithm>
#include <cmath>

namespace upselld::plugins::hubspot {

namespace {

// Names of kinds, ends of ids, currencies: what does not stand in the record.
constexpr std::size_t kOwnBytes = 512;

std::size_t text_bytes(const Row& row) {
  std::size_t bytes = row.id.size() + row.company.size() + row.contact.size() + row.parent.size();
  for (const auto& [name, value] : row.values) bytes += std::min(value.size(), kTextBytesMax);
  return bytes;
}

}  // namespace

RowRoom usual_room(const Row& row, std::size_t records) {
  std::size_t bytes = text_bytes(row);
  if (row.parent_row != nullptr) bytes += text_bytes(*row.parent_row);
  return {records, records * (2 * bytes + kOwnBytes)};
}

RowRoom Mapper::room_for(const Row& row) const {
  return usual_room(row, 1);
}

void Mapper::gone(const std::string& id, Instant at, Page& page) const {
  page.deletions.push_back({id, at});
}

Money money_of(const Row& row, const char* amount, const char* currency, const char* at_home,
               const std::string& home_currency) {
  const std::string own(row.text(currency));
  const double home = row.number(at_home);
  if (own.empty() || own == home_currency) return {row.number(amount), home_currency};
  if (!std::isnan(home) && !home_currency.empty()) return {home, home_currency};
  return {row.number(amount), own};
}

Instant moment_of(std::string_view text, const TimeZone& zone) {
  const Instant stamp = read_stamp(text);
  if (text.size() != 10 || stamp.is_missing()) return stamp;
  return parse_instant(text, "iso", zone).value_or(stamp);
}

DealEnd end_of(const Row& deal, const Stages* stages) {
  if (deal.flag("hs_is_closed_won")) return DealEnd::won;
  if (deal.flag("hs_is_closed_lost") || deal.flag("hs_is_closed")) return DealEnd::lost;
  const bool is_told = !deal.text("hs_is_closed").empty() || !deal.text("hs_is_closed_won").empty();
  if (is_told || stages == nullptr) return DealEnd::open;
  const std::string stage(deal.text("dealstage"));
  if (stages->won.count(stage) > 0) return DealEnd::won;
  return stages->lost.count(stage) > 0 ? DealEnd::lost : DealEnd::open;
}

std::unique_ptr<Mapper> make_mapper(MappingContext context) {
  switch (context.plan.spec->kind) {
    case RecordKind::account:
    case RecordKind::attribute_change:
      return make_company_mapper(std::move(context));
    case RecordKind::order:
    case RecordKind::order_line:
      return make_order_mapper(std::move(context));
    case RecordKind::product:
    case RecordKind::contact:
    case RecordKind::rep:
      return make_people_mapper(std::move(context));
    case RecordKind::activity:
      break;
  }
  return make_activity_mapper(std::move(context));
}

}  // namespace upselld::plugins::hubspot
