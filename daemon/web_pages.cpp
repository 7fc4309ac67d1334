// SPDX-License-Identifier: Apache-2.0
#include "daemon/web_pages.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/metrics.h"
#include "embedded/dashboard_files.h"

namespace upselld::daemon {
namespace {

// Pages of people; the script of index.html shows what the path asks for.
constexpr const char* kPages[] = {"/",      "/accounts", "/account",  "/model",
                                  "/tasks", "/audit",    "/settings", "/approvals"};
// What the page for logging in needs; nothing in it is anybody's secret.
constexpr const char* kOpenFiles[] = {"login.html", "login.js", "style.css", "icon.svg"};
constexpr const char* kPrivateFiles[] = {"index.html", "openapi.json"};

struct SecurityHeader {
  const char* name;
  const char* value;
};
constexpr SecurityHeader kHeaders[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

template <typename Names>
bool is_one_of(const std::string& name, const Names& names) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

const char* type_of(const std::string& name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "application/json";
}

WebAnswer refused(int status, ErrorKind kind, const char* why) {
  WebAnswer answer = error_answer({kind, why, {}});
  answer.status = status;
  return answer;
}

WebAnswer text_answer(int status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text)};
}

// All that an answer depends on but the data, and at what the service was: the end of a sync is
// seen at once. Lengths keep one part from being taken for another.
std::string name_of(const WebRequest& request, const ServiceState& state) {
  std::string name = state.doing + " " + std::to_string(state.since.ms) + " " + request.path;
  for (const auto& [key, value] : request.query) {
    name +=
        "&" + std::to_string(key.size()) + ":" + key + std::to_string(value.size()) + ":" + value;
  }
  return name;
}

}  // namespace

WebAnswer WebPages::answer(WebRequest request) {
  WebAnswer answer;
  if (!access_.is_meant_for_us(request)) {
    answer = refused(421, ErrorKind::forbidden, "this host is not served here");
  } else if (request.method != "GET" && request.method != "POST") {
    answer = refused(405, ErrorKind::unsupported, "use GET or POST");
  } else {
    request.user = access_.user_of(request);
    answer = routed(request);
    // What a person did is to be seen at once.
    if (request.method == "POST" && request.user.role == WebRole::operate) shared_.forget();
  }
  for (const SecurityHeader& header : kHeaders) {
    answer.headers.emplace_back(header.name, header.value);
  }
  return answer;
}

WebAnswer WebPages::routed(const WebRequest& request) {
  const bool is_post = request.method == "POST";
  if (is_post && !WebAccess::is_of_our_page(request)) {
    return refused(403, ErrorKind::forbidden, "sent by a page of another site");
  }
  if (request.path == "/-/healthy") return text_answer(200, "healthy\n");
  if (request.path == "/-/ready") return ready();
  if (request.path == "/metrics" && !is_post) return metrics();
  if (request.path.starts_with("/api/v1/session")) return session(request);
  if (!is_post && !request.path.starts_with("/api/")) return page(request);
  const WebRole needed = is_post ? WebRole::operate : WebRole::view;
  if (request.user.role == WebRole::nobody) {
    return refused(401, ErrorKind::unauthorized, "log in with the link of: upselld dashboard");
  }
  if (request.user.role < needed) {
    return refused(403, ErrorKind::forbidden,
                   "this needs the role operate: upselld dashboard --operate");
  }
  return is_post && request.path.starts_with("/-/") ? asked(request) : api(request);
}

WebAnswer WebPages::session(const WebRequest& request) {
  const bool is_post = request.method == "POST";
  if (request.path == "/api/v1/session" && !is_post) {
    return json_answer({{"role", to_text(request.user.role)}, {"name", request.user.name}});
  }
  if (request.path == "/api/v1/session" && is_post) {
    const auto body = object_of(request);
    if (!body) return error_answer(body.error());
    const auto cookie = access_.log_in(text_of(*body, "token"));
    if (!cookie) {
      return refused(401, ErrorKind::unauthorized, "this link was used, or is too old");
    }
    WebAnswer answer = json_answer({{"done", true}});
    answer.headers.emplace_back("Set-Cookie", *cookie);
    return answer;
  }
  if (request.path == "/api/v1/session/end" && is_post) {
    WebAnswer answer = json_answer({{"done", true}});
    answer.headers.emplace_back("Set-Cookie", access_.log_out(request));
    return answer;
  }
  return refused(404, ErrorKind::not_found, "there is no such thing here");
}

WebAnswer WebPages::file(const std::string& name, int status) const {
  for (const EmbeddedFile& file : dashboard_files()) {
    if (file.name == name) return {status, type_of(name), std::string(file.bytes)};
  }
  return refused(404, ErrorKind::not_found, "there is no such page");
}

WebAnswer WebPages::page(const WebRequest& request) {
  const bool is_known = request.user.role != WebRole::nobody;
  const std::string name = request.path.substr(1);
  if (request.path == "/login") return file("login.html", 200);
  if (is_one_of(name, kOpenFiles)) return file(name, 200);
  if (is_one_of(request.path, kPages))
    return file(is_known ? "index.html" : "login.html", is_known ? 200 : 401);
  if (!is_known) return refused(401, ErrorKind::unauthorized, "log in first");
  if (is_one_of(name, kPrivateFiles)) return refused(404, ErrorKind::not_found, "no such page");
  return file(name, 200);
}

WebAnswer WebPages::ready() {
  const auto app = open(Access::page);
  const auto reasons =
      app ? not_ready_because(**app) : Result<std::vector<std::string>>(app.error());
  std::string text;
  if (!reasons) text = "not ready: " + reasons.error().message + "\n";
  if (reasons) {
    for (const std::string& reason : *reasons) text += "not ready: " + reason + "\n";
  }
  return text_answer(text.empty() ? 200 : 503, text.empty() ? "ready\n" : text);
}

// Without login: there is no account's data in them. Before the first sync there is no store yet.
WebAnswer WebPages::metrics() {
  const auto app = open(Access::page);
  const auto text = metrics_text(app ? app->get() : nullptr, door_.state());
  if (!text) return text_answer(503, text.error().message + "\n");
  return {200, "text/plain; version=0.0.4; charset=utf-8", *text};
}

// What the service's loop is asked to do.
WebAnswer WebPages::asked(const WebRequest& request) {
  if (request.path == "/-/reload") {
    door_.request_reload();
    return json_answer({{"asked", "reload"}}, 202);
  }
  if (request.path == "/-/sync") {
    const auto body = request.body.empty() ? Result<Json>(Json::object()) : object_of(request);
    if (!body) return error_answer(body.error());
    if (const auto asked = door_.request_sync(text_of(*body, "connection")); !asked) {
      return error_answer(asked.error());
    }
    return json_answer({{"asked", "sync"}}, 202);
  }
  return refused(404, ErrorKind::not_found, "there is no such thing here");
}

WebAnswer WebPages::api(const WebRequest& request) {
  if (request.path == "/api/v1/openapi.json" && request.method == "GET") {
    return file("openapi.json", 200);
  }
  for (const WebRoute& route : web_routes()) {
    if (request.path != route.path || request.method != route.method) continue;
    if (!route.is_shared) return made(route, request);
    return shared_.get(name_of(request, door_.state()), [&] { return made(route, request); });
  }
  return refused(404, ErrorKind::not_found, "there is no such thing here");
}

WebAnswer WebPages::made(const WebRoute& route, const WebRequest& request) const {
  const auto app = open(request.method == "POST" ? Access::brake : Access::page);
  if (!app) return error_answer(app.error());
  const auto answer = route.answer({**app, request, door_});
  return answer ? *answer : error_answer(answer.error());
}

Result<std::unique_ptr<App>> WebPages::open(Access access) const {
  Invocation invocation = invocation_;
  invocation.quiet = true;
  invocation.command = "dashboard";
  return App::open(invocation, access, door_.config());
}

}  // namespace upselld::daemon
