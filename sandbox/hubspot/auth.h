// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/instant.h"
#include "sandbox/http_message.h"

namespace upselld::sandbox::hubspot {

class Portal;

struct Token {
  std::string app;
  std::set<std::string> scopes;  // empty: all
  bool is_oauth = false;
  Instant expires_at = Instant::missing();  // of OAuth
};

// Who may call: service keys, and one OAuth app with its tokens.
class Auth {
 public:
  explicit Auth(Portal& portal) : portal_(portal) {}

  static constexpr const char* kServiceKey = "pat-eu1-5a9db0c5-0000-4000-8000-5a9db0c50001";
  static constexpr const char* kClientId = "sandbox-client";
  static constexpr const char* kClientSecret = "sandbox-secret";

  std::map<std::string, Token> tokens;         // by access token
  std::map<std::string, bool> refresh_tokens;  // false: revoked
  std::set<std::string> codes;                 // of consents that were given, once each
  std::set<std::string> oauth_scopes;          // empty: all
  Duration token_life = minutes(30);

  // The token of a request. Throws ApiError 401, or 530 for what is no token at all.
  const Token& caller(const HttpRequest& request) const;
  HttpAnswer token(const HttpRequest& request);
  HttpAnswer introspect(const HttpRequest& request);
  HttpAnswer revoke(const HttpRequest& request);
  // The old way of looking a token up; `what` is access-tokens or refresh-tokens.
  HttpAnswer token_facts(const std::string& what, const std::string& token) const;
  // What a private app may do, by its token in the body. Throws ApiError 404.
  HttpAnswer private_app_facts(const HttpRequest& request) const;
  void expire_all();

 private:
  HttpAnswer granted(const std::string& refresh_token);
  std::string secret(const char* kind);

  Portal& portal_;
  int secrets_ = 0;
};

// Throws ApiError 403 unless the token has one of them.
void need_scope(const Token& token, const std::vector<std::string>& one_of);

}  // namespace upselld::sandbox::hubspot
