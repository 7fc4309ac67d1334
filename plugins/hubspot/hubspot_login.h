// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/host.h"
#include "plugins/crm/session_keeper.h"
#include "plugins/hubspot/hubspot_paths.h"
#include "plugins/hubspot/hubspot_settings.h"

namespace upselld::plugins::hubspot {

// What a request is sent with: read anew for every request, because it may be another one by then.
struct Session {
  Secret token;
  Duration ends_at{};                    // of the steady clock; 0: it does not end
  std::vector<std::string> scopes = {};  // as told with it; empty: not told
};

// Gets tokens. Used by one thread.
class Login {
 public:
  Login(const Credentials& credentials, const Paths& paths, Host& host)
      : credentials_(credentials), paths_(paths), host_(host) {}

  // The token at hand, or a new one where it has less than five minutes left.
  Result<Session> session();
  bool is_oauth() const { return credentials_.is_oauth; }
  void is_over() { keeper_.is_over(); }
  void is_useless() { keeper_.is_useless(host_.clock()); }
  // How far the server's clock is ahead of ours, by its last answer.
  Duration clock_ahead() const { return clock_ahead_; }
  void saw(const HttpResponse& response);

 private:
  Result<Session> log_in();
  Result<Session> read(const HttpResponse& response);

  Credentials credentials_;
  const Paths paths_;
  Host& host_;
  SessionKeeper<Session> keeper_;
  Duration clock_ahead_{};
};

}  // namespace upselld::plugins::hubspot
