// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/service.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/digest.h"
#include "sandbox/hubspot/edits.h"
#include "sandbox/hubspot/handlers.h"

namespace upselld::sandbox::hubspot {
namespace {

constexpr std::size_t kTargetBytesMax = 8'000;
constexpr const char* kHtml = "text/html;charset=utf-8";

const std::vector<std::string> kPrivateAppFacts = {"oauth", "private-apps", "get",
                                                   "access-token-info"};

HttpAnswer html_answer(int status) {
  HttpAnswer answer = empty_answer(status);
  answer.headers.set("Content-Type", kHtml);
  answer.body = fmt::format("<html><head><title>{0}</title></head><body>{0}</body></html>", status);
  return answer;
}

// As it was sent: commas and blanks stand there as three characters.
std::size_t target_bytes(const HttpRequest& request) {
  std::size_t bytes = request.path.size();
  for (const auto& [name, value] : request.query) {
    bytes += name.size() + 2;
    for (const char letter : value) {
      const bool plain = std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_' ||
                         letter == '-' || letter == '.';
      bytes += plain ? 1 : 3;
    }
  }
  return bytes;
}

bool is_search(const ApiPath& path) {
  return path.parts.size() == 4 && path.parts[1] == "objects" && path.parts[3] == "search";
}

}  // namespace

Service::Service(VirtualClock& clock, std::uint64_t seed) : portal(clock, seed), auth(portal) {
  auth.tokens[Auth::kServiceKey] = Token{"service key", {}, false, Instant::missing()};
  auth.codes.insert("sandbox-code");
  auth.refresh_tokens["refresh-sandbox-0001"] = true;
}

std::string Call::parameter(std::string_view name) const {
  const std::string* found = request.parameter(name);
  return found == nullptr ? std::string() : *found;
}

std::vector<std::string> Call::list(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [key, value] : request.query) {
    if (key != name) continue;
    for (const std::string& each : split(value, ',')) {
      if (!each.empty()) out.emplace_back(trimmed(each));
    }
  }
  return out;
}

Json json_body(const Call& call) {
  if (!call.request.headers.has_token("Content-Type", "application/json")) {
    throw ApiError{.status = 415, .message = "Content-Type must be application/json"};
  }
  Json body = Json::parse(call.request.body, nullptr, /*allow_exceptions=*/false);
  if (body.is_discarded()) throw invalid("the body is not JSON of the form that is needed");
  return body;
}

Json batch_inputs(const Json& body, std::size_t most) {
  const Json inputs = body.is_object() ? body.value("inputs", Json()) : Json();
  if (!inputs.is_array() || inputs.empty()) throw invalid("inputs must not be empty");
  if (inputs.size() > most) {
    throw invalid(fmt::format("the batch has {} inputs; at most {}", inputs.size(), most));
  }
  return inputs;
}

ObjectType& known_object(Service& service, const Call& call, const std::string& name,
                         bool for_writing) {
  ObjectType* type = service.portal.schema.find(name);
  if (type == nullptr) {
    throw ApiError{.status = 404,
                   .category = "OBJECT_NOT_FOUND",
                   .message = "no object " + name.substr(0, 50)};
  }
  if (type->name == "orders" && service.portal.switches.is_on("orders_off")) {
    need_scope({"", {"none"}, false, Instant::missing()}, type->read_scopes);
  }
  need_scope(call.token, for_writing ? type->write_scopes : type->read_scopes);
  return *type;
}

std::string Service::next_correlation_id() {
  const std::string digits = hex(sha256(fmt::format("{} answer {}", portal.seed, answers_++)));
  return fmt::format("{}-{}-4{}-8{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                     digits.substr(12, 3), digits.substr(15, 3), digits.substr(18, 12));
}

HttpAnswer Service::error_answer(const ApiError& error) {
  if (error.status == 530) return html_answer(530);
  ApiError slim = error;
  if (portal.switches.is_on("slim_errors")) {
    slim.errors.clear();
    slim.context.clear();
  }
  return json_answer(
      error.status,
      json_of(slim, next_correlation_id()).dump(-1, ' ', false, Json::error_handler_t::replace));
}

HttpAnswer Service::refused(Limits::Verdict verdict) {
  const bool is_search = verdict == Limits::Verdict::search;
  const char* name = is_search                         ? "secondly"
                     : verdict == Limits::Verdict::day ? "daily"
                                                       : "ten_secondly_rolling";
  Json body = {{"status", "error"},
               {"message", fmt::format("You have reached your {} limit.", name)}};
  if (is_search && !portal.switches.is_on("search_long_429")) {
    body["correlationId"] = next_correlation_id();
    body["category"] = "RATE_LIMITS";
  } else {
    std::string policy = name;
    std::transform(policy.begin(), policy.end(), policy.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    body["errorType"] = "RATE_LIMIT";
    body["correlationId"] = next_correlation_id();
    body["policyName"] = policy;
    body["groupName"] = "publicapi:sandbox";
  }
  HttpAnswer answer = json_answer(429, body.dump());
  const double draw = static_cast<double>(portal.draw() % 1000) / 1000;
  if (draw < limits.retry_after_share && verdict != Limits::Verdict::day) {
    answer.headers.set("Retry-After", verdict == Limits::Verdict::burst ? "10" : "1");
  }
  return answer;
}

Fault Service::chance_trouble(const HttpRequest& request) {
  Fault fault;
  if (trouble_share <= 0) return fault;
  const auto draw = static_cast<double>(portal.draw() % 1'000'000) / 1'000'000;
  if (draw >= trouble_share) return fault;
  constexpr int kStatuses[] = {500, 502, 503, 504, 524, 0, 0};
  const int status = kStatuses[portal.draw() % std::size(kStatuses)];
  const bool done = applies_trouble && request.method != "GET" && portal.draw() % 2 == 0;
  if (status == 0) {
    (done ? fault.drop_after : fault.drop_before) = true;
  } else {
    fault.status = status;
    fault.after = done;
    fault.content_type = status == 500 ? "application/json;charset=UTF-8" : kHtml;
    fault.answer_body =
        status == 500
            ? json_of({.status = 500, .category = "INTERNAL_ERROR", .message = "something broke"},
                      next_correlation_id())
                  .dump()
            : "<html><body>trouble</body></html>";
  }
  return fault;
}

// A fault may come when there is nothing to edit any more.
void Service::edit(const std::string& edit) try {
  apply_edit(portal, Json::parse(edit));
} catch (const std::exception&) {
  ++edits_refused;
}

HttpAnswer Service::answer(const HttpRequest& request) {
  const std::lock_guard lock(mutex_);
  const Fault* matched = faults.match(request);
  const Fault fault = matched == nullptr ? chance_trouble(request) : *matched;
  HttpAnswer answer;
  if (!fault.edit.empty()) edit(fault.edit);
  if (fault.before == "expire_tokens") auth.expire_all();
  if (fault.drop_before) {
    answer.cut_after_bytes = 0;
    log.note(request, "fault", 0, portal.now());
  } else if (fault.status != 0) {
    if (fault.after) answer_unfaulted(request);
    answer = empty_answer(fault.status);
    answer.headers.set("Content-Type", fault.content_type);
    answer.body = fault.answer_body;
    if (fault.status == 477) answer.headers.set("Retry-After", "60");
    if (!fault.after) log.note(request, "fault", fault.status, portal.now());
  } else {
    answer = answer_unfaulted(request);
  }
  apply(fault, answer);
  answer.headers.set("Date", http_date(portal.now() + date_skew));
  return answer;
}

HttpAnswer Service::answer_unfaulted(const HttpRequest& request) {
  std::string kind = "unknown path";
  HttpAnswer answer;
  try {
    const auto path = api_path(request);
    if (target_bytes(request) > kTargetBytesMax) {
      answer = html_answer(414);
    } else if (!path) {
      throw ApiError{
          .status = 404, .category = "OBJECT_NOT_FOUND", .message = "resource not found"};
    } else {
      answer = let_in(request, *path, kind);
    }
  } catch (const ApiError& error) {
    answer = error_answer(error);
  } catch (const Json::exception&) {
    // A part of the body has another form than the operation takes.
    answer = error_answer(invalid("the body is not JSON of the form that is needed"));
  }
  log.note(request, kind, answer.status, portal.now());
  return answer;
}

HttpAnswer Service::let_in(const HttpRequest& request, const ApiPath& path, std::string& kind) {
  if (path.parts[0] == "oauth") {
    kind = request.method + " oauth/" + path.parts[1];
    if (request.method == "GET" && path.parts.size() == 3) {
      return auth.token_facts(path.parts[1], path.parts[2]);
    }
    if (request.method == "POST" && path.parts == kPrivateAppFacts) {
      return auth.private_app_facts(request);
    }
    const std::string what = path.parts.size() == 3 ? path.parts[2] : "";
    if (request.method == "POST" && path.parts[1] == "token") {
      if (what.empty()) return auth.token(request);
      kind += "/" + what;
      if (what == "introspect") return auth.introspect(request);
      if (what == "revoke") return auth.revoke(request);
    }
    throw ApiError{.status = 404, .category = "OBJECT_NOT_FOUND", .message = "resource not found"};
  }
  const Token token = auth.caller(request);
  const Limits::Caller caller{token.app, token.is_oauth};
  const bool searches = is_search(path);
  limits.shares = portal.switches.is_on("noise");
  const auto verdict =
      limits.take(caller, searches, !searches || portal.switches.is_on("search_counts_daily"),
                  portal.now(), portal.zone);
  bool exists = false;
  const Route* route = route_of(request.method, path.parts, exists);
  if (route != nullptr) kind = fmt::format("{} {}", route->method, route->path);
  HttpAnswer answer;
  try {
    if (verdict != Limits::Verdict::pass) {
      answer = refused(verdict);
    } else if (route == nullptr) {
      throw ApiError{.status = exists ? 405 : 404,
                     .category = exists ? "METHOD_NOT_ALLOWED" : "OBJECT_NOT_FOUND",
                     .message = exists ? "method not allowed" : "resource not found"};
    } else {
      answer = route->handler(*this, Call{request, path, token});
    }
  } catch (const ApiError& error) {
    answer = error_answer(error);
  } catch (const Json::exception&) {
    answer = error_answer(invalid("the body is not JSON of the form that is needed"));
  }
  if (!searches) limits.add_headers(caller, portal.now(), portal.zone, answer.headers);
  return answer;
}

}  // namespace upselld::sandbox::hubspot
