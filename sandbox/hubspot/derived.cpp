// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/derived.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "sandbox/hubspot/value.h"

namespace upselld::sandbox::hubspot {
namespace {

constexpr int kContactToPrimaryCompany = 1;

std::string text_at(const ObjectType& type, const Record& record, const char* property) {
  const std::string* value = value_in(record.values, type.column(property));
  return value == nullptr ? std::string() : *value;
}

void put(const ObjectType& type, Record& record, const char* property, const std::string& value) {
  set_in(record.values, type.column(property), value);
}

std::string truth(bool value) {
  return value ? "true" : "false";
}

// At most 100 bytes, and no half of a character.
std::string beginning(std::string text) {
  std::size_t end = std::min<std::size_t>(text.size(), 100);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  text.resize(end);
  return text;
}

// The properties of an object that hold an amount, its currency, the amount in the account's
// currency, and the rate between them, where there is one.
struct Money {
  const char *amount, *currency, *at_home, *rate;
};

// What an amount in this currency is multiplied by to be the account's own; none: nobody knows.
std::optional<double> home_rate(const Portal& portal, const std::string& currency) {
  if (currency.empty() || currency == portal.company_currency) return 1;
  const auto rate = portal.rates.find(currency);
  if (rate == portal.rates.end()) return std::nullopt;
  return rate->second;
}

void put_home_amount(const Portal& portal, const ObjectType& type, Record& record,
                     const Money& money) {
  const std::string amount = text_at(type, record, money.amount);
  const auto rate = home_rate(portal, text_at(type, record, money.currency));
  const bool known = rate && !amount.empty();
  if (money.rate != nullptr) put(type, record, money.rate, known ? number_text(*rate) : "");
  put(type, record, money.at_home, known ? number_text(number_of(amount) * *rate) : "");
}

void derive_deal(const Portal& portal, const ObjectType& type, Record& record) {
  const Stage* stage = portal.stage(type, text_at(type, record, "dealstage"));
  const auto metadata = [&](const char* name) {
    if (stage == nullptr) return std::string();
    const auto found = stage->metadata.find(name);
    return found == stage->metadata.end() ? std::string() : found->second;
  };
  const bool closed = metadata("isClosed") == "true";
  const double probability = number_of(metadata("probability"));
  put(type, record, "hs_is_closed", truth(closed));
  put(type, record, "hs_is_closed_won", truth(closed && probability == 1));
  put(type, record, "hs_is_closed_lost", truth(closed && probability == 0));
  put(type, record, "hs_deal_stage_probability", number_text(probability));
  put_home_amount(portal, type, record,
                  {"amount", "deal_currency_code", "amount_in_home_currency", "hs_exchange_rate"});
}

void derive_task(const Portal& portal, const ObjectType& type, Record& record, Instant at) {
  if (text_at(type, record, "hs_task_status").empty()) {
    put(type, record, "hs_task_status", "NOT_STARTED");
  }
  const bool done = text_at(type, record, "hs_task_status") == "COMPLETED";
  const std::string due = text_at(type, record, "hs_timestamp");
  if (!done) {
    const bool shows_due = portal.switches.is_on("completion_date_is_due_date");
    put(type, record, "hs_task_completion_date", shows_due ? due : "");
  } else if (text_at(type, record, "hs_task_completion_count").empty()) {
    put(type, record, "hs_task_completion_date", std::to_string(at.ms));
  }
  put(type, record, "hs_task_completion_count", done ? "1" : "");
  put(type, record, "hs_body_preview", beginning(text_at(type, record, "hs_task_body")));
}

// The newest time of a company's engagements of one object.
Instant newest(Portal& portal, const ObjectType& companies, const Record& company,
               const char* object, int& count) {
  const ObjectType& type = *portal.schema.find(object);
  const int column = type.column("hs_timestamp");
  Instant out{0};
  for (const Link& link : portal.associations.links(companies, company.id, type)) {
    const Record* record = portal.find(type, link.to);
    if (record == nullptr || record->is_archived()) continue;
    ++count;
    const std::string* at = value_in(record->values, column);
    if (at != nullptr) out = std::max(out, Instant{instant_ms(*at)});
  }
  return out;
}

struct Deals {
  int all = 0, open = 0;
  double won = 0, all_amount = 0, recent_amount = 0;
  std::int64_t recent_ms = 0, first_created_ms = 0;
};

Deals deals_of(Portal& portal, const ObjectType& companies, const Record& company) {
  Deals out;
  const ObjectType& type = *portal.schema.find("deals");
  for (const Link& link : portal.associations.links(companies, company.id, type)) {
    const Record* deal = portal.find(type, link.to);
    if (deal == nullptr || deal->is_archived()) continue;
    ++out.all;
    const double amount = number_of(text_at(type, *deal, "amount_in_home_currency"));
    out.all_amount += amount;
    if (text_at(type, *deal, "hs_is_closed") == "false") ++out.open;
    if (out.first_created_ms == 0 || deal->created_at.ms < out.first_created_ms) {
      out.first_created_ms = deal->created_at.ms;
    }
    if (text_at(type, *deal, "hs_is_closed_won") != "true") continue;
    out.won += amount;
    const std::int64_t closed = instant_ms(text_at(type, *deal, "closedate"));
    if (closed < out.recent_ms) continue;
    out.recent_ms = closed;
    out.recent_amount = amount;
  }
  return out;
}

// No modify date moves with it, like with all associations.
void refresh_primary_company(Portal& portal, const ObjectType& contacts, Record& contact) {
  const ObjectType& companies = *portal.schema.find("companies");
  std::string primary;
  for (const Link& link : portal.live_links(contacts, contact.id, companies)) {
    if (link.has(kContactToPrimaryCompany)) primary = std::to_string(link.to);
  }
  put(contacts, contact, "associatedcompanyid", primary);
}

std::string ms_or_unset(std::int64_t ms) {
  return ms == 0 ? std::string() : std::to_string(ms);
}

}  // namespace

void derive_values(Portal& portal, const ObjectType& type, Record& record, Instant at) {
  if (type.name == "deals") derive_deal(portal, type, record);
  if (type.name == "tasks") derive_task(portal, type, record, at);
  if (type.name == "line_items") {
    const double total =
        number_of(text_at(type, record, "quantity")) * number_of(text_at(type, record, "price"));
    put(type, record, "amount", number_text(total - number_of(text_at(type, record, "discount"))));
  }
  if (type.name == "orders") {
    put_home_amount(portal, type, record,
                    {"hs_total_price", "hs_currency_code", "hs_homecurrency_amount", nullptr});
  }
}

void refresh_rollups(Portal& portal, Record& company) {
  const ObjectType& type = *portal.schema.find("companies");
  const Deals deals = deals_of(portal, type, company);
  int contacted = 0, ignored = 0;
  const Instant call = newest(portal, type, company, "calls", contacted);
  const Instant meeting = newest(portal, type, company, "meetings", contacted);
  const Instant mail = newest(portal, type, company, "emails", contacted);
  newest(portal, type, company, "notes", ignored);
  const std::size_t contacts =
      portal.associations.links(type, company.id, *portal.schema.find("contacts")).size();
  const std::pair<const char*, std::string> kValues[] = {
      {"num_associated_deals", std::to_string(deals.all)},
      {"hs_num_open_deals", std::to_string(deals.open)},
      {"total_revenue", number_text(deals.won)},
      {"hs_total_deal_value", number_text(deals.all_amount)},
      {"recent_deal_amount", deals.recent_ms == 0 ? "" : number_text(deals.recent_amount)},
      {"recent_deal_close_date", ms_or_unset(deals.recent_ms)},
      {"first_deal_created_date", ms_or_unset(deals.first_created_ms)},
      {"num_associated_contacts", std::to_string(contacts)},
      {"num_contacted_notes", std::to_string(contacted)},
      {"num_notes", std::to_string(contacted + ignored)},
      {"hs_last_logged_call_date", ms_or_unset(call.ms)},
      {"hs_last_booked_meeting_date", ms_or_unset(meeting.ms)},
      {"notes_last_contacted", ms_or_unset(std::max({call, meeting, mail}).ms)}};
  bool changed = false;
  for (const auto& [name, value] : kValues) {
    changed |= text_at(type, company, name) != value;
    put(type, company, name, value);
  }
  if (changed && portal.switches.is_on("rollups_touch_date")) company.updated_at = portal.now();
}

void refresh_linked(Portal& portal, const ObjectType& type, RecordId id) {
  Record* record = portal.find(type, id);
  if (record == nullptr) return;
  if (type.name == "companies") refresh_rollups(portal, *record);
  if (type.name == "contacts") refresh_primary_company(portal, type, *record);
}

void refresh_ends(Portal& portal, const ObjectType& from, RecordId id, const ObjectType& to,
                  RecordId to_id) {
  refresh_linked(portal, from, id);
  refresh_linked(portal, to, to_id);
}

void refresh_neighbours(Portal& portal, const ObjectType& type, RecordId id) {
  for (const char* object : {"companies", "contacts"}) {
    const ObjectType& other = *portal.schema.find(object);
    const std::vector<Link> links = portal.associations.links(type, id, other);
    for (const Link& link : links) refresh_linked(portal, other, link.to);
  }
}

}  // namespace upselld::sandbox::hubspot
