// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "plugins/connector.h"
#include "plugins/crm/record_text.h"
#include "plugins/hubspot/hubspot_reading.h"
#include "plugins/hubspot/hubspot_streams.h"

namespace upselld::plugins::hubspot {

// What mappers know besides the records. All outlive them.
struct MappingContext {
  const StreamPlan& plan;
  const HubspotSettings& settings;
  const ConnectorContext& connector;
  std::string home_currency;
  const Stages* stages = nullptr;  // of deals or tickets; nullptr: not read
};

// What a record takes of a page, at most.
struct RowRoom {
  std::size_t records = 1, text_bytes = 0;
};

// Turns records of one stream into pages. Pure: the same records give the same page.
class Mapper {
 public:
  virtual ~Mapper() = default;
  // A page with the columns of this stream, and no record.
  virtual Page empty_page() const = 0;
  // Adds what the record is: records, deletions, merges, problems, or nothing.
  virtual void add(const Row& row, Page& page) const = 0;
  virtual RowRoom room_for(const Row& row) const;
  // The record is no longer there.
  virtual void gone(const std::string& id, Instant at, Page& page) const;
};

std::unique_ptr<Mapper> make_mapper(MappingContext context);

// Of a record that becomes so many of ours, each with ids and with any of its values, twice at
// most.
RowRoom usual_room(const Row& row, std::size_t records);

// The parts, by kind of record.
std::unique_ptr<Mapper> make_company_mapper(MappingContext context);
std::unique_ptr<Mapper> make_people_mapper(MappingContext context);
std::unique_ptr<Mapper> make_order_mapper(MappingContext context);
std::unique_ptr<Mapper> make_activity_mapper(MappingContext context);

// An owner as the owners' endpoint gives it.
Row read_owner(const nlohmann::json& owner);

// An amount in the account's own currency where the account tells it, else as it stands.
struct Money {
  double amount = 0;
  std::string currency;
};
Money money_of(const Row& row, const char* amount, const char* currency, const char* at_home,
               const std::string& home_currency);
// A date, an instant, or milliseconds: a day's end in the zone where there is no time.
Instant moment_of(std::string_view text, const TimeZone& zone);

enum class DealEnd { open, won, lost };
// By the deal's own flags, else by its stage: stages have other names in every account.
DealEnd end_of(const Row& deal, const Stages* stages);

}  // namespace upselld::plugins::hubspot
