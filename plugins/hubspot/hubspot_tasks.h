// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plugins/crm/our_tasks.h"
#include "plugins/hubspot/hubspot_batch_write.h"
#include "plugins/hubspot/hubspot_catalogue.h"
#include "plugins/hubspot/hubspot_reading.h"

namespace upselld::plugins::hubspot {

// Our tasks. Where the account has no unique property, a key is looked for among the tasks of its
// company, and what is not known is not made again.
class TaskWriter final : public OurTasks {
 public:
  TaskWriter(Client& client, Catalogue& catalogue, Reader& reader, const HubspotSettings& settings,
             std::string prefix);

 private:
  // How a key is kept with a task.
  enum class Way { unique, property, body };

  Result<StandingTasks> look_up(std::span<const std::string> keys, Look look) override;
  std::string compared(const std::string& key) const override;
  Result<bool> finds_all() override;
  Result<void> check_key() override;
  Result<void> learn_owners(std::span<const TaskDraft> batch) override;
  std::span<const Attempt> attempts() const override;
  Result<TaskRecord> record_of(const TaskDraft& task, bool is_for_fallback) override;
  Result<std::vector<TaskAnswer>> send_new(std::span<const TaskDraft> tasks,
                                           const std::vector<std::string>& records,
                                           Duration pause) override;
  Result<Receipt> doubled_unseen(const TaskDraft& task, const TaskAnswer& answer) override;
  bool looks_lag() const override { return true; }
  Result<StandingTasks> look_up_ids(std::span<const std::string> ids) override;
  std::size_t closings_max() const override { return kBatchMax; }
  Result<std::vector<TaskAnswer>> send_closings(std::span<const TaskClosing> tasks) override;

  Result<Way> way();
  Result<StandingTasks> look_up_unique(std::span<const std::string> keys, Look look);
  // Adds those of the keys that lie in the bin.
  Result<void> look_into_bin(std::span<const std::string> keys, StandingTasks& all);
  Result<StandingTasks> look_up_by_company(std::span<const std::string> keys, Way way, Look look);
  StandingTask standing_of(const Row& row, bool is_deleted) const;
  Wanted wanted_tasks(Look look) const;
  std::string owner_id(const std::string& owner) const;  // empty: nobody, or not active
  TaskAnswer answer_of(const ItemResult& result);
  std::optional<TaskAnswer> doubled_in_words(const Fault& fault);

  Client& client_;
  Catalogue& catalogue_;
  Reader& reader_;
  const HubspotSettings& settings_;
  const std::string key_, outcome_, note_, score_;
  StandingTasks bin_;  // deleted tasks of ours, as of then
  std::optional<Duration> bin_read_at_;
  std::map<std::string, std::string> owners_;  // active ones, by id and by e-mail
};

}  // namespace upselld::plugins::hubspot
