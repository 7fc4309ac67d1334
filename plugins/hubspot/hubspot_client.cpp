// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_client.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/settings.h"
#include "plugins/crm/fetching.h"
#include "plugins/http/headers.h"
#include "plugins/http/url.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::hubspot {

namespace {

// What is known to work everywhere; longer addresses are refused by some edges.
constexpr std::size_t kPathBytesMax = 6'000;
constexpr int kTriesMax = 4;
// Our part of what the account allows: others share it.
constexpr double kShare = 0.7, kScarce = 0.1;
constexpr double kGeneralPerSecond = 7, kSearchesPerSecond = 3;
constexpr double kGeneralAtOnce = 30, kSearchesAtOnce = 3;
constexpr Duration kWindow = seconds(10), kLocked = seconds(2);
// After midnight every client of the account begins at once.
constexpr Duration kAfterMidnight = minutes(3);

double number_of_header(const HttpResponse& response, const char* name) {
  return parse_number(header(response, name)).value_or(-1);
}

// Seconds, or plainly milliseconds; nothing where it is neither.
std::optional<Duration> asked_to_wait(const HttpResponse& response) {
  const auto asked = parse_number(header(response, "retry-after"));
  if (!asked || *asked < 0) return std::nullopt;
  const double ms = *asked > 3600 ? *asked : *asked * 1000;
  return milliseconds(static_cast<std::int64_t>(std::min(ms, 3'600'000.0)));
}

}  // namespace

std::string query_of(const std::vector<std::pair<std::string, std::string>>& fields) {
  return fields.empty() ? std::string() : "?" + form_encoded(fields);
}

Client::Client(const HubspotSettings& settings, Host& host)
    : address_(settings.credentials.host),
      paths_(settings.version),
      host_(host),
      login_(settings.credentials, paths_, host),
      general_(kGeneralPerSecond, kGeneralAtOnce),
      search_(kSearchesPerSecond, kSearchesAtOnce) {}

bool Client::is_too_late(const Call& call, Duration wait) const {
  return call.not_after && host_.clock().steady() > *call.not_after - wait;
}

Error Client::too_late(const std::string& doing, Duration wait) const {
  return {ErrorKind::rate_limited,
          doing + ": the account asks to wait for longer than what was looked at holds",
          host_.clock().now() + wait};
}

Result<HttpResponse> Client::send_once(const std::string& doing, const Call& call, Duration wait) {
  const auto session = login_.session();
  if (!session) return in_context(doing, session.error());
  if (call.path.size() > kPathBytesMax) {
    return Error{ErrorKind::unsupported,
                 doing + ": an address of " + std::to_string(call.path.size()) +
                     " bytes cannot be asked for; map fewer properties",
                 {}};
  }
  HttpRequest request;
  request.method = call.method;
  request.url = address_ + call.path;
  request.headers = {{"Authorization", "Bearer " + std::string(session->token.reveal())},
                     {"Accept", "application/json"},
                     {"Accept-Encoding", "gzip"},
                     {"User-Agent", "upselld"}};
  if (!call.body.empty()) {
    request.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  }
  request.body = call.body;
  request.repeatable = call.repeatable;
  request.judges_limits = true;
  request.is_write = call.is_write;
  Pace& pace = call.is_search ? search_ : general_;
  request.wait_before = std::max(wait, pace.take(host_.clock().steady()));
  if (is_too_late(call, request.wait_before)) return too_late(doing, request.wait_before);
  auto answer = host_.transport().send(request);
  if (!answer) return in_context(doing, answer.error());
  login_.saw(*answer);
  if (!call.is_search) learn_pace(*answer);
  return answer;
}

void Client::learn_pace(const HttpResponse& response) {
  const double most = number_of_header(response, "x-hubspot-ratelimit-max");
  const double window_ms = number_of_header(response, "x-hubspot-ratelimit-interval-milliseconds");
  if (most <= 0 || window_ms <= 0) return;
  general_.set(kShare * most / window_ms * 1000);
  const double left = number_of_header(response, "x-hubspot-ratelimit-remaining");
  if (left >= 0 && left < kScarce * most) {
    general_.hold_until(
        milliseconds(host_.clock().steady().ms + static_cast<std::int64_t>(window_ms)));
  }
}

std::optional<Duration> Client::pause_after(const Fault& fault, const HttpResponse& response,
                                            int tried) {
  if (tried >= kTriesMax) return std::nullopt;
  const std::int64_t doubled = std::int64_t{1} << tried;
  if (fault.status == 423) return milliseconds(kLocked.ms * doubled);
  if (fault.status != 429 || fault.policy == "DAILY") return std::nullopt;
  const auto asked = asked_to_wait(response);
  if (fault.policy == "SECONDLY") {
    return asked.value_or(milliseconds(std::min<std::int64_t>(1000 * doubled, 16'000)));
  }
  general_.slow_down_until(milliseconds(host_.clock().steady().ms + minutes(1).ms));
  return asked.value_or(kWindow);
}

Result<Reply> Client::send(const std::string& doing, const Call& call) {
  Duration wait = call.wait_before;
  for (int tried = 0;; ++tried) {
    auto answer = send_once(doing, call, wait);
    if (!answer) return answer.error();
    if (answer->status >= 200 && answer->status < 300) return Reply{std::move(*answer), {}};
    Fault fault = fault_of(*answer);
    if (fault.status == 429 && fault.policy.empty()) {
      fault.policy = call.is_search ? "SECONDLY" : "TEN_SECONDLY_ROLLING";
    }
    const auto pause = pause_after(fault, *answer, tried);
    if (!pause) return Reply{std::move(*answer), std::move(fault)};
    if (is_too_late(call, *pause)) return too_late(doing, *pause);
    wait = *pause;
  }
}

Result<Reply> Client::call(const std::string& doing, const Call& call) {
  if (host_.stop().stop_requested()) return Error{ErrorKind::cancelled, doing + ": stopped", {}};
  auto reply = with_session_renewed_once(
      login_, [&] { return send(doing, call); },
      [](const Result<Reply>& got) {
        return got && got->fault && class_of(*got->fault) == FaultClass::session;
      });
  if (!reply || !reply->fault) return reply;
  switch (class_of(*reply->fault)) {
    case FaultClass::session:
      return error_of(doing, *reply->fault);
    case FaultClass::limit: {
      Error error = error_of(doing, *reply->fault);
      error.retry_after = error.kind == ErrorKind::budget_exhausted
                              ? next_midnight()
                              : host_.clock().now() + minutes(1);
      return error;
    }
    case FaultClass::parked: {
      Error error = error_of(doing, *reply->fault);
      const auto asked = retry_after(reply->response, host_.clock().now());
      error.retry_after = host_.clock().now() + asked.value_or(hours(1));
      return error;
    }
    case FaultClass::retry:
    case FaultClass::setup:
    case FaultClass::data:
    case FaultClass::gone:
    case FaultClass::duplicate:
      break;
  }
  return reply;
}

// Where the account is: its day ends then, and no other day does.
Instant Client::next_midnight() {
  const TimeZone zone = account_ ? account_->zone : TimeZone::utc();
  const Instant now = server_now();
  return zone.start_of(zone.day_of(now) + 1) + kAfterMidnight;
}

Result<HttpResponse> Client::fetch(const std::string& doing, const Call& request) {
  return fetched(*this, doing, request);
}

Result<nlohmann::json> Client::fetch_json(const std::string& doing, const Call& request) {
  return fetched_json(*this, doing, request);
}

Result<Account> Client::account() {
  if (account_) return *account_;
  const std::string doing = "ask which account this is";
  const auto read = fetch_json(doing, {.path = paths_.account()});
  if (!read) return read.error();
  Account account;
  account.portal = text_in(*read, "portalId");
  account.kind = text_in(*read, "accountType");
  account.zone_name = text_in(*read, "timeZone");
  account.currency = text_in(*read, "companyCurrency");
  if (account.portal.empty()) {
    return Error{ErrorKind::corrupt, doing + ": the answer has no portalId", {}};
  }
  if (auto zone = TimeZone::load(account.zone_name)) account.zone = *zone;
  account_ = account;
  return account;
}

Result<const nlohmann::json*> results_of(const nlohmann::json& answer, const std::string& doing) {
  const nlohmann::json* results = member(answer, "results");
  if (results != nullptr && results->is_array()) return results;
  return Error{ErrorKind::corrupt, doing + ": the answer has no results", {}};
}

std::optional<std::vector<std::string>> Client::granted_scopes() {
  const auto session = login_.session();
  if (!session) return std::nullopt;
  std::vector<std::string> scopes = session->scopes;
  if (scopes.empty() && !login_.is_oauth()) {
    const nlohmann::json question = {{"tokenKey", session->token.reveal()}};
    const auto read =
        fetch_json("ask what the token may do",
                   {.method = "POST", .path = Paths::token_facts(), .body = question.dump()});
    if (read) scopes = texts_in(*read, "scopes");
  }
  if (scopes.empty()) return std::nullopt;
  return scopes;
}

}  // namespace upselld::plugins::hubspot
