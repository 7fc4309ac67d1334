// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_login.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "plugins/crm/refresh_token.h"
#include "plugins/http/headers.h"
#include "plugins/http/url.h"
#include "plugins/hubspot/hubspot_faults.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::hubspot {

namespace {

constexpr Duration kLeftLeast = minutes(5);
constexpr double kLivesUsually_s = 1800, kLivesMost_s = 24 * 3600;

}  // namespace

Result<Session> Login::session() {
  const auto& at_hand = keeper_.at_hand();
  const bool ends_soon =
      at_hand && at_hand->ends_at.ms != 0 && at_hand->ends_at - host_.clock().steady() < kLeftLeast;
  if (ends_soon) keeper_.is_over();
  return keeper_.session(host_.clock(), [this] { return log_in(); });
}

void Login::saw(const HttpResponse& response) {
  if (const auto date = server_date(response)) clock_ahead_ = *date - host_.clock().now();
}

Result<Session> Login::log_in() {
  if (credentials_.unreadable) return in_context("log in", *credentials_.unreadable);
  if (!credentials_.is_oauth) return Session{credentials_.token, {}};
  HttpRequest request;
  request.method = "POST";
  request.url = credentials_.host + paths_.token();
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"}};
  request.body =
      form_encoded({{"grant_type", "refresh_token"},
                    {"client_id", credentials_.client_id},
                    {"client_secret", std::string(credentials_.client_secret.reveal())},
                    {"refresh_token", std::string(credentials_.refresh_token.reveal())}});
  // A refresh token may be gone once it was used: the answer must not be lost and asked again.
  request.repeatable = false;
  auto answer = host_.transport().send(request);
  if (!answer) return in_context("log in", answer.error());
  saw(*answer);
  if (answer->status == 200) return read(*answer);
  const Fault fault = fault_of(*answer);
  if (answer->status >= 500 || answer->status == 429) {
    return Error{ErrorKind::unavailable, "log in: HTTP " + std::to_string(answer->status), {}};
  }
  const std::string remedy = fault.category == "invalid_grant"
                                 ? "connect the app again and store the new refresh_token"
                                 : "correct client_id and client_secret";
  return Error{
      ErrorKind::unauthorized, "log in: " + fault.code + ": " + fault.message + "; " + remedy, {}};
}

Result<Session> Login::read(const HttpResponse& response) {
  const auto answer = parse_json(response.body, "log in");
  if (!answer) return answer.error();
  auto token = required_text(*answer, "access_token", "log in");
  if (!token) return token.error();
  const std::string renewed = text_in(*answer, "refresh_token");
  if (!renewed.empty() && !credentials_.refresh_token.equals(renewed)) {
    credentials_.refresh_token = Secret(renewed);
    const auto kept = keep_refresh_token(credentials_.refresh_token_file, renewed,
                                         "name a {file:} for refresh_token, or use auth: token");
    if (!kept) return kept.error();
  }
  const double lives_s =
      std::clamp(number_in(*answer, "expires_in").value_or(kLivesUsually_s), 0.0, kLivesMost_s);
  return Session{
      Secret(std::move(*token)),
      milliseconds(host_.clock().steady().ms + static_cast<std::int64_t>(lives_s * 1000)),
      texts_in(*answer, "scopes")};
}

}  // namespace upselld::plugins::hubspot
