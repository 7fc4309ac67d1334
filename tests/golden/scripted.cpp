// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/scripted.h"

namespace upselld::tests {

using Json = nlohmann::json;

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

Result<HttpResponse> ScriptedCrm::send(const HttpRequest& request) {
  const std::size_t host = request.url.find('/', 8);
  const std::string path = decoded(request.url.substr(host));
  std::string line = "> " + request.method + " " + request.url.substr(0, host) + path;
  if (request.wait_before.ms > 0) {
    line += " after " + std::to_string(request.wait_before.ms) + " ms";
    clock_.time = clock_.time + request.wait_before;
  }
  if (!request.repeatable) line += " once";
  lines_.push_back(line);
  if (!request.body.empty() && !is_login(path)) lines_.push_back("  " + request.body);
  const std::string asked = request.method + " " + path + " " + request.body;
  for (Json& answer : answers_) {
    if (asked.find(answer["when"].get<std::string>()) == std::string::npos) continue;
    const std::int64_t served = answer.value("served", std::int64_t{0});
    if (served >= answer.value("times", std::int64_t{1})) continue;
    answer["served"] = served + 1;
    return scripted(answer);
  }
  return usual(request, path);
}

Result<HttpResponse> ScriptedCrm::scripted(Json& answer) {
  const std::string fail = answer.value("fail", "");
  if (fail == "timed_out") return Error{ErrorKind::timed_out, "the connection ended", {}};
  if (fail == "unavailable") return Error{ErrorKind::unavailable, "no connection", {}};
  const std::string body =
      answer.contains("json") ? answer["json"].dump() : answer.value("text", "");
  HttpResponse response = made(answer.value("status", 200), body);
  const Json headers = answer.value("headers", Json::object());
  for (const auto& [name, value] : headers.items()) {
    std::erase_if(response.headers, [&](const auto& header) { return header.first == name; });
    response.headers.emplace_back(name, value.get<std::string>());
  }
  return response;
}

std::vector<std::string> ScriptedCrm::unused() const {
  std::vector<std::string> all;
  for (const Json& answer : answers_) {
    if (answer.value("served", 0) == 0) all.push_back(answer["when"].get<std::string>());
  }
  return all;
}

}  // namespace upselld::tests
