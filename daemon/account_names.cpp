// SPDX-License-Identifier: Apache-2.0
#include "daemon/account_names.h"

namespace upselld::daemon {

Result<AccountNames::Named> AccountNames::of(const store::AccountRef& account) {
  const auto label = reader_->label(account.number);
  if (!label && label.error().kind == ErrorKind::not_found) return Named{account.id, ""};
  if (!label) return label.error();
  return Named{label->name.empty() ? account.id : label->name,
               rep(account.connection, label->owner)};
}

std::string AccountNames::rep(const std::string& connection, const std::string& id) {
  auto known = reps_.find(connection);
  if (known == reps_.end()) {
    known = reps_.try_emplace(connection).first;
    if (const auto all = reader_->reps(connection)) {
      for (const RepFacts& one : *all) known->second[one.id] = one.name;
    }
  }
  const auto at = known->second.find(id);
  return at == known->second.end() || at->second.empty() ? id : at->second;
}

}  // namespace upselld::daemon
