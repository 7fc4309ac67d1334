// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/service.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "sandbox/salesforce/routes.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr const char* kSeasons[] = {"Spring", "Summer", "Winter"};

// "v62.0" to "62.0" and 62; empty: no version.
std::string version_of(std::string_view part, int& number) {
  if (!part.starts_with('v') || !part.ends_with(".0")) return {};
  const std::string_view digits = part.substr(1, part.size() - 3);
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (code != std::errc() || end != digits.data() + digits.size()) return {};
  return std::string(part.substr(1));
}

HttpAnswer versions() {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (int version = kOldestVersion; version <= kNewestVersion; ++version) {
    const int season = version % 3;  // 60 is Spring '24
    const int year = 24 + (version - 60 + 120) / 3 - 40 + (season == 2 ? 1 : 0);
    out.push_back({{"label", fmt::format("{} '{:02}", kSeasons[season], year)},
                   {"url", fmt::format("/services/data/v{}.0", version)},
                   {"version", fmt::format("{}.0", version)}});
  }
  return json_answer(200, out.dump());
}

}  // namespace

HttpAnswer error_answer(const ApiError& error) {
  nlohmann::ordered_json body = {{"message", error.message}, {"errorCode", error.code}};
  if (!error.fields.empty()) body["fields"] = error.fields;
  HttpAnswer answer = json_answer(
      error.status, nlohmann::ordered_json::array({body}).dump(
                        -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  if (error.status == 401) answer.headers.set("WWW-Authenticate", "Token");
  return answer;
}

nlohmann::ordered_json json_body(const Call& call) {
  if (!call.request.headers.has_token("Content-Type", "application/json")) {
    throw ApiError{415,
                   "UNSUPPORTED_MEDIA_TYPE",
                   "The Content-Type of the request's body must be application/json",
                   {}};
  }
  auto body = nlohmann::ordered_json::parse(call.request.body, nullptr, /*allow_exceptions=*/false);
  if (body.is_discarded()) {
    throw ApiError{
        400, "JSON_PARSER_ERROR", "Unexpected character or end of input at [line:1, column:1]", {}};
  }
  return body;
}

const ObjectType& known_object(const Service& service, const Call& call, const std::string& name) {
  const ObjectType* type = service.org.schema.find(name);
  if (type == nullptr || type->tooling || !service.org.sees_object(call.user, *type)) {
    throw ApiError{404, "NOT_FOUND", "The requested resource does not exist", {}};
  }
  return *type;
}

HttpAnswer Service::login(const HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  HttpAnswer answer = request.path == "/services/oauth2/token"
                          ? auth.token(request, /*is_login_host=*/true)
                          : empty_answer(404);
  note(request, "login", answer.status);
  return answer;
}

HttpAnswer Service::answer(const HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  HttpAnswer answer;
  const Fault* matched = faults.match(request);
  const Fault fault = matched == nullptr ? Fault{} : *matched;
  if (!fault.edit.empty()) edit(nlohmann::ordered_json::parse(fault.edit));
  if (fault.before == "expire_sessions") auth.expire_all();
  if (fault.before == "lose_cursors") cursors.lose_all();
  if (fault.drop_before) {
    answer.cut_after_bytes = 0;
  } else if (fault.status != 0) {
    if (fault.after) answer_unfaulted(request);
    answer = empty_answer(fault.status);
    answer.headers.set("Content-Type", fault.content_type);
    answer.body = fault.answer_body;
    note(request, "fault", fault.status);
  } else {
    answer = answer_unfaulted(request);
  }
  apply(fault, answer);
  // The edges of the platform answer with the true time; so do we, of our clock.
  answer.headers.set("Date", http_date(org.clock.now()));
  return answer;
}

HttpAnswer Service::answer_unfaulted(const HttpRequest& request) {
  std::string kind = "unknown path";
  HttpAnswer answer;
  try {
    const bool wrong_host =
        !required_host.empty() && !request.headers.get("Host").starts_with(required_host);
    if (wrong_host || request.path.find("//") != std::string::npos) {
      throw ApiError{404, "NOT_FOUND", "The requested resource does not exist", {}};
    }
    std::vector<std::string> parts;
    for (const std::string& part : split(std::string_view(request.path).substr(1), '/')) {
      parts.push_back(percent_decoded(part, /*plus_is_blank=*/false).value_or(part));
    }
    if (parts.back().empty()) parts.pop_back();
    if (request.path == "/services/oauth2/token") {
      kind = "token";
      answer = auth.token(request, /*is_login_host=*/false);
    } else if (request.path == "/services/oauth2/revoke") {
      kind = "revoke";
      answer = auth.revoke(request);
    } else if (request.path == "/services/oauth2/userinfo") {
      kind = "userinfo";
      answer = auth.user_info(auth.session(request).user);
    } else if (parts.size() >= 2 && parts[0] == "services" && parts[1] == "data") {
      kind = kind_of(request, parts);
      answer = parts.size() == 2 ? versions() : versioned(request, parts);
    } else {
      throw ApiError{404, "NOT_FOUND", "The requested resource does not exist", {}};
    }
  } catch (const ApiError& error) {
    answer = error_answer(error);
    if (request.path.find("/services/data/v") == 0) add_usage(answer);
  }
  note(request, kind, answer.status);
  return answer;
}

HttpAnswer Service::versioned(const HttpRequest& request, const std::vector<std::string>& parts) {
  int number = 0;
  const std::string version = version_of(parts[2], number);
  if (version.empty() || number > kNewestVersion) {
    throw ApiError{404, "NOT_FOUND", "The requested resource does not exist", {}};
  }
  if (number < kOldestVersion) {
    throw ApiError{410,
                   "UNSUPPORTED_API_VERSION",
                   "Invalid Api version specified on URL: this version is retired",
                   {}};
  }
  const Session& session = auth.session(request);
  if (limits.long_requests >= limits.long_requests_max) {
    throw ApiError{403,
                   "REQUEST_LIMIT_EXCEEDED",
                   "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
                   {}};
  }
  if (!limits.take_request(org.now())) {
    throw ApiError{403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", {}};
  }
  const Call call{request, session.user, version, {parts.begin() + 3, parts.end()}};
  HttpAnswer answer = route(call);
  add_usage(answer);
  return answer;
}

void Service::add_usage(HttpAnswer& answer) {
  const int used = limits.requests_used(org.now());
  std::string usage = fmt::format("api-usage={}/{}", used, limits.requests_max);
  if (org.switches.is_on("burst_limits")) {
    usage += fmt::format("; api-bursts=1/750; per-app-api-usage={}/{}(appName=upselld)", used,
                         limits.requests_max);
  }
  answer.headers.set("Sforce-Limit-Info", usage);
}

void Service::note(const HttpRequest& request, const std::string& kind, int status) {
  log.note(request, kind, status, org.clock.now());
}

}  // namespace upselld::sandbox::salesforce
