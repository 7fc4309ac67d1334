// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plugins/crm/receipts.h"
#include "plugins/hubspot/hubspot_batch_write.h"
#include "plugins/hubspot/hubspot_catalogue.h"
#include "plugins/hubspot/hubspot_reading.h"

namespace upselld::plugins::hubspot {

// Our tasks. They are created with a unique key and never upserted: an upsert would overwrite what
// a rep has done to the task. Where the account has no unique property, a key is looked for among
// the tasks of its company, and what is not known is not made again.
class TaskWriter {
 public:
  TaskWriter(Client& client, Catalogue& catalogue, Reader& reader, const HubspotSettings& settings,
             std::string prefix);

  Result<void> create(std::span<const TaskDraft> batch, ReceiptSink& sink);
  Result<void> withdraw(std::span<const TaskWithdrawal> batch, ReceiptSink& sink);
  Result<std::vector<FoundTask>> find(std::span<const std::string> keys);
  Result<std::vector<TaskState>> states(std::span<const std::string> keys);

 private:
  struct Standing {
    Row row;
    std::string outcome, note;
    bool is_deleted = false, is_done = false, is_touched = false;
    bool is_withdrawn = false;
  };
  using StandingByKey = std::map<std::string, Standing>;
  // How a key is kept with a task.
  enum class Way { unique, property, body };

  Result<Way> way();
  // What stands under these keys, deleted ones too.
  Result<StandingByKey> look_up(std::span<const std::string> keys);
  Result<StandingByKey> look_up_unique(std::span<const std::string> keys);
  // Adds those of the keys that lie in the bin.
  Result<void> look_into_bin(std::span<const std::string> keys, StandingByKey& all);
  Result<StandingByKey> look_up_by_company(std::span<const std::string> keys, Way way);
  Standing standing_of(Row row, bool is_deleted) const;
  Wanted wanted_tasks() const;
  Result<void> learn_owners(std::span<const TaskDraft> batch);
  std::string owner_id(const std::string& owner) const;  // empty: nobody, or not active
  BatchItem item_of(const TaskDraft& task, const std::string& owner, Way way) const;
  Result<void> send_group(std::span<const TaskDraft> batch, std::span<const std::size_t> group,
                          Duration pause, Way way, PendingTasks& pending);
  Result<Receipt> doubled_unseen(const std::string& key, const Fault& fault);
  Result<void> settle_by_look(std::span<const TaskDraft> batch, std::span<const std::size_t> group,
                              PendingTasks& pending);
  Result<void> send_withdrawals(const std::vector<BatchItem>& items,
                                const std::vector<std::size_t>& sent, ReceiptSink& sink);

  Client& client_;
  Catalogue& catalogue_;
  Reader& reader_;
  const HubspotSettings& settings_;
  const std::string key_, outcome_, note_, score_;
  std::map<std::string, Row> bin_;  // deleted tasks of ours, by key, as of then
  std::optional<Duration> bin_read_at_;
  std::map<std::string, std::string> owners_;  // active ones, by id and by e-mail
};

}  // namespace upselld::plugins::hubspot
