// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plugins/connector.h"
#include "plugins/salesforce/salesforce_write.h"

namespace upselld::plugins::salesforce {

// Our tasks. They are created with a unique key and never upserted: an upsert would overwrite what
// a rep has done to the task.
class TaskWriter {
 public:
  TaskWriter(Client& client, Describe& describe, const SalesforceSettings& settings,
             std::string prefix, TimeZone zone);

  Result<void> create(std::span<const TaskDraft> batch, ReceiptSink& sink);
  Result<void> withdraw(std::span<const TaskWithdrawal> batch, ReceiptSink& sink);
  Result<std::vector<FoundTask>> find(std::span<const std::string> keys);
  Result<std::vector<TaskState>> states(std::span<const std::string> keys);

 private:
  struct Standing {
    std::string id, status, description, outcome, note, modified_by;
    bool is_deleted = false, is_closed = false, is_archived = false;
    Instant completed_at = Instant::missing(), modified_at = Instant::missing();
    bool is_withdrawn() const;
  };
  using StandingByKey = std::map<std::string, Standing>;

  // What stands under these keys, deleted and archived ones too.
  Result<StandingByKey> look_up(std::span<const std::string> keys);
  Result<void> check_key_field();
  // An id; empty: nobody, or not active.
  Result<std::string> owner_id(const std::string& owner);
  Result<void> learn_users(std::span<const TaskDraft> batch);
  Result<std::string> default_status(bool is_closed);
  Result<std::string> default_priority();
  Result<std::string> record_of(const TaskDraft& task, const std::string& owner);
  Result<void> send_group(std::span<const TaskDraft> batch, std::span<const std::size_t> group,
                          Duration pause, PendingTasks& pending);
  Result<void> settle_lost(std::span<const TaskDraft> batch, std::span<const std::size_t> group,
                           PendingTasks& pending);

  Client& client_;
  Describe& describe_;
  const SalesforceSettings& settings_;
  const TimeZone zone_;
  const std::string key_, outcome_, note_, score_;
  std::map<std::string, std::string> owners_;  // as drafts name them, and the id; empty: none
  std::optional<std::string> open_status_, closed_status_, priority_;
};

}  // namespace upselld::plugins::salesforce
