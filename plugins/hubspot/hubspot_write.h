// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "plugins/crm/field_columns.h"
#include "plugins/crm/receipts.h"
#include "plugins/hubspot/hubspot_batch_write.h"
#include "plugins/hubspot/hubspot_catalogue.h"
#include "plugins/hubspot/hubspot_reading.h"

namespace upselld::plugins::hubspot {

// Our properties of companies.
class FieldWriter {
 public:
  FieldWriter(Client& client, Catalogue& catalogue, Reader& reader, std::string prefix)
      : client_(client), catalogue_(catalogue), reader_(reader), prefix_(std::move(prefix)) {}

  Result<std::vector<FieldState>> current(std::span<const std::string> accounts);
  Result<void> update(std::span<const FieldUpdate> batch, ReceiptSink& sink);

 private:
  Result<std::vector<FieldColumn>> columns();
  Result<void> send_group(std::span<const FieldUpdate> batch, std::span<const std::size_t> group,
                          Duration pause, WriteOutcomes& out);
  void take(const FieldUpdate& update, std::size_t index, const ItemResult& result,
            std::span<const FieldColumn> columns, WriteOutcomes& out);
  static FieldState state_of(const std::string& account, const Row& row,
                             std::span<const FieldColumn> columns);

  Client& client_;
  Catalogue& catalogue_;
  Reader& reader_;
  const std::string prefix_;
  std::optional<Duration> looked_at_;  // when values were read last, steady time
  std::set<std::string> unsaid_;       // accounts of which an answer said nothing
  std::set<std::string> gone_;         // accounts that the last look at them did not find
};

}  // namespace upselld::plugins::hubspot
