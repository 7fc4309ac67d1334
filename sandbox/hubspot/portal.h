// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/time_zone.h"
#include "sandbox/hubspot/associations.h"
#include "sandbox/hubspot/schema.h"
#include "sandbox/hubspot/table.h"
#include "sandbox/switches.h"
#include "sandbox/virtual_clock.h"

namespace upselld::sandbox::hubspot {

struct Owner {
  std::string id, user_id, email, first_name, last_name, type = "PERSON", team;
  bool archived = false;
  Instant created_at;
};

struct Stage {
  std::string id, label;
  std::map<std::string, std::string> metadata;
  bool archived = false;
};
struct Pipeline {
  std::string id, label;
  std::vector<Stage> stages;
};

// "When `property` has `value`, `required` must be filled." Without `property`: on create.
struct Rule {
  std::string property, value, required;
};

// The points in which accounts differ, or that the protocol's description leaves open.
std::span<const Switch> all_switches();

// One HubSpot account: schema, records, people, rules. Nothing of HTTP. Used under the sandbox's
// lock.
class Portal {
 public:
  Portal(VirtualClock& clock, std::uint64_t seed);

  VirtualClock& clock;
  const std::uint64_t seed;
  Schema schema = Schema::standard();
  Associations associations{schema};
  Switches switches{all_switches()};

  std::int64_t id = 1'470'011;
  TimeZone zone = TimeZone::utc();
  std::string company_currency = "EUR";
  std::map<std::string, double> rates = {{"USD", 0.92}};  // into the company's currency
  std::deque<Owner> owners;
  std::map<std::string, std::vector<Pipeline>> pipelines;  // by object name
  std::map<std::string, std::vector<Rule>> rules;          // by object name
  Duration index_delay = seconds(5);
  Duration property_delay{0};               // before a new property takes values
  int writes_per_record_max = 20;           // within two seconds; more: 423
  std::size_t association_page_size = 100;  // of one record in a batch read

  Instant now() const { return clock.now(); }
  Table& table(const ObjectType& type);
  const Table& table(const ObjectType& type) const;
  // Null: none, merged away, purged. Archived ones are found.
  Record* find(const ObjectType& type, RecordId sought);
  // As find, and through merges to the survivor.
  Record* resolve(const ObjectType& type, RecordId sought);
  // What a record is associated with, without what is archived or gone.
  std::vector<Link> live_links(const ObjectType& from, RecordId sought, const ObjectType& to);
  const Owner* owner(const std::string& sought) const;
  // Null: none. Archived stages are found.
  const Stage* stage(const ObjectType& type, const std::string& stage) const;

  // An object that the customer made, readable with any of its scopes; its properties as
  // parse_properties takes them.
  ObjectType& add_custom_object(const std::string& name, std::string_view properties);

  // A number that depends on the seed and how many were drawn before.
  std::uint64_t draw();
  // A number of [0, 1) that depends on the seed and `text` only.
  double chance(const std::string& text) const;

  // Checks nothing. Made and last changed at `at`.
  Record& insert(const ObjectType& type, Values values, Instant at);
  // Values as they are kept; writes history, and stamps the record.
  void change(const ObjectType& type, Record& record, const Values& values, Instant at,
              const std::string& source);
  void archive(const ObjectType& type, Record& record, Instant at);
  void restore(const ObjectType& type, Record& record, Instant at);
  // For ever, as by a privacy request or after 90 days.
  void purge(const ObjectType& type, Record& record);
  // The survivor: a new record, or the primary (switch). Throws std::invalid_argument.
  Record& merge(const ObjectType& type, RecordId primary, RecordId other, Instant at);
  // Archived for more than 90 days, or gone.
  bool is_purged(const Record& record) const;

 private:
  // The index keeps what it knows until its delay is over.
  void lag(const ObjectType& type, const Record& record, bool existed);

  std::map<const ObjectType*, Table> tables_;
  std::uint64_t draws_ = 0;
};

}  // namespace upselld::sandbox::hubspot
