// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/auth.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "sandbox/salesforce/jwt.h"

namespace upselld::sandbox::salesforce {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kAssertionSecondsMax = 300;
constexpr std::string_view kBearerGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

std::string get(const HttpParameters& form, std::string_view name) {
  for (const auto& [key, value] : form) {
    if (key == name) return value;
  }
  return {};
}

HttpAnswer json_answer(int status, const Json& body) {
  HttpAnswer answer;
  answer.status = status;
  answer.headers.set("Content-Type", "application/json;charset=UTF-8");
  answer.headers.set("Cache-Control", "no-cache, no-store");
  answer.body = body.dump();
  return answer;
}

HttpAnswer refused(const char* error, const char* description) {
  return json_answer(400, {{"error", error}, {"error_description", description}});
}

}  // namespace

const ConnectedApp* Auth::app(const std::string& client_id) const {
  const auto found = std::find_if(apps.begin(), apps.end(), [&](const ConnectedApp& each) {
    return each.client_id == client_id;
  });
  return found == apps.end() ? nullptr : &*found;
}

std::string Auth::user_named(const std::string& username) const {
  const int column = org_.schema.find("User")->column("Username");
  for (const Row& row : org_.table("User").rows()) {
    if (equal_without_case(as_text(cell(row, column)), username)) return row.id();
  }
  return {};
}

bool Auth::is_active(const std::string& user) const {
  const Row* row = org_.find_row(user);
  return row != nullptr && as_bool(cell(*row, org_.schema.find("User")->column("IsActive")));
}

std::string Auth::secret(const char* kind) {
  return hex(hmac_sha256(fmt::format("{}:{}", org_.seed, org_.id),
                         fmt::format("{}:{}", kind, ++secrets_)));
}

HttpAnswer Auth::token(const HttpRequest& request, bool is_login_host) {
  if (request.method != "POST" ||
      !request.headers.has_token("Content-Type", "application/x-www-form-urlencoded")) {
    return refused("unsupported_grant_type", "grant type not supported");
  }
  std::erase_if(login_times_, [&](Instant at) { return at + hours(1) <= org_.now(); });
  if (static_cast<int>(login_times_.size()) >= logins_per_hour_max) {
    return refused("invalid_grant", "login rate exceeded");
  }
  login_times_.push_back(org_.now());
  const HttpParameters form = parse_parameters(request.body);
  const std::string grant = get(form, "grant_type");
  if (locked_out) return refused("invalid_grant", "user is locked");
  if (grant == kBearerGrant) return jwt(form);
  if (grant == "client_credentials") return client_credentials(request, form, is_login_host);
  if (grant == "refresh_token") return refresh(form);
  return refused("unsupported_grant_type", "grant type not supported");
}

HttpAnswer Auth::jwt(const HttpParameters& form) {
  const auto token = parse_jwt(get(form, "assertion"));
  if (!token) return refused("invalid_grant", "invalid assertion");
  const ConnectedApp* caller = app(token->issuer);
  if (caller == nullptr) return refused("invalid_client_id", "client identifier invalid");
  if (caller->certificate_pem.empty()) {
    return refused("unsupported_grant_type", "grant type not supported");
  }
  if (!is_signed_by(*token, caller->certificate_pem)) {
    return refused("invalid_grant", "invalid assertion");
  }
  const double now = static_cast<double>(org_.clock.now().ms) / 1000;
  if (token->expires <= now) return refused("invalid_grant", "expired authorization code");
  if (token->expires > now + kAssertionSecondsMax)
    return refused("invalid_grant", "invalid assertion");
  const bool own = org_.switches.is_on("my_domain_audience") && token->audience == instance_url;
  if (token->audience != login_url && !own) return refused("invalid_grant", "audience is invalid");
  const std::string user = user_named(token->subject);
  if (user.empty() || !caller->approved) {
    return refused("invalid_grant", "user hasn't approved this consumer");
  }
  if (!is_active(user)) return refused("invalid_grant", "inactive user");
  return granted(*caller, user, "");
}

HttpAnswer Auth::client_credentials(const HttpRequest& request, const HttpParameters& form,
                                    bool is_login_host) {
  if (is_login_host) return refused("invalid_grant", "request not supported on this domain");
  std::string client_id = get(form, "client_id"), client_secret = get(form, "client_secret");
  const std::string_view header = request.headers.get("Authorization");
  if (client_id.empty() && header.starts_with("Basic ")) {
    const std::string pair = from_base64(header.substr(6), /*url_alphabet=*/false).value_or("");
    client_id = pair.substr(0, pair.find(':'));
    if (pair.find(':') != std::string::npos) client_secret = pair.substr(pair.find(':') + 1);
  }
  const ConnectedApp* caller = app(client_id);
  if (caller == nullptr) return refused("invalid_client_id", "client identifier invalid");
  if (caller->client_secret.empty() || caller->client_secret != client_secret) {
    return refused("invalid_client", "invalid client credentials");
  }
  if (caller->run_as.empty()) return refused("unsupported_grant_type", "grant type not supported");
  if (!is_active(caller->run_as)) return refused("invalid_grant", "inactive user");
  return granted(*caller, caller->run_as, "");
}

HttpAnswer Auth::refresh(const HttpParameters& form) {
  const ConnectedApp* caller = app(get(form, "client_id"));
  if (caller == nullptr) return refused("invalid_client_id", "client identifier invalid");
  const std::string given = get(form, "client_secret");
  if (!given.empty() && given != caller->client_secret) {
    return refused("invalid_client", "invalid client credentials");
  }
  const auto found = grants_.find(get(form, "refresh_token"));
  if (!caller->refresh_enabled || found == grants_.end() ||
      found->second.client_id != caller->client_id) {
    return refused("invalid_grant", "expired access/refresh token");
  }
  Grant& grant = found->second;
  if (grant.is_used) {
    // Somebody else holds a copy: nobody of this family is trusted any more.
    const int family = grant.family;
    std::erase_if(grants_, [&](const auto& each) { return each.second.family == family; });
    return refused("invalid_grant", "expired access/refresh token");
  }
  const std::string user = grant.user;
  std::string next;
  if (org_.switches.is_on("rotate_refresh_tokens")) {
    grant.is_used = true;
    next = "5Aep861" + secret("refresh");
    grants_[next] = {caller->client_id, user, grant.family, false};
  }
  return granted(*caller, user, next);
}

HttpAnswer Auth::granted(const ConnectedApp& caller, const std::string& user,
                         const std::string& refresh_token) {
  ++logins_;
  std::string token;
  for (auto& [known, session] : sessions_) {
    const bool alive = session.last_used + idle > org_.clock.now();
    if (alive && session.user == user && session.client_id == caller.client_id) token = known;
  }
  if (token.empty()) token = org_.id.substr(0, 15) + "!" + secret("token");
  sessions_[token] = {user, caller.client_id, org_.clock.now()};
  Json body = {{"access_token", token}};
  if (!org_.switches.is_on("slim_token")) body["signature"] = base64(secret("signature"));
  body["scope"] = "api id";
  body["instance_url"] = instance_url;
  body["id"] = fmt::format("{}/id/{}/{}", login_url, org_.id, user);
  body["token_type"] = "Bearer";
  if (!org_.switches.is_on("slim_token")) {
    body["issued_at"] = std::to_string(org_.clock.now().ms);
    body["token_format"] = "opaque";
  }
  if (!refresh_token.empty()) body["refresh_token"] = refresh_token;
  return json_answer(200, body);
}

HttpAnswer Auth::revoke(const HttpRequest& request) {
  const std::string token = get(parse_parameters(request.body), "token");
  const bool known = sessions_.erase(token) + grants_.erase(token) > 0;
  return known ? json_answer(200, Json::object())
               : refused("unsupported_token_type", "this token type is not supported");
}

HttpAnswer Auth::user_info(const std::string& user) const {
  const ObjectType& type = *org_.schema.find("User");
  const Row* row = org_.find_row(user);
  const auto text = [&](const char* field) { return as_text(cell(*row, type.column(field))); };
  return json_answer(200, {{"sub", login_url + "/id/" + org_.id + "/" + user},
                           {"user_id", user},
                           {"organization_id", org_.id},
                           {"preferred_username", text("Username")},
                           {"name", text("Name")},
                           {"email", text("Email")},
                           {"zoneinfo", text("TimeZoneSidKey")},
                           {"active", is_active(user)}});
}

Session& Auth::session(const HttpRequest& request) {
  const std::string_view header = request.headers.get("Authorization");
  const std::size_t blank = header.find(' ');
  const std::string_view scheme = header.substr(0, blank);
  if (!equal_without_case(scheme, "Bearer") && !equal_without_case(scheme, "OAuth")) {
    throw ApiError{401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", {}};
  }
  if (refusals_ > 0) {
    --refusals_;
    throw ApiError{401, "INVALID_SESSION_ID", refusal_, {}};
  }
  const auto found = sessions_.find(std::string(trimmed(header.substr(blank + 1))));
  const bool alive = found != sessions_.end() &&
                     found->second.last_used + idle > org_.clock.now() &&
                     is_active(found->second.user);
  if (!alive) {
    if (found != sessions_.end()) sessions_.erase(found);
    throw ApiError{401, "INVALID_SESSION_ID", "Session expired or invalid", {}};
  }
  const auto rights = org_.rights.find(found->second.user);
  if (rights != org_.rights.end() && !rights->second.api_enabled) {
    throw ApiError{
        403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner", {}};
  }
  found->second.last_used = org_.clock.now();
  return found->second;
}

std::string Auth::grant_refresh_token(const std::string& client_id, const std::string& user) {
  const std::string token = "5Aep861" + secret("refresh");
  grants_[token] = {client_id, user, ++families_, false};
  return token;
}

}  // namespace upselld::sandbox::salesforce
