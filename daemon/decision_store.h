// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/decide.h"
#include "daemon/ledger.h"
#include "daemon/run_report.h"
#include "daemon/settings.h"

namespace upselld::daemon {

// Who decides, and how far it may go.
struct DecisionScope {
  std::string run;
  std::string connection;
  Instant at;  // wall time of the run, for the audit
  WriteLevel write = WriteLevel::nothing;
  std::string playbook_hash;  // of its text in Configs
  std::string playbook_file;  // as places name it
  // Accounts to leave out: their rows moved since the plan that is applied.
  std::set<std::uint32_t> left_out;
  // Texts that are in use from now on, by kind: committed with the decisions.
  std::vector<std::pair<std::string, std::string>> marks;
  // The round is within the limits: a run that was held before it waits for nobody any more.
  bool lifts_hold = false;
  std::string plan = {};  // the id of the plan that is applied; empty: none
  // How long these decisions stand, if nothing comes; nothing: they are not looked at again.
  std::optional<store::Round> round = {};
};

// Stores a round of decisions in one durable transaction: decisions and memories, what is to be
// delivered, and the audit entries `decided`, `meant`, `superseded` and one for all unchanged
// accounts together. Either all of it is there afterwards, or nothing.
Result<void> store_decisions(Ledger& ledger, const AccountCases& cases, const Decided& decided,
                             const DecisionScope& scope, ConnectionReport& report);

// The audit payload's parts, shared with replay. Text of JSON; equal inputs give equal bytes.
std::string frame_text(const AccountCases& cases, const Decided& decided,
                       const DecisionScope& scope);
std::string names_text(const AccountCases& cases);
std::string result_text(const CaseDecision& decision, const std::optional<Score>& score);

}  // namespace upselld::daemon
