// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "daemon/app.h"
#include "store/account_ref.h"

namespace upselld::daemon {

// Names of accounts and of reps as they are now, for lists: a connection's reps are read once. What
// has no name is called by its id.
class AccountNames {
 public:
  // `app` outlives the object.
  explicit AccountNames(App& app) : reader_(app.record_reader()) {}

  struct Named {
    std::string name, owner;
  };
  Result<Named> of(const store::AccountRef& account);
  std::string rep(const std::string& connection, const std::string& id);

 private:
  std::unique_ptr<store::RecordReader> reader_;
  std::map<std::string, std::map<std::string, std::string>> reps_;  // by connection and id
};

}  // namespace upselld::daemon
