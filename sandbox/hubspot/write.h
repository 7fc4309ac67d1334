// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sandbox/hubspot/api_error.h"
#include "sandbox/hubspot/portal.h"

namespace upselld::sandbox::hubspot {

using Json = nlohmann::ordered_json;

// How a write comes in.
struct WriteBy {
  bool enforces_rules = false;  // the admin's, which older versions of the API ignore
  std::string source = "INTEGRATION";
  bool counts = true;  // towards the lock of a record that is written too often
};

// Checks and does what one input of a write asks for. Throws ApiError; a write that throws has done
// nothing.
class Writer {
 public:
  Writer(Portal& portal, ObjectType& type, WriteBy by)
      : portal_(portal), type_(type), by_(std::move(by)) {}

  Record& create(const Json& properties, const Json& associations);
  void update(Record& record, const Json& properties);
  // Silently nothing for what is not there.
  void archive(const std::string& id);

  // Does all that create would but create, and gives what would be kept: for batches that are all
  // or nothing.
  Values check_create(const Json& properties, const Json& associations);
  Values check_update(const Record& record, const Json& properties);
  void check_targets(const Json& associations) const { targets_of(associations); }

 private:
  struct Target {
    const AssociationType* type = nullptr;
    RecordId id = 0;
  };
  Values values_of(const Json& properties, const Record* record) const;
  void check_unique(const Values& values, const Record* record) const;
  void check_rules(const Values& values, const Record* record) const;
  void check_needed(const Values& values) const;
  std::vector<Target> targets_of(const Json& associations) const;
  void count_write(const Record& record) const;

  Portal& portal_;
  ObjectType& type_;
  WriteBy by_;
};

// A default association or a labelled one, with what follows from it.
void link_records(Portal& portal, const AssociationType& type, RecordId from, RecordId to);

}  // namespace upselld::sandbox::hubspot
