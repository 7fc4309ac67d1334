// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/salesforce/filter.h"

namespace upselld::sandbox::salesforce {

struct QueryScope {
  std::string user;
  std::string version = "62.0";  // in urls of records
  bool all = false;              // deleted and archived rows too
  bool tooling = false;
};

// A statement looked up for one user: which rows, and what of them is shown.
class Query {
 public:
  // Throws ApiError: INVALID_TYPE, INVALID_FIELD, MALFORMED_QUERY and what Filter throws.
  Query(const Org& org, Soql soql, QueryScope scope);

  const ObjectType& type() const { return *type_; }
  const Soql& soql() const { return soql_; }
  const QueryScope& scope() const { return scope_; }
  // Ids of the rows that match, in the order asked for; without one in an order of the seed.
  std::vector<std::string> ids(const Org& org) const;
  std::string record_json(const Org& org, const std::string& id) const;
  // Of statements with aggregates: one object per group.
  std::vector<std::string> groups_json(const Org& org) const;
  // Headings and cells of Bulk results.
  std::vector<std::string> headings() const;
  std::vector<std::string> cells(const Org& org, const std::string& id, bool datetime_with_z) const;

 private:
  // Fields of one object, and of the objects that its references lead to.
  struct Shown {
    std::string name;        // of the relationship; empty: the object itself
    std::vector<int> steps;  // the one reference that leads here
    std::vector<Path> fields;
    std::vector<Shown> parents;
  };
  void show(const Path& path);
  void check_order(const Org& org);
  void append_object(const Org& org, const Row& row, const Shown& shown, std::string& out) const;
  bool is_seen(const Org& org, const Row& row) const;
  std::string group_json(const Org& org, const std::vector<const Row*>& rows) const;
  Value aggregate(const Org& org, const Selected& selected, const Path& path,
                  const std::vector<const Row*>& rows) const;

  Soql soql_;
  QueryScope scope_;
  const ObjectType* type_;
  std::optional<Filter> filter_;
  std::vector<Path> selected_, order_, groups_;
  Shown shown_;
};

}  // namespace upselld::sandbox::salesforce
