// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_login.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "plugins/crm/record_text.h"
#include "plugins/crm/refresh_token.h"
#include "plugins/http/headers.h"
#include "plugins/http/jwt.h"
#include "plugins/http/url.h"
#include "plugins/json/json_reading.h"
#include "plugins/salesforce/salesforce_faults.h"

namespace upselld::plugins::salesforce {

namespace {

constexpr Duration kAssertionLives = seconds(180);
constexpr Duration kClockMattersFrom = seconds(30);

struct Cause {
  const char* text;  // part of the description, in lower case
  const char* remedy;
};
// What stands behind the texts of a refused login.
constexpr Cause kCauses[] = {
    {"user hasn't approved this consumer",
     "let the app be used by admin approved users, assign it to the user by a permission set, and "
     "look whether host names the right org"},
    {"not admin approved", "assign the app to the user by a permission set"},
    {"audience is invalid",
     "set audience: https://test.salesforce.com for a sandbox, else https://login.salesforce.com"},
    {"expired authorization code", "set this machine's clock; is it wrong by minutes?"},
    {"invalid assertion", "the app's certificate does not belong to private_key"},
    {"expired access/refresh token", "connect the app again and store the new refresh_token"},
    {"authentication failure", "look at the user's login history"},
    {"user is locked", "unlock the user"},
    {"inactive user", "activate the user"},
    {"request not supported on this domain", "set host to the org's My Domain address"},
    {"client identifier invalid", "correct client_id"},
    {"invalid client", "correct client_id and client_secret"},
    {"grant type not supported", "enable this way to log in on the app"},
    {"login rate exceeded", "too many logins; wait"},
};

const char* remedy_for(const Fault& fault) {
  const std::string text = in_lower_case(fault.message);
  for (const Cause& cause : kCauses) {
    if (text.find(cause.text) != std::string::npos) return cause.remedy;
  }
  if (fault.code == "invalid_client" || fault.code == "invalid_client_id") {
    return "correct client_id and client_secret";
  }
  if (fault.code == "invalid_app_access") return "assign the app to the user by a permission set";
  return "correct the credentials";
}

}  // namespace

std::string full_id(std::string_view id) {
  const bool is_good =
      (id.size() == 15 || id.size() == 18) &&
      std::all_of(id.begin(), id.end(), [](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      });
  if (!is_good) return {};
  std::string full(id.substr(0, 15));
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
  for (std::size_t group = 0; group < 3; ++group) {
    unsigned bits = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      const char c = id[group * 5 + i];
      if (c >= 'A' && c <= 'Z') bits |= 1U << i;
    }
    full += kLetters[bits];
  }
  return full;
}

Result<Session> Login::session() {
  return keeper_.session(host_.clock(), [this]() -> Result<Session> {
    if (credentials_.flow != Flow::given || credentials_.given_session.empty()) return log_in();
    // Good for once: when it turns out to be over there is no other.
    Session given = {std::move(credentials_.given_session), credentials_.instance, "", ""};
    credentials_.given_session = Secret();
    return given;
  });
}

void Login::saw(const HttpResponse& response) {
  if (const auto date = server_date(response)) clock_ahead_ = *date - host_.clock().now();
}

Result<HttpRequest> Login::request() const {
  if (credentials_.unreadable) return in_context("log in", *credentials_.unreadable);
  std::vector<std::pair<std::string, std::string>> fields;
  switch (credentials_.flow) {
    case Flow::jwt: {
      const Instant until = host_.clock().now() + clock_ahead_ + kAssertionLives;
      const nlohmann::ordered_json claims = {{"iss", credentials_.client_id},
                                             {"sub", credentials_.username},
                                             {"aud", credentials_.audience},
                                             {"exp", until.ms / 1000}};
      const auto assertion = signed_jwt(claims.dump(), credentials_.private_key);
      if (!assertion) return assertion.error();
      fields = {{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
                {"assertion", std::string(assertion->reveal())}};
      break;
    }
    case Flow::client_credentials:
      fields = {{"grant_type", "client_credentials"},
                {"client_id", credentials_.client_id},
                {"client_secret", std::string(credentials_.client_secret.reveal())}};
      break;
    case Flow::given:
      return Error{ErrorKind::unauthorized,
                   "the org refused the admin's session: it is over, or of another org",
                   {}};
    case Flow::refresh_token:
      fields = {{"grant_type", "refresh_token"},
                {"client_id", credentials_.client_id},
                {"client_secret", std::string(credentials_.client_secret.reveal())},
                {"refresh_token", std::string(credentials_.refresh_token.reveal())}};
      break;
  }
  HttpRequest made;
  made.method = "POST";
  made.url = credentials_.host + "/services/oauth2/token";
  made.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                  {"Accept", "application/json"}};
  made.body = form_encoded(fields);
  // A rotated refresh token is gone once it was used: the answer must not be lost and asked again.
  made.repeatable = credentials_.flow != Flow::refresh_token;
  return made;
}

Result<Session> Login::log_in() {
  for (int tried = 0;; ++tried) {
    const Duration assumed = clock_ahead_;
    const auto made = request();
    if (!made) return made.error();
    auto answer = host_.transport().send(*made);
    if (!answer) return in_context("log in", answer.error());
    saw(*answer);
    if (answer->status == 200) return read(*answer);
    const Fault fault = fault_of(*answer);
    // Once more by the server's clock: an assertion of another time is refused in several words.
    const bool is_clock =
        std::abs((clock_ahead_ - assumed).ms) > kClockMattersFrom.ms ||
        in_lower_case(fault.message).find("expired authorization code") != std::string::npos;
    if (is_clock && tried == 0 && credentials_.flow == Flow::jwt) continue;
    if (answer->status >= 500 || answer->status == 429) {
      return Error{ErrorKind::unavailable, "log in: HTTP " + std::to_string(answer->status), {}};
    }
    return Error{ErrorKind::unauthorized,
                 "log in: " + fault.code + ": " + fault.message + "; " + remedy_for(fault),
                 {}};
  }
}

Result<Session> Login::read(const HttpResponse& response) {
  const auto answer = parse_json(response.body, "log in");
  if (!answer) return answer.error();
  auto token = required_text(*answer, "access_token", "log in");
  if (!token) return token.error();
  auto instance = required_text(*answer, "instance_url", "log in");
  if (!instance) return instance.error();
  if (const auto url = parse_url(*instance, "log in: instance_url"); !url) return url.error();
  Session session;
  session.token = Secret(std::move(*token));
  session.instance = std::move(*instance);
  while (session.instance.ends_with('/')) session.instance.pop_back();
  const std::string identity = text_in(*answer, "id");
  const std::size_t last = identity.rfind('/');
  if (last != std::string::npos && last > 0) {
    session.user = full_id(identity.substr(last + 1));
    const std::size_t before = identity.rfind('/', last - 1);
    if (before != std::string::npos) {
      session.org = full_id(identity.substr(before + 1, last - before - 1));
    }
  }
  const std::string rotated = text_in(*answer, "refresh_token");
  if (!rotated.empty() && !credentials_.refresh_token.equals(rotated)) {
    // Durable before the session is used: the old one is dead.
    if (const auto kept = keep_rotated(rotated); !kept) return kept.error();
  }
  return session;
}

Result<void> Login::keep_rotated(const std::string& token) {
  credentials_.refresh_token = Secret(token);
  if (credentials_.flow != Flow::refresh_token) return {};
  return keep_refresh_token(credentials_.refresh_token_file, token,
                            "name a {file:} for refresh_token, or use auth: jwt");
}

}  // namespace upselld::plugins::salesforce
