// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/host.h"
#include "plugins/crm/session_keeper.h"
#include "plugins/salesforce/salesforce_settings.h"

namespace upselld::plugins::salesforce {

// A session: read anew for every request, because it may be another one by then.
struct Session {
  Secret token;
  std::string instance;  // "https://acme.my.salesforce.com", as the login said
  std::string org;       // ids of 18 characters, or empty where the login does not say
  std::string user;
};

// Gets sessions, and never ends one: others may share it. Used by one thread.
class Login {
 public:
  Login(const Credentials& credentials, Host& host) : credentials_(credentials), host_(host) {}

  // The session at hand, or a new one. A refused login is told again without asking for 15
  // minutes, so that nobody is locked out.
  Result<Session> session();
  // The session turned out to be over.
  void is_over() { keeper_.is_over(); }
  // A new session was refused like the old one. Twice within a minute: session() is unauthorized
  // from then on.
  void is_useless() { keeper_.is_useless(host_.clock()); }
  // How far the server's clock is ahead of ours, by its last answer.
  Duration clock_ahead() const { return clock_ahead_; }
  void saw(const HttpResponse& response);

 private:
  Result<Session> log_in();
  Result<HttpRequest> request() const;
  Result<Session> read(const HttpResponse& response);
  Result<void> keep_rotated(const std::string& token);

  Credentials credentials_;
  Host& host_;
  SessionKeeper<Session> keeper_;
  Duration clock_ahead_{};
};

// 15 characters become 18; anything that is no id becomes empty.
std::string full_id(std::string_view id);

}  // namespace upselld::plugins::salesforce
