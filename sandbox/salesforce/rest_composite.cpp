// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "sandbox/salesforce/handlers.h"

// composite and composite/batch: several calls in one.
namespace upselld::sandbox::salesforce {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kCallsMax = 25;

HttpRequest sub_request(const std::string& method, const std::string& url, const Json* body) {
  HttpRequest request;
  request.method = method;
  const std::size_t mark = url.find('?');
  request.path = url.substr(0, mark);
  if (mark != std::string::npos) request.query = parse_parameters(url.substr(mark + 1));
  if (body != nullptr) {
    request.headers.set("Content-Type", "application/json");
    request.body = body->dump();
  }
  return request;
}

HttpAnswer answer_one(Service& service, const Call& call, const HttpRequest& request) {
  try {
    std::string_view path = request.path;
    if (path.starts_with('/')) path.remove_prefix(1);
    std::vector<std::string> parts = split(path, '/');
    // composite wants the full path, composite/batch takes one from the version on.
    if (parts.size() > 2 && parts[0] == "services") parts.erase(parts.begin(), parts.begin() + 2);
    if (parts.empty() || parts[0] != "v" + call.version) {
      throw ApiError{404, "NOT_FOUND", "The requested resource does not exist", {}};
    }
    for (std::string& part : parts) {
      part = percent_decoded(part, /*plus_is_blank=*/false).value_or(part);
    }
    if (parts.size() > 1 && (parts[1] == "composite" && parts.size() == 2)) {
      throw ApiError{400, "INVALID_REQUEST", "composite calls cannot be nested", {}};
    }
    return service.route({request, call.user, call.version, {parts.begin() + 1, parts.end()}});
  } catch (const ApiError& error) {
    return error_answer(error);
  }
}

Json body_json(const HttpAnswer& answer) {
  if (answer.body.empty()) return nullptr;
  return Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
}

// "@{name.field}" in a text by what an earlier call answered.
void fill_in(std::string& text, const std::map<std::string, Json>& answers) {
  for (std::size_t at = text.find("@{"); at != std::string::npos; at = text.find("@{", at + 1)) {
    const std::size_t end = text.find('}', at);
    const std::string name = text.substr(at + 2, end - at - 2);
    const std::size_t dot = name.find('.');
    const auto found = answers.find(name.substr(0, dot));
    const bool known = end != std::string::npos && dot != std::string::npos &&
                       found != answers.end() && found->second.is_object() &&
                       found->second.contains(name.substr(dot + 1));
    if (!known)
      throw ApiError{400, "PROCESSING_HALTED", "Invalid reference specified: " + name, {}};
    const Json& value = found->second[name.substr(dot + 1)];
    text.replace(at, end - at + 1, value.is_string() ? value.get<std::string>() : value.dump());
  }
}

}  // namespace

HttpAnswer post_composite(Service& service, const Call& call) {
  const Json body = json_body(call);
  const Json requests = body.value("compositeRequest", Json::array());
  if (body.value("allOrNone", false)) {
    throw ApiError{
        400, "INVALID_REQUEST", "the sandbox knows composite without allOrNone only", {}};
  }
  if (requests.size() > kCallsMax || requests.empty()) {
    throw ApiError{400, "LIMIT_EXCEEDED", "composite: 1 to 25 requests", {}};
  }
  Json out = Json::array();
  std::map<std::string, Json> answers;
  for (const Json& each : requests) {
    const std::string reference = each.value("referenceId", "");
    HttpAnswer answer;
    try {
      std::string url = each.value("url", "");
      std::string text = each.contains("body") ? each["body"].dump() : "";
      fill_in(url, answers);
      fill_in(text, answers);
      const Json filled = text.empty() ? Json() : Json::parse(text);
      answer =
          answer_one(service, call,
                     sub_request(each.value("method", ""), url, text.empty() ? nullptr : &filled));
    } catch (const ApiError& error) {
      answer = error_answer(error);
    }
    answers[reference] = body_json(answer);
    out.push_back({{"body", answers[reference]},
                   {"httpHeaders", Json::object()},
                   {"httpStatusCode", answer.status},
                   {"referenceId", reference}});
  }
  return json_answer(200, Json{{"compositeResponse", out}}.dump());
}

HttpAnswer post_composite_batch(Service& service, const Call& call) {
  const Json body = json_body(call);
  const Json requests = body.value("batchRequests", Json::array());
  if (requests.size() > kCallsMax || requests.empty()) {
    throw ApiError{400, "LIMIT_EXCEEDED", "composite/batch: 1 to 25 requests", {}};
  }
  Json results = Json::array();
  bool has_errors = false;
  for (const Json& each : requests) {
    const Json input = each.value("richInput", Json());
    const HttpAnswer answer =
        answer_one(service, call,
                   sub_request(each.value("method", ""), each.value("url", ""),
                               input.is_null() ? nullptr : &input));
    has_errors = has_errors || answer.status >= 300;
    results.push_back({{"statusCode", answer.status}, {"result", body_json(answer)}});
  }
  return json_answer(200, Json{{"hasErrors", has_errors}, {"results", results}}.dump());
}

}  // namespace upselld::sandbox::salesforce
