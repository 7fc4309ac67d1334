// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/delivery.h"
#include "plugins/files/files_mapping.h"

namespace upselld::plugins::files {

// scores.csv and tasks.csv: what other connectors write into a CRM. A whole batch is one rename,
// and everything in it is found again by account or key. That is why no call needs a checkpoint:
// doing a batch twice leaves what doing it once does. See Connector for the verbs.
class Output {
 public:
  explicit Output(OutputPaths paths) : paths_(std::move(paths)) {}

  Result<std::vector<FieldState>> current_fields(std::span<const std::string> accounts) const;
  Result<void> update_fields(std::span<const FieldUpdate> batch, ReceiptSink& sink) const;
  Result<void> create_tasks(std::span<const TaskDraft> batch, ReceiptSink& sink) const;
  Result<void> withdraw_tasks(std::span<const TaskWithdrawal> batch, ReceiptSink& sink) const;
  Result<std::vector<FoundTask>> find_tasks(std::span<const std::string> keys) const;
  Result<std::vector<TaskState>> task_states(std::span<const std::string> keys) const;

  const OutputPaths& paths() const { return paths_; }

 private:
  std::filesystem::path made_path() const;

  OutputPaths paths_;
};

}  // namespace upselld::plugins::files
