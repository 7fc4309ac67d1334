// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plugins/crm/our_tasks.h"
#include "plugins/salesforce/salesforce_write.h"

namespace upselld::plugins::salesforce {

// Our tasks.
class TaskWriter final : public OurTasks {
 public:
  TaskWriter(Client& client, Describe& describe, const SalesforceSettings& settings,
             std::string prefix, TimeZone zone);

 private:
  Result<StandingTasks> look_up(std::span<const std::string> keys, Look look) override;
  Result<void> check_key() override;
  Result<void> learn_owners(std::span<const TaskDraft> batch) override;
  std::span<const Attempt> attempts() const override;
  Result<TaskRecord> record_of(const TaskDraft& task, bool is_for_fallback) override;
  Result<std::vector<TaskAnswer>> send_new(std::span<const TaskDraft> tasks,
                                           const std::vector<std::string>& records,
                                           Duration pause) override;
  Result<Receipt> doubled_unseen(const TaskDraft& task, const TaskAnswer& answer) override;
  Result<void> begin_closing(StandingTasks& standing) override;
  std::size_t closings_max() const override { return kCollectionMax; }
  Result<std::vector<TaskAnswer>> send_closings(std::span<const TaskClosing> tasks) override;

  // An id; empty: nobody, or not active.
  std::string owner_id(const std::string& owner) const;
  Result<std::string> default_status(bool is_closed);
  Result<std::string> default_priority();
  Result<std::vector<TaskAnswer>> send(const CollectionsCall& call);

  Client& client_;
  Describe& describe_;
  const SalesforceSettings& settings_;
  const TimeZone zone_;
  const std::string key_, outcome_, note_, score_;
  std::map<std::string, std::string> owners_;  // as drafts name them, and the id; empty: none
  std::optional<std::string> open_status_, closed_status_, priority_;
};

}  // namespace upselld::plugins::salesforce
