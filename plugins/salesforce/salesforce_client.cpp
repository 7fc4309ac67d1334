// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_client.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "plugins/crm/fetching.h"
#include "plugins/http/headers.h"
#include "plugins/http/url.h"
#include "plugins/json/json_reading.h"

namespace upselld::plugins::salesforce {

namespace {

// Of address and headers together, which the server allows 16 KiB for; proxies allow less.
constexpr std::size_t kPathBytesMax = 14'000;
constexpr int kEdgeTriesMax = 3;
constexpr int kBusyTriesMax = 3;

bool is_edge(const Fault& fault) {
  return (fault.status == 420 || fault.status == 406) && fault.code.empty();
}

bool is_too_many_at_once(const Fault& fault) {
  return fault.code == "REQUEST_LIMIT_EXCEEDED" &&
         fault.message.find("oncurrent") != std::string::npos;
}

// Refused for another reason than age: a new session would be refused as well.
bool is_for_ever(const Fault& fault) {
  return fault.message.find("not valid for use with the REST API") != std::string::npos ||
         fault.message.find("is not attached to Agent") != std::string::npos;
}

}  // namespace

Client::Client(const SalesforceSettings& settings, Host& host)
    : version_(settings.version), host_(host), login_(settings.credentials, host) {}

Instant Client::server_now() const {
  return host_.clock().now() + login_.clock_ahead();
}

Result<HttpResponse> Client::send_once(const std::string& doing, const Call& call, Duration wait) {
  const auto session = login_.session();
  if (!session) return in_context(doing, session.error());
  HttpRequest request;
  request.method = call.method;
  const bool is_whole = call.path.starts_with("/services/");
  const std::string path = is_whole ? call.path : "/services/data/v" + version_ + call.path;
  if (path.size() > kPathBytesMax || path.find("//") != std::string::npos) {
    return Error{ErrorKind::unsupported,
                 doing + ": an address of " + std::to_string(path.size()) +
                     " bytes cannot be asked for; map fewer fields",
                 {}};
  }
  request.url = session->instance + path;
  request.headers = {{"Authorization", "Bearer " + std::string(session->token.reveal())},
                     {"Accept", call.accept},
                     {"Accept-Encoding", "gzip"},
                     {"User-Agent", "upselld"},
                     {"Sforce-Call-Options", "client=upselld"}};
  if (!call.body.empty()) request.headers.emplace_back("Content-Type", call.content_type);
  for (const auto& header : call.headers) request.headers.push_back(header);
  request.body = call.body;
  request.repeatable = call.repeatable;
  request.is_write = call.is_write;
  request.wait_before = wait;
  auto answer = host_.transport().send(request);
  if (!answer) return in_context(doing, answer.error());
  login_.saw(*answer);
  return answer;
}

Result<Reply> Client::send(const std::string& doing, const Call& call) {
  Duration wait = call.wait_before;
  for (int edge = 0, busy = 0;;) {
    auto answer = send_once(doing, call, wait);
    if (!answer) return answer.error();
    if (answer->status >= 200 && answer->status < 300) return Reply{std::move(*answer), {}};
    Fault fault = fault_of(*answer);
    if (is_edge(fault) && ++edge < kEdgeTriesMax) {
      wait = seconds(edge * 2);
      continue;
    }
    if (is_too_many_at_once(fault) && ++busy <= kBusyTriesMax) {
      wait = seconds(5 << (busy - 1));
      continue;
    }
    return Reply{std::move(*answer), std::move(fault)};
  }
}

Result<Reply> Client::call(const std::string& doing, const Call& call) {
  if (host_.stop().stop_requested()) return Error{ErrorKind::cancelled, doing + ": stopped", {}};
  auto reply = with_session_renewed_once(
      login_, [&] { return send(doing, call); },
      [](const Result<Reply>& got) {
        return got && got->fault && got->fault->status == 401 && !is_for_ever(*got->fault);
      });
  if (!reply || !reply->fault) return reply;
  if (reply->fault->status == 401) return error_of(doing, *reply->fault);
  if (class_of(*reply->fault) == FaultClass::limit) {
    Error error = error_of(doing, *reply->fault);
    error.retry_after = host_.clock().now() + minutes(10);
    return error;
  }
  return reply;
}

Result<HttpResponse> Client::fetch(const std::string& doing, const Call& request) {
  return fetched(*this, doing, request);
}

Result<nlohmann::json> Client::fetch_json(const std::string& doing, const Call& request) {
  return fetched_json(*this, doing, request);
}

}  // namespace upselld::plugins::salesforce
