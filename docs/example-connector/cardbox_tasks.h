// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "cardbox_client.h"
#include "plugins/connector.h"

namespace upselld::cardbox {

// Our tasks in Cardbox, by key: it takes a key once and for ever, so a task that is asked for twice
// is made once, and a deleted one is not made again. Verbs as in plugins/connector.h.
class Tasks {
 public:
  // `client` outlives the tasks.
  explicit Tasks(Client& client) : client_(client) {}

  Result<void> create(std::span<const TaskDraft> batch, ReceiptSink& sink);
  Result<void> withdraw(std::span<const TaskWithdrawal> batch, ReceiptSink& sink);
  Result<std::vector<FoundTask>> find(std::span<const std::string> keys);
  Result<std::vector<TaskState>> states(std::span<const std::string> keys);

 private:
  // Sends the rows and answers each by what came back under its key; `taken` is the code by which
  // Cardbox says that the item was done, or decided, before.
  Result<void> settle(const std::string& path, const Json& rows, std::size_t first,
                      const std::string& taken, ReceiptSink& sink);

  Client& client_;
};

}  // namespace upselld::cardbox
