// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "sandbox/salesforce/schema.h"
#include "sandbox/salesforce/soql.h"
#include "sandbox/salesforce/table.h"
#include "sandbox/salesforce/value.h"
#include "sandbox/switches.h"
#include "sandbox/virtual_clock.h"

namespace upselld::sandbox::salesforce {

struct ValidationRule {
  std::string object, name, message, field;
  Condition broken_when;
};
struct DuplicateRule {
  std::string object;
  bool blocks = false;  // false: alerts, and allowSave passes it
  Condition matches;
};

// A row that is refused whatever is in it, so many times.
struct RowFault {
  std::string object, row;  // an id or the text of a key; empty: any
  ApiError error;
  int skip = 0;  // so many writes pass first
  int times = 1;
};

// What one user may do beyond what permission sets give. The defaults are a full licence.
struct Rights {
  bool api_enabled = true;
  bool customize_application = false;
  bool objects_by_permission_set = false;   // no object is seen but what ObjectPermissions give
  std::set<std::string> hidden, read_only;  // "Account.Industry", lower case
  std::set<std::string> no_object;          // lower case
};

// The points in which orgs differ.
std::span<const Switch> all_switches();

// One Salesforce org: schema, rows, people, rules. Nothing of HTTP. Used under the sandbox's lock.
class Org {
 public:
  Org(VirtualClock& clock, std::uint64_t seed, std::uint64_t number);

  VirtualClock& clock;
  const std::uint64_t seed;
  Schema schema = Schema::standard();
  Switches switches{all_switches()};
  std::string id, admin_id, integration_id;
  std::map<std::string, Rights> rights;  // by user id
  std::vector<ValidationRule> validation_rules;
  std::vector<DuplicateRule> duplicate_rules;
  std::vector<RowFault> row_faults;
  std::map<std::string, Instant> locked_until;       // row locks of others, by row id
  std::set<std::string> approval_locked, invisible;  // row ids
  std::set<std::string> task_queues;                 // queues that may own tasks
  std::set<std::string> list_views;                  // "Account.High_Ones"
  double lock_chance = 0;                            // of any write to a row, by seed
  bool in_maintenance = false;
  bool storage_full = false;
  std::size_t query_rows_max = 0;  // more than these time out; 0: none do
  // Transactions of others that were begun and not yet committed: when, by name.
  std::map<std::string, Instant> open_since;
  std::map<std::string, Instant> fields_appear_at;  // "account.x__c": describe lags

  Instant now() const { return to_second(clock.now()); }
  Table& table(const std::string& object) { return tables_[object]; }
  const Table& table(const std::string& object) const;
  std::string next_id(const ObjectType& type);
  // Null: none.
  Row* find_row(const std::string& id18);
  const Row* find_row(const std::string& id18) const {
    return const_cast<Org*>(this)->find_row(id18);
  }
  // A number in [0, 1) that depends on the seed and how many were drawn before.
  double draw();
  std::uint64_t draws() const { return draws_; }

  // Puts a row in with these cells, stamps as given or now, by the admin. For what the org is made
  // of; nothing is checked.
  Row& put(const std::string& object, const std::vector<std::pair<std::string, Value>>& cells);

  bool sees_object(const std::string& user, const ObjectType& type) const;
  bool may(const std::string& user, const ObjectType& type, const char* permission) const;
  bool sees_field(const std::string& user, const ObjectType& type, const Field& field) const;
  bool edits_field(const std::string& user, const ObjectType& type, const Field& field) const;
  bool customizes(const std::string& user) const;
  bool views_setup(const std::string& user) const;
  // Permission sets changed: what was worked out is out of date.
  void permissions_changed() { granted_.clear(); }

  // Closed activities older than a year leave plain queries.
  bool is_archived(const ObjectType& type, const Row& row) const;
  // Deleted more than 15 days ago: gone from queryAll too.
  bool is_purged(const Row& row) const;

 private:
  struct Granted {
    std::set<std::string> read, edit;     // "account.x__c"
    std::set<std::string> object_rights;  // "account:read"
    bool customize = false, view_setup = false;
  };
  const Granted& granted(const std::string& user) const;
  void furnish();

  std::map<std::string, Table> tables_;
  std::map<std::string, std::uint64_t> numbers_;  // of ids, by prefix
  mutable std::map<std::string, Granted> granted_;
  std::uint64_t draws_ = 0;
};

}  // namespace upselld::sandbox::salesforce
