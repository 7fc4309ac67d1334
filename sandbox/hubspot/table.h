// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sandbox/hubspot/associations.h"

namespace upselld::sandbox::hubspot {

// By column, ascending; texts as they are kept (value.h). What is empty is unset.
using Values = std::vector<std::pair<int, std::string>>;
// Null: not set.
const std::string* value_in(const Values& values, int column);
void set_in(Values& values, int column, const std::string& value);

// A value that a property once had, and since when.
struct Version {
  int column = 0;
  std::string value;
  Instant at;
  std::string source;
};

struct Record {
  RecordId id = 0;
  Values values;
  Instant created_at, updated_at;
  Instant archived_at = Instant::missing();
  bool is_gone = false;          // merged away, purged or forgotten
  std::vector<Version> history;  // what changed since it was made, oldest first

  bool is_archived() const { return !archived_at.is_missing(); }
};

// What the search index holds of a record while it is behind.
struct Behind {
  Instant until;
  bool existed = true;
  Values values;
  Instant updated_at;
};

// The records of one object, ascending by id. Records stay where they are.
class Table {
 public:
  std::deque<Record>& records() { return records_; }
  const std::deque<Record>& records() const { return records_; }
  // Null: none.
  Record* find(RecordId id);
  // The first at or after `id`.
  std::size_t position(RecordId id) const;
  Record& append(Record record);

  // Unique properties: who has a value. 0: nobody.
  RecordId holder(int column, const std::string& value) const;
  void hold(int column, const std::string& value, RecordId id);
  void release(int column, const std::string& value);

  std::map<RecordId, RecordId> aliases;                          // merged away -> survivor
  std::unordered_map<RecordId, std::deque<Instant>> written_at;  // of the last seconds, by the API
  RecordId next_id = 0;

  // The record as the index knows it is kept aside until `until`.
  void lag(const Record& record, bool existed, Instant until);
  // Null: the index is up to date.
  const Behind* behind(RecordId id, Instant now);

 private:
  std::deque<Record> records_;
  std::map<int, std::unordered_map<std::string, RecordId>> holders_;
  std::unordered_map<RecordId, std::deque<Behind>> behind_;
};

}  // namespace upselld::sandbox::hubspot
