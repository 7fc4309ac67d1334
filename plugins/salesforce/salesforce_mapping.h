// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plugins/connector.h"
#include "plugins/crm/record_text.h"
#include "plugins/salesforce/salesforce_soql.h"
#include "plugins/salesforce/salesforce_streams.h"

namespace upselld::plugins::salesforce {

// One record, by column name.
class Record {
 public:
  explicit Record(const std::vector<std::string>& columns);
  void set(const std::vector<std::string>& row) { row_ = &row; }

  // Empty: null, or not among the columns.
  std::string_view text(std::string_view column) const;
  bool has(std::string_view column) const;       // among the columns
  double number(std::string_view column) const;  // NaN: none
  bool flag(std::string_view column) const { return text(column) == "true"; }
  Instant stamp(std::string_view column) const { return read_stamp(text(column)); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> places_;
  const std::vector<std::string>* row_ = nullptr;
};

// Turns records of one stream into pages. Pure: the same rows give the same page.
class Mapper {
 public:
  virtual ~Mapper() = default;
  // A page with the columns of this stream, and no record.
  virtual Page empty_page() const = 0;
  // Adds what the record is: records, deletions, merges, problems, or nothing.
  virtual void add(const Record& record, Page& page) const = 0;
};

// `plan` and `settings` outlive the mapper.
std::unique_ptr<Mapper> make_mapper(const StreamPlan& plan, const SalesforceSettings& settings,
                                    const ConnectorContext& context);

// A column of products that comes from the standard price book, by a query of its own.
inline constexpr const char* kListPriceColumn = "(list price)";

// The parts, by kind of record.
std::unique_ptr<Mapper> make_people_mapper(const StreamPlan& plan,
                                           const SalesforceSettings& settings,
                                           const ConnectorContext& context);
std::unique_ptr<Mapper> make_order_mapper(const StreamPlan& plan,
                                          const SalesforceSettings& settings,
                                          const ConnectorContext& context);
std::unique_ptr<Mapper> make_activity_mapper(const StreamPlan& plan,
                                             const ConnectorContext& context);
std::unique_ptr<Mapper> make_account_mapper(const StreamPlan& plan,
                                            const SalesforceSettings& settings,
                                            const ConnectorContext& context);

}  // namespace upselld::plugins::salesforce
