// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace upselld::daemon {

// What a request may do. Each may do what those before it may.
enum class WebRole { nobody, view, operate };
const char* to_text(WebRole role);

struct WebUser {
  WebRole role = WebRole::nobody;
  std::string name;  // as the proxy says, else "dashboard"
};

// A request that was read whole.
struct WebRequest {
  std::string method;  // GET or POST
  std::string path;    // decoded, without the query
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  // names in small letters; of several the first
  std::string body;
  std::string peer;  // address
  WebUser user;      // filled in before a page sees the request

  std::string header(const std::string& name) const {
    const auto at = headers.find(name);
    return at == headers.end() ? std::string() : at->second;
  }
  std::string parameter(const std::string& name) const {
    const auto at = query.find(name);
    return at == query.end() ? std::string() : at->second;
  }
};

struct WebAnswer {
  int status = 200;
  std::string type = "application/json";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

}  // namespace upselld::daemon
