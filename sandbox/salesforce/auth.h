// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sandbox/http_message.h"
#include "sandbox/salesforce/org.h"

namespace upselld::sandbox::salesforce {

// A program that customers' admins let in.
struct ConnectedApp {
  std::string client_id, client_secret;
  std::string certificate_pem;  // of the JWT bearer flow; empty: not enabled
  std::string run_as;           // user of the client credentials flow; empty: not enabled
  bool refresh_enabled = true;
  bool approved = true;  // admin approved users are pre-authorized
};

struct Session {
  std::string user;
  std::string client_id;
  Instant last_used;
};

// Who may call: tokens given out and taken back, as the OAuth endpoints do it. One per org.
class Auth {
 public:
  explicit Auth(Org& org) : org_(org) {}

  std::vector<ConnectedApp> apps;
  std::string login_url = "https://login.salesforce.com";  // what `aud` must be
  std::string instance_url;                                // what tokens are answered with
  Duration idle = hours(2);
  bool locked_out = false;  // "user is locked"
  int logins_per_hour_max = 3'600;

  // POST /services/oauth2/token. `is_login_host`: not the org's own address.
  HttpAnswer token(const HttpRequest& request, bool is_login_host);
  // POST /services/oauth2/revoke.
  HttpAnswer revoke(const HttpRequest& request);
  // GET /services/oauth2/userinfo, of a valid session.
  HttpAnswer user_info(const std::string& user) const;
  // Throws ApiError 401. Using a session prolongs it.
  Session& session(const HttpRequest& request);

  // A refresh token as an interactive login would have given it.
  std::string grant_refresh_token(const std::string& client_id, const std::string& user);
  void expire_all() { sessions_.clear(); }
  int logins() const { return logins_; }
  // So many next calls are refused with this text instead of INVALID_SESSION_ID's.
  void refuse_next(int count, std::string message) {
    refusals_ = count;
    refusal_ = std::move(message);
  }

 private:
  struct Grant {
    std::string client_id, user;
    int family = 0;
    bool is_used = false;
  };
  HttpAnswer jwt(const HttpParameters& form);
  HttpAnswer client_credentials(const HttpRequest& request, const HttpParameters& form,
                                bool is_login_host);
  HttpAnswer refresh(const HttpParameters& form);
  HttpAnswer granted(const ConnectedApp& app, const std::string& user,
                     const std::string& refresh_token);
  const ConnectedApp* app(const std::string& client_id) const;
  std::string user_named(const std::string& username) const;
  bool is_active(const std::string& user) const;
  std::string secret(const char* kind);

  Org& org_;
  std::map<std::string, Session> sessions_;
  std::map<std::string, Grant> grants_;  // by refresh token
  int families_ = 0, logins_ = 0, refusals_ = 0;
  std::vector<Instant> login_times_;
  std::string refusal_;
  std::uint64_t secrets_ = 0;
};

}  // namespace upselld::sandbox::salesforce
