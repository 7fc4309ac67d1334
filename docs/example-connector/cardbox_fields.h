// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cardbox_client.h"
#include "plugins/connector.h"

namespace upselld::cardbox {

// Our fields on Cardbox's accounts. Verbs as in plugins/connector.h.
class Fields {
 public:
  // `client` outlives the fields.
  Fields(Client& client, std::string prefix) : client_(client), prefix_(std::move(prefix)) {}

  // Names of those that are not in Cardbox yet.
  Result<std::vector<std::string>> missing();
  Result<PrepareReport> prepare(const PrepareRequest& request);
  Result<std::vector<FieldState>> current(std::span<const std::string> accounts);
  Result<void> update(std::span<const FieldUpdate> batch, ReceiptSink& sink);

 private:
  Result<std::vector<std::string>> ours(bool that_stand);
  std::string name_of(std::size_t field) const;
  FieldValues values_of(const Json& row) const;
  Receipt receipt_of(const Json& row, const FieldUpdate& update) const;
  Result<void> update_group(std::span<const FieldUpdate> group, std::size_t first,
                            ReceiptSink& sink);

  Client& client_;
  std::string prefix_;
};

}  // namespace upselld::cardbox
