// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>

#include "core/time_zone.h"
#include "sandbox/csv_rows.h"
#include "sandbox/hubspot/derived.h"
#include "sandbox/hubspot/load.h"
#include "sandbox/hubspot/value.h"

// A generated history as the records a HubSpot account would hold.
namespace upselld::sandbox::hubspot {
namespace {

constexpr std::int64_t kMeetingMs = 3'600'000;
constexpr std::int64_t kOpenDealMs = 60LL * 86'400'000;
constexpr const char* kCompanyProperties =
    "plan:e=Basic;Pro;Enterprise|seats:n|region:s|customer_no:su|opted_out:b";
constexpr const char* kContactProperties = "active:b|may_call:b|may_profile:b";

using Cells = std::vector<std::pair<const char*, std::string>>;

std::int64_t ms_of(const std::string& text) {
  const auto ms = time_ms(text);
  if (!ms) throw std::invalid_argument("not a time: " + text);
  return *ms;
}

std::string truth(const std::string& yes_no) {
  return yes_no == "yes" ? "true" : "false";
}

std::string deal_type(const std::string& kind) {
  if (kind == "new_business") return "newbusiness";
  return kind == "upsell" ? "existingbusiness" : kind == "renewal" ? "renewal" : "cross_sell";
}

class GeneratedHistory {
 public:
  GeneratedHistory(Portal& portal, std::string folder)
      : portal_(portal), folder_(std::move(folder)) {}

  Result<std::map<std::string, std::int64_t>> load() {
    const Duration delay = portal_.index_delay;
    portal_.index_delay = {0};  // the index has known all of this for long
    define();
    const std::pair<const char*, void (GeneratedHistory::*)(const CsvCells&)> kFiles[] = {
        {"reps.csv", &GeneratedHistory::rep},
        {"products.csv", &GeneratedHistory::product},
        {"accounts.csv", &GeneratedHistory::account},
        {"contacts.csv", &GeneratedHistory::contact},
        {"orders.csv", &GeneratedHistory::order},
        {"order_lines.csv", &GeneratedHistory::line},
        {"activities.csv", &GeneratedHistory::activity},
        {"quota.csv", &GeneratedHistory::quota},
        {"changes.csv", &GeneratedHistory::change}};
    for (const auto& file : kFiles) {
      const auto visit = file.second;
      const auto count = for_each_row(folder_ + "/" + file.first,
                                      [this, visit](const CsvCells& row) { (this->*visit)(row); });
      if (!count) return count.error();
    }
    for (Record& company : portal_.table(type("companies")).records()) {
      refresh_rollups(portal_, company);
    }
    portal_.index_delay = delay;
    return std::move(loaded_);
  }

 private:
  ObjectType& type(const char* object) { return *portal_.schema.find(object); }

  void define() {
    const auto add = [](ObjectType& type, const char* text) {
      for (Property& property : parse_properties(text, type.groups.begin()->first)) {
        if (type.column(property.name) < 0) type.add(std::move(property));
      }
    };
    add(type("companies"), kCompanyProperties);
    add(type("contacts"), kContactProperties);
    if (portal_.schema.find("signals") != nullptr) return;
    portal_.add_custom_object("signals", "name:s|kind:s|at:t|value:n");
    portal_.add_custom_object("usages", "name:s|day:d|share:n");
  }

  Record& put(const char* object, const Cells& cells, std::int64_t at_ms,
              const std::string& key = {}) {
    ObjectType& type = this->type(object);
    Values values;
    for (const auto& [name, value] : cells) {
      const int column = type.column(name);
      if (column < 0) throw std::invalid_argument(std::string("no property ") + name);
      set_in(values, column, value);
    }
    Record& made = portal_.insert(type, std::move(values), {at_ms});
    if (!key.empty()) ids_[std::string(object) + " " + key] = made.id;
    ++loaded_[object];
    return made;
  }
  RecordId id(const char* object, const std::string& key) const {
    const auto found = ids_.find(std::string(object) + " " + key);
    return found == ids_.end() ? 0 : found->second;
  }
  RecordId needed(const char* object, const std::string& key) const {
    const RecordId found = id(object, key);
    if (found == 0) throw std::invalid_argument(std::string("no ") + object + " " + key);
    return found;
  }
  // The primary type where there is one and it is wanted.
  void link(const char* from, RecordId id, const char* to, RecordId to_id, bool primary = false) {
    const AssociationType* kind = &portal_.associations.default_type(type(from), type(to));
    for (const AssociationType* each : portal_.associations.types(type(from), type(to))) {
      if (primary && each->is_primary) kind = each;
    }
    portal_.associations.link(*kind, id, to_id);
  }
  std::string owner_of(RecordId company) {
    const Record* record = portal_.find(type("companies"), company);
    const std::string* owner = record == nullptr ? nullptr : value_in(record->values, kOwner);
    return owner == nullptr ? std::string() : *owner;
  }

  void rep(const CsvCells& row) {
    Owner owner;
    owner.id = std::to_string(52'000'000 + 37 * static_cast<int>(reps_.size()));
    owner.user_id = std::to_string(9'700'000 + static_cast<int>(reps_.size()));
    owner.email = row["email"];
    owner.archived = row["active"] != "yes";
    owner.first_name = owner.archived ? "" : row["name"];
    owner.team = row["region"];
    owner.created_at = {1'577'836'800'000};
    reps_[row["id"]] = owner.id;
    portal_.owners.push_back(std::move(owner));
  }

  void product(const CsvCells& row) {
    put("products",
        {{"name", row["name"]},
         {"hs_sku", row["id"]},
         {"price", row["list_price"]},
         {"description", row["family"]}},
        1'577'836'800'000, row["id"]);
  }

  void account(const CsvCells& row) {
    const Record& made = put("companies",
                             {{"name", row["name"]},
                              {"industry", row["industry"]},
                              {"hubspot_owner_id", reps_[row["owner"]]},
                              {"hs_annual_revenue_currency_code", row["currency"]},
                              {"lifecyclestage", "customer"},
                              {"plan", row["plan"]},
                              {"seats", row["seats"]},
                              {"region", row["region"]},
                              {"customer_no", row["customer_no"]},
                              {"opted_out", truth(row["opted_out"])}},
                             ms_of(row["created_at"]), row["id"]);
    const RecordId parent = id("companies", row["parent"]);
    if (parent == 0) return;
    const ObjectType& companies = type("companies");
    portal_.associations.link(*portal_.associations.find(companies, companies, 13), parent,
                              made.id);
    set_in(portal_.find(companies, made.id)->values, companies.column("hs_parent_company_id"),
           std::to_string(parent));
  }

  void contact(const CsvCells& row) {
    const RecordId company = needed("companies", row["account"]);
    const Record* owner = portal_.find(type("companies"), company);
    const std::string touched = row["last_touch_at"];
    const Record& made =
        put("contacts",
            {{"lastname", row["id"]},
             {"jobtitle", row["role"]},
             {"hubspot_owner_id", owner_of(company)},
             {"hs_email_optout", row["may_mail"] == "yes" ? "false" : "true"},
             {"active", truth(row["active"])},
             {"may_call", truth(row["may_call"])},
             {"may_profile", truth(row["may_profile"])},
             {"associatedcompanyid", std::to_string(company)},
             {"notes_last_contacted", touched.empty() ? "" : std::to_string(ms_of(touched))}},
            owner->created_at.ms, row["id"]);
    link("contacts", made.id, "companies", company, /*primary=*/true);
  }

  void order(const CsvCells& row) {
    const RecordId company = needed("companies", row["account"]);
    const std::int64_t at = ms_of(row["placed_at"]);
    const bool won = row["status"] == "won", open = row["status"] == "open";
    const Record& made = put("deals",
                             {{"dealname", row["id"]},
                              {"pipeline", "default"},
                              {"dealstage", won    ? "closedwon"
                                            : open ? "appointmentscheduled"
                                                   : "closedlost"},
                              {"amount", row["amount"]},
                              {"deal_currency_code", row["currency"]},
                              {"dealtype", deal_type(row["kind"])},
                              {"closedate", std::to_string(open ? at + kOpenDealMs : at)},
                              {"hubspot_owner_id", owner_of(company)}},
                             at, row["id"]);
    link("deals", made.id, "companies", company, /*primary=*/true);
  }

  void line(const CsvCells& row) {
    const RecordId deal = needed("deals", row["order"]);
    const Record& made = put("line_items",
                             {{"name", row["product"]},
                              {"hs_product_id", std::to_string(needed("products", row["product"]))},
                              {"hs_sku", row["product"]},
                              {"quantity", row["quantity"]},
                              {"price", row["unit_price"]},
                              {"hs_line_item_currency_code", "EUR"}},
                             ms_of(row["at"]));
    link("deals", deal, "line_items", made.id);
  }

  void link_activity(const char* object, const Record& made, const CsvCells& row) {
    link(object, made.id, "companies", needed("companies", row["account"]), /*primary=*/true);
    const RecordId contact = id("contacts", row["contact"]);
    if (contact != 0) link(object, made.id, "contacts", contact);
  }

  void activity(const CsvCells& row) {
    const std::string& kind = row["kind"];
    if (kind.starts_with("case_")) return ticket_event(row);
    const std::int64_t at = ms_of(row["at"]);
    const std::string owner = owner_of(needed("companies", row["account"]));
    const std::string when = std::to_string(at);
    if (kind == "call") {
      link_activity("calls",
                    put("calls",
                        {{"hs_timestamp", when},
                         {"hs_call_direction", "OUTBOUND"},
                         {"hs_call_status", "COMPLETED"},
                         {"hubspot_owner_id", owner}},
                        at),
                    row);
    } else if (kind == "meeting") {
      link_activity("meetings",
                    put("meetings",
                        {{"hs_timestamp", when},
                         {"hs_meeting_start_time", when},
                         {"hs_meeting_end_time", std::to_string(at + kMeetingMs)},
                         {"hs_meeting_outcome", "COMPLETED"},
                         {"hubspot_owner_id", owner}},
                        at),
                    row);
    } else if (kind == "email_reply") {
      link_activity(
          "emails",
          put("emails", {{"hs_timestamp", when}, {"hs_email_direction", "INCOMING_EMAIL"}}, at),
          row);
    } else {
      link_activity(
          "signals",
          put("signals",
              {{"name", row["id"]}, {"kind", kind}, {"at", when}, {"value", row["value"]}}, at),
          row);
    }
  }

  // A case's events are one ticket whose stage changes.
  void ticket_event(const CsvCells& row) {
    ObjectType& tickets = type("tickets");
    const std::int64_t at = ms_of(row["at"]);
    RecordId known = id("tickets", row["thread"]);
    if (known == 0) {
      const Record& made = put("tickets",
                               {{"subject", "Case"},
                                {"hs_pipeline", "0"},
                                {"hs_pipeline_stage", "1"},
                                {"hs_ticket_priority", "MEDIUM"}},
                               at, row["thread"]);
      known = made.id;
      link_activity("tickets", made, row);
    }
    Record& ticket = *portal_.find(tickets, known);
    Values values;
    const bool closed = row["kind"] == "case_closed";
    if (row["kind"] == "case_opened") return;
    set_in(values, tickets.column("hs_pipeline_stage"), closed ? "4" : "3");
    if (closed) {
      set_in(values, tickets.column("closed_date"), std::to_string(at));
      set_in(values, tickets.column("time_to_close"),
             std::to_string(std::max<std::int64_t>(0, at - ticket.created_at.ms)));
    }
    portal_.change(tickets, ticket, values, {at}, "CRM_UI");
  }

  void quota(const CsvCells& row) {
    const std::int64_t day = ms_of(row["day"]);
    const Record& made = put(
        "usages",
        {{"name", row["account"] + " " + row["day"]}, {"day", row["day"]}, {"share", row["share"]}},
        day + 86'400'000);
    link("usages", made.id, "companies", needed("companies", row["account"]));
  }

  // What plan and seats were before stands in the property's history.
  void change(const CsvCells& row) {
    ObjectType& companies = type("companies");
    Record& company = *portal_.find(companies, needed("companies", row["account"]));
    const int column = companies.column(row["field"]);
    if (column < 0) throw std::invalid_argument("no property " + row["field"]);
    const Instant at{ms_of(row["at"])};
    company.history.push_back({column, row["value"], at, "CRM_UI"});
    company.updated_at = std::max(company.updated_at, at);
  }

  Portal& portal_;
  std::string folder_;
  std::map<std::string, std::int64_t> loaded_;
  std::map<std::string, RecordId> ids_;      // "object key" to id
  std::map<std::string, std::string> reps_;  // to owners
};

}  // namespace

Result<std::map<std::string, std::int64_t>> load_generated(Portal& portal,
                                                           const std::string& folder) {
  return GeneratedHistory(portal, folder).load();
}

}  // namespace upselld::sandbox::hubspot
