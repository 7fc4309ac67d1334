// SPDX-License-Identifier: Apache-2.0
#include "cardbox_client.h"

#include <fmt/format.h>

#include <utility>

#include "core/settings.h"

namespace upselld::cardbox {

namespace {

constexpr Duration kPauseUnlessTold = minutes(1);

// One line with what was asked, what came back, and what to do.
Error refusal(const HttpRequest& request, const std::string& path, const HttpResponse& answer,
              Instant now) {
  const Json body = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  const auto error = [&](ErrorKind kind, const std::string& remedy) {
    return Error{kind,
                 fmt::format("{}: HTTP {}: {:.200}{}", path, answer.status,
                             text_of(body, "message"), remedy),
                 {}};
  };
  if (answer.status == 401) return error(ErrorKind::unauthorized, ": store a new token");
  if (answer.status == 403) return error(ErrorKind::forbidden, ": give the token this right");
  if (answer.status == 429) {
    Error limited = error(ErrorKind::rate_limited, "");
    limited.retry_after = now + kPauseUnlessTold;
    for (const auto& [name, value] : answer.headers) {
      const auto told = name == "retry-after" ? parse_number(value) : std::nullopt;
      if (told && *told >= 0 && *told < 86'400) {
        limited.retry_after = now + milliseconds(static_cast<std::int64_t>(*told * 1000));
      }
    }
    return limited;
  }
  if (answer.status < 500) return error(ErrorKind::corrupt, "");
  // It may have broken after the work was done.
  return error(request.is_write ? ErrorKind::timed_out : ErrorKind::unavailable, "");
}

}  // namespace

Client::Client(Host& host, std::string url, Secret token)
    : host_(host), url_(std::move(url)), token_(std::move(token)) {}

Result<Json> Client::get(const std::string& path) {
  HttpRequest request;
  request.url = url_ + path;
  return send(std::move(request), path);
}

Result<Json> Client::read(const std::string& path, const Json& body) {
  HttpRequest request;
  request.method = "POST";
  request.url = url_ + path;
  request.body = body.dump();
  return send(std::move(request), path);
}

Result<Json> Client::write(const std::string& path, const Json& body) {
  HttpRequest request;
  request.method = "POST";
  request.url = url_ + path;
  request.body = body.dump();
  request.repeatable = false;
  request.is_write = true;
  return send(std::move(request), path);
}

Result<Json> Client::send(HttpRequest request, const std::string& path) {
  request.headers = {{"authorization", "Bearer " + std::string(token_.reveal())},
                     {"content-type", "application/json"}};
  auto answer = host_.transport().send(request);
  if (!answer) return in_context(path, answer.error());
  if (answer->status != 200) return refusal(request, path, *answer, host_.clock().now());
  Json body = Json::parse(answer->body, nullptr, /*allow_exceptions=*/false);
  if (body.is_object()) return body;
  return Error{request.is_write ? ErrorKind::timed_out : ErrorKind::corrupt,
               fmt::format("{}: the answer is no JSON object", path),
               {}};
}

const Json& rows_of(const Json& answer, const char* name) {
  static const Json none = Json::array();
  const auto found = answer.find(name);
  return found != answer.end() && found->is_array() ? *found : none;
}

std::string text_of(const Json& row, const char* name) {
  if (!row.is_object()) return {};
  const auto found = row.find(name);
  return found != row.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace upselld::cardbox
