// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/auth.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "sandbox/answers.h"
#include "sandbox/hubspot/api_error.h"
#include "sandbox/hubspot/portal.h"
#include "sandbox/hubspot/value.h"

namespace upselld::sandbox::hubspot {
namespace {

using Json = nlohmann::ordered_json;

// What the app was granted, by name: all there are where nothing was left out.
std::set<std::string> granted_scopes(const Portal& portal, const std::set<std::string>& chosen) {
  if (!chosen.empty()) return chosen;
  std::set<std::string> out = {"oauth", "crm.objects.owners.read", "settings.currencies.read"};
  for (const ObjectType& type : portal.schema.all()) {
    out.insert(type.read_scopes.begin(), type.read_scopes.end());
    out.insert(type.write_scopes.begin(), type.write_scopes.end());
    out.insert(type.schema_scopes.begin(), type.schema_scopes.end());
  }
  return out;
}

HttpAnswer refusal(const char* error, const char* status, const std::string& message) {
  return json_answer(400, Json{{"error", error},
                               {"error_description", message},
                               {"status", status},
                               {"message", message}}
                              .dump());
}

std::string field(const HttpParameters& form, std::string_view name) {
  for (const auto& [key, value] : form) {
    if (key == name) return value;
  }
  return {};
}

bool is_form(const HttpRequest& request) {
  return request.headers.get("Content-Type").find("application/x-www-form-urlencoded") !=
         std::string_view::npos;
}

// Empty: the client is known.
HttpAnswer check_client(const HttpRequest& request, const HttpParameters& form) {
  if (!is_form(request)) {
    return refusal("invalid_request", "BAD_REQUEST", "the body must be form-encoded");
  }
  if (field(form, "client_id") != Auth::kClientId) {
    return refusal("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id");
  }
  if (field(form, "client_secret") != Auth::kClientSecret) {
    return refusal("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret");
  }
  return empty_answer(200);
}

bool looks_like_token(std::string_view token) {
  return token.size() >= 8 && std::all_of(token.begin(), token.end(),
                                          [](char letter) { return letter > ' ' && letter < 127; });
}

}  // namespace

void need_scope(const Token& token, const std::vector<std::string>& one_of) {
  const bool has = token.scopes.empty() || one_of.empty() ||
                   std::any_of(one_of.begin(), one_of.end(), [&](const std::string& scope) {
                     return token.scopes.contains(scope);
                   });
  if (has) return;
  ApiError error{.status = 403, .category = "MISSING_SCOPES", .message = "the token lacks a scope"};
  error.errors.push_back(
      {"one of these scopes is needed", "", {{"requiredGranularScopes", one_of}}});
  throw error;
}

const Token& Auth::caller(const HttpRequest& request) const {
  const std::string_view header = request.headers.get("Authorization");
  constexpr std::string_view kScheme = "Bearer ";
  ApiError refused{.status = 401,
                   .category = "INVALID_AUTHENTICATION",
                   .message = "no valid token in the Authorization header"};
  if (!header.starts_with(kScheme)) throw refused;
  const std::string text(header.substr(kScheme.size()));
  if (!looks_like_token(text)) throw ApiError{.status = 530, .message = "malformed token"};
  const auto found = tokens.find(text);
  if (found == tokens.end()) throw refused;
  if (found->second.is_oauth && found->second.expires_at <= portal_.now()) {
    refused.category = "EXPIRED_AUTHENTICATION";
    refused.message = "the access token has expired";
    refused.context["expire time"] = {time_text(found->second.expires_at)};
    throw refused;
  }
  return found->second;
}

std::string Auth::secret(const char* kind) {
  const Sha256Digest digest = sha256(fmt::format("{} {} {}", portal_.seed, kind, secrets_++));
  return fmt::format("{}-{}", kind, hex(digest).substr(0, 40));
}

HttpAnswer Auth::granted(const std::string& refresh_token) {
  const std::string access = secret("access");
  Token token{kClientId, oauth_scopes, true, portal_.now() + token_life};
  tokens[access] = token;
  Json out = {{"token_type", "bearer"},
              {"token_use", "access_token"},
              {"access_token", access},
              {"expires_in", token_life.ms / 1000},
              {"hub_id", portal_.id},
              {"user_id", 9'586'504},
              {"scopes", granted_scopes(portal_, token.scopes)}};
  if (!refresh_token.empty()) out["refresh_token"] = refresh_token;
  return json_answer(200, out.dump());
}

HttpAnswer Auth::token(const HttpRequest& request) {
  const HttpParameters form = parse_parameters(request.body);
  if (HttpAnswer refused = check_client(request, form); refused.status != 200) return refused;
  const std::string grant = field(form, "grant_type");
  if (grant == "client_credentials") return granted({});
  if (grant == "authorization_code") {
    if (field(form, "redirect_uri").empty()) {
      return refusal("invalid_request", "BAD_REDIRECT_URI", "missing redirect uri");
    }
    if (codes.erase(field(form, "code")) == 0) {
      return refusal("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code");
    }
    const std::string refresh = secret("refresh");
    refresh_tokens[refresh] = true;
    return granted(refresh);
  }
  if (grant != "refresh_token") {
    return refusal("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unknown grant type");
  }
  const auto found = refresh_tokens.find(field(form, "refresh_token"));
  if (found == refresh_tokens.end() || !found->second) {
    return refusal("invalid_grant", "BAD_REFRESH_TOKEN", "missing or invalid refresh token");
  }
  if (!portal_.switches.is_on("rotate_refresh_tokens")) return granted(found->first);
  found->second = false;
  const std::string next = secret("refresh");
  refresh_tokens[next] = true;
  return granted(next);
}

HttpAnswer Auth::introspect(const HttpRequest& request) {
  const HttpParameters form = parse_parameters(request.body);
  if (HttpAnswer refused = check_client(request, form); refused.status != 200) return refused;
  const std::string token = field(form, "token");
  const auto access = tokens.find(token);
  const auto refresh = refresh_tokens.find(token);
  if (access != tokens.end() && access->second.is_oauth &&
      access->second.expires_at > portal_.now()) {
    return json_answer(200,
                       Json{{"active", true},
                            {"token_use", "access_token"},
                            {"hub_id", portal_.id},
                            {"client_id", kClientId},
                            {"scopes", granted_scopes(portal_, access->second.scopes)},
                            {"expires_in", (access->second.expires_at - portal_.now()).ms / 1000}}
                           .dump());
  }
  const bool active = refresh != refresh_tokens.end() && refresh->second;
  Json out = {{"active", active}};
  if (active) out["token_use"] = "refresh_token";
  return json_answer(200, out.dump());
}

HttpAnswer Auth::revoke(const HttpRequest& request) {
  const HttpParameters form = parse_parameters(request.body);
  if (HttpAnswer refused = check_client(request, form); refused.status != 200) return refused;
  const auto found = refresh_tokens.find(field(form, "token"));
  if (found != refresh_tokens.end()) found->second = false;
  return empty_answer(204);
}

HttpAnswer Auth::token_facts(const std::string& what, const std::string& token) const {
  Json out = {{"token", token},
              {"hub_id", portal_.id},
              {"client_id", kClientId},
              {"user_id", 9'586'504},
              {"token_type", what == "access-tokens" ? "access" : "refresh"}};
  if (what == "access-tokens") {
    const auto found = tokens.find(token);
    if (found == tokens.end() || !found->second.is_oauth) throw not_found("token not found");
    out["scopes"] = granted_scopes(portal_, found->second.scopes);
    out["expires_in"] = (found->second.expires_at - portal_.now()).ms / 1000;
    out["app_id"] = 1;
  } else {
    const auto found = refresh_tokens.find(token);
    if (found == refresh_tokens.end() || !found->second) throw not_found("token not found");
    out["scopes"] = granted_scopes(portal_, oauth_scopes);
  }
  return json_answer(200, out.dump());
}

HttpAnswer Auth::private_app_facts(const HttpRequest& request) const {
  const auto found = tokens.find(Json::parse(request.body).at("tokenKey").get<std::string>());
  const bool is_known = found != tokens.end() && !found->second.is_oauth &&
                        portal_.switches.is_on("service_keys_tell_scopes");
  if (!is_known) throw not_found("token not found");
  return json_answer(200, Json{{"userId", 9'586'504},
                               {"hubId", portal_.id},
                               {"appId", 1},
                               {"scopes", granted_scopes(portal_, found->second.scopes)}}
                              .dump());
}

void Auth::expire_all() {
  for (auto& [text, token] : tokens) {
    if (token.is_oauth) token.expires_at = portal_.now();
  }
}

}  // namespace upselld::sandbox::hubspot
