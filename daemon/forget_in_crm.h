// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "daemon/app.h"
#include "store/account_group.h"

namespace upselld::daemon {

// What may stand in the CRM about an account and those merged into it, as far as the store knows.
struct CrmTraces {
  bool fields = false;
  std::vector<std::string> tasks;  // keys of those that are open, or may be
  bool any() const { return fields || !tasks.empty(); }
};
Result<CrmTraces> crm_traces(Ledger& ledger, const store::AccountGroup& group);

// What was done there; "" for nothing: "fields emptied, 1 task withdrawn".
struct CrmCleared {
  int accounts_emptied = 0;
  int tasks_withdrawn = 0;
  int tasks_left = 0;  // closed already, or touched by people
};
std::string to_text(const CrmCleared& cleared);

// Empties our fields and withdraws our tasks, wherever the CRM shows them, and sees that it is
// done: where an answer is missing or a refusal, an error. It may have been done in part then, and
// can be run again. An account without traces is looked at as well, where the connection may write.
// invalid_config, with the remedy: there are traces and the connection may not write them, or is
// paused, or is not in the settings.
Result<CrmCleared> clear_in_crm(App& app, const store::AccountGroup& group,
                                const CrmTraces& traces);

}  // namespace upselld::daemon
