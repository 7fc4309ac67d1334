// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "plugins/connector.h"
#include "plugins/crm/attempts.h"
#include "plugins/crm/field_columns.h"
#include "plugins/salesforce/salesforce_describe.h"

namespace upselld::plugins::salesforce {

// One row of a Collections answer.
struct RowResult {
  std::string id;
  std::optional<Fault> fault;
};

// POST or PATCH of at most 200 records of one type. Rows in the order sent. An Error: nothing is
// known about any of them (timed_out), or none was done.
struct CollectionsCall {
  std::string doing = {};
  std::string method = "PATCH";
  std::vector<std::string> records = {};  // JSON objects
  Duration wait_before = {};
};
Result<std::vector<RowResult>> send_collection(Client& client, const CollectionsCall& call);
inline constexpr std::size_t kCollectionMax = 200;

// At first all at once; row locks then in smaller groups, after longer pauses.
std::span<const Attempt> attempts();

// With the remedy.
Receipt rejected(const Fault& fault);

// Locks are left for another try; all else settles the item.
void take(WriteOutcomes& out, std::size_t index, const RowResult& result);

// Our fields on accounts.
class FieldWriter {
 public:
  FieldWriter(Client& client, Describe& describe, const SalesforceSettings& settings,
              std::string prefix);

  Result<std::vector<FieldState>> current(std::span<const std::string> accounts);
  Result<void> update(std::span<const FieldUpdate> batch, ReceiptSink& sink,
                      const Continuation& from);

 private:
  Result<std::vector<FieldColumn>> columns();
  std::vector<std::size_t> sorted(std::span<const FieldUpdate> batch) const;
  Result<void> by_collections(std::span<const FieldUpdate> batch,
                              const std::vector<std::size_t>& order, WriteOutcomes& out);
  Result<void> send_group(std::span<const FieldUpdate> batch, std::span<const std::size_t> group,
                          Duration pause, WriteOutcomes& out);
  Result<void> by_bulk(std::span<const FieldUpdate> batch, const std::vector<std::size_t>& order,
                       ReceiptSink& sink, const Continuation& from, WriteOutcomes& out);
  Result<void> read_bulk_results(const std::string& job, std::span<const FieldUpdate> batch,
                                 WriteOutcomes& out);
  Result<bool> run_bulk_job(const std::string& job, bool is_uploaded, const std::string& csv,
                            ReceiptSink& sink);
  std::string csv_of(std::span<const FieldUpdate> batch, const std::vector<std::size_t>& order,
                     std::span<const FieldColumn> columns) const;

  Client& client_;
  Describe& describe_;
  const SalesforceSettings& settings_;
  const std::string prefix_;
  std::optional<Duration> looked_at_;           // when values were read last, steady time
  std::map<std::string, std::string> parents_;  // of accounts whose fields were read
  std::size_t read_max_ = 2'000;                // accounts in one read
};

}  // namespace upselld::plugins::salesforce
