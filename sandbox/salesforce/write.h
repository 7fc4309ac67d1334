// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sandbox/salesforce/field_values.h"

namespace upselld::sandbox::salesforce {

struct RowResult {
  std::optional<ApiError> error;
  std::string id;
  bool created = false;
};

// One transaction: writes rows with all the rules of the platform, stamps them, and can take
// everything back. A row's refusal is its RowResult; others go on.
class Writer {
 public:
  struct By {
    std::string user;
    bool is_person = false;         // the control interface edits for a person: no field security
    bool allow_duplicates = false;  // Sforce-Duplicate-Rule-Header: allowSave=true
  };
  Writer(Org& org, By by) : org_(org), by_(std::move(by)), stamp_(org.now()) {}
  // Stamps are those of the transaction's start, which may be long before its commit.
  Writer(Org& org, By by, Instant stamp) : org_(org), by_(std::move(by)), stamp_(stamp) {}

  RowResult insert(const ObjectType& type, const std::vector<Assignment>& assignments);
  RowResult update(const ObjectType& type, const std::string& id,
                   const std::vector<Assignment>& assignments);
  RowResult remove(const ObjectType& type, const std::string& id);
  // Throws ApiError with status 300 when the key matches several rows.
  RowResult upsert(const ObjectType& type, int key_column, const std::string& key,
                   const std::vector<Assignment>& assignments, bool update_only = false);
  void roll_back();

 private:
  struct Change {
    std::string id;
    int column;
    Value before;
  };
  Row& existing(const ObjectType& type, const std::string& id, const char* permission);
  void check_rights(const ObjectType& type, const std::vector<Assignment>& assignments,
                    bool is_new);
  void assign(const ObjectType& type, Row& row, const std::vector<Assignment>& assignments);
  void check_row(const ObjectType& type, const Row& row, const std::vector<Assignment>& assignments,
                 bool is_new);
  void check_unique(const ObjectType& type, const Row& row,
                    const std::vector<Assignment>& assignments);
  void check_faults(const ObjectType& type, const Row& row);
  void check_locks(const ObjectType& type, const Row& row, bool is_insert);
  void keep_history(const ObjectType& type, const Row& before, const Row& after);
  void store(const ObjectType& type, Row& row, const Row& wanted);
  void set(const ObjectType& type, Row& row, int column, Value value);
  void touch_account(const ObjectType& type, const Row& row);
  void insert_row(const ObjectType& type, const std::vector<Assignment>& assignments,
                  RowResult& result);

  Org& org_;
  By by_;
  Instant stamp_;
  std::vector<Change> changes_;
  std::vector<std::pair<std::string, std::string>> inserted_;  // object, id
};

// Fields that follow from others: IsClosed of a stage, AccountId of a task.
void derive_fields(const Org& org, const ObjectType& type, Row& row, Instant now, bool is_new);
// Rules of single objects; throws ApiError.
void check_object_rules(const Org& org, const ObjectType& type, const Row& row, bool is_new);

}  // namespace upselld::sandbox::salesforce
