// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "sandbox/salesforce/schema.h"
#include "sandbox/salesforce/value.h"

namespace upselld::sandbox::salesforce {

struct Row {
  std::vector<Value> cells;  // by column; what is missing at the end is null
  Instant deleted_at = Instant::missing();
  const std::string& id() const { return as_text(cells[kId]); }
  bool is_deleted() const { return as_bool(cells[kIsDeleted]); }
};
const Value& cell(const Row& row, int column);

// The rows of one object, and where its ids and keys are. Rows stay where they are.
class Table {
 public:
  const std::deque<Row>& rows() const { return rows_; }
  std::deque<Row>& rows() { return rows_; }
  // `id` has 18 characters. Null: none.
  Row* find(const std::string& id);
  const Row* find(const std::string& id) const { return const_cast<Table*>(this)->find(id); }
  Row& insert(Row row, const ObjectType& type);
  void set(Row& row, int column, Value value, const ObjectType& type);
  // Rows, deleted ones too, with this text in a unique or external id column.
  std::vector<Row*> with_key(const ObjectType& type, int column, const std::string& key);
  // Indexes a column that became a key after rows were there.
  void index(const ObjectType& type, int column);
  void erase(const std::string& id);

 private:
  static std::string normal(const Field& field, const std::string& key);
  std::deque<Row> rows_;
  std::unordered_map<std::string, std::size_t> by_id_;
  std::map<int, std::unordered_multimap<std::string, std::size_t>> keys_;
};

}  // namespace upselld::sandbox::salesforce
