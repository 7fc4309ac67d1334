// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/app.h"

namespace upselld::daemon {

// What a person asks for. A model that its own training refused, for it beat no simple rule or a
// leak was found, goes live only where the person says so in as many words.
struct PublishWish {
  std::string connection;
  std::string version;
  std::string by;
  bool although_refused = false;
};

// A person changes which model of a connection ranks, with its audit entry. Success is the version
// that is live then; empty: the rules rank. Its files are read first: one that is damaged is
// `corrupt` and does not go live. not_found: there is no such model; forbidden: it was refused.
Result<std::string> publish_model(App& app, const PublishWish& wish);
// Back to what was live before.
Result<std::string> roll_back_model(App& app, const std::string& connection, const std::string& by);

// What ranks stays, and the model waits no more. not_found: it does not wait.
Result<void> decline_model(App& app, const std::string& connection, const std::string& version,
                           const std::string& by);

// The version of the newest model, where its training passed it and nobody has declined it or
// said since what is to rank: it waits for a person. Empty: none does.
Result<std::string> waiting_model(Ledger& ledger, const std::string& connection);

// "rules-1" where no model is live.
std::string live_name(const std::string& version);

}  // namespace upselld::daemon
