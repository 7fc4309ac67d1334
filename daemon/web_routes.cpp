// SPDX-License-Identifier: Apache-2.0
#include "daemon/web_routes.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "daemon/cycle.h"

namespace upselld::daemon {
namespace {

constexpr WebRoute kRoutes[] = {
    {"GET", "/api/v1/about", about_page},
    {"GET", "/api/v1/overview", overview_page},
    {"GET", "/api/v1/accounts", accounts_page},
    {"POST", "/api/v1/accounts/export", accounts_export},
    {"GET", "/api/v1/account", account_page},
    {"GET", "/api/v1/models", models_page},
    {"GET", "/api/v1/model", model_page},
    {"POST", "/api/v1/models/publish", publish_action},
    {"POST", "/api/v1/models/rollback", rollback_action},
    {"GET", "/api/v1/tasks", tasks_page},
    {"GET", "/api/v1/rejected", rejected_page},
    {"GET", "/api/v1/approvals", approvals_page},
    {"POST", "/api/v1/approvals/answer", approval_action},
    {"GET", "/api/v1/audit", audit_page},
    {"GET", "/api/v1/audit/entry", audit_entry_page},
    {"GET", "/api/v1/audit/verify", audit_verify_page},
    {"POST", "/api/v1/audit/export", audit_export},
    {"GET", "/api/v1/settings", settings_page},
    {"POST", "/api/v1/pause", pause_action},
    {"POST", "/api/v1/resume", resume_action},
};

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_config:
      return 400;
    case ErrorKind::unauthorized:
      return 401;
    case ErrorKind::forbidden:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::busy:
    case ErrorKind::unavailable:
    case ErrorKind::cancelled:
    case ErrorKind::unsupported:  // a store that is being made, or brought to this version
      return 503;
    case ErrorKind::rate_limited:
    case ErrorKind::budget_exhausted:
    case ErrorKind::cursor_lost:
    case ErrorKind::timed_out:
    case ErrorKind::corrupt:
    case ErrorKind::io:
      return 500;
  }
  return 500;
}

}  // namespace

std::span<const WebRoute> web_routes() {
  return kRoutes;
}

WebAnswer json_answer(const Json& json, int status) {
  return {status, "application/json", json.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

WebAnswer error_answer(const Error& error) {
  return json_answer({{"error", {{"kind", to_text(error.kind)}, {"message", error.message}}}},
                     status_of(error.kind));
}

Result<Json> object_of(const WebRequest& request) {
  Json json = Json::parse(request.body, nullptr, false);
  if (json.is_object()) return json;
  return Error{ErrorKind::invalid_config, "send a JSON object", {}};
}

std::string text_of(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() || !at->is_string() ? std::string() : at->get<std::string>();
}

Result<std::size_t> number_of(const WebRequest& request, const char* name, std::size_t otherwise,
                              std::size_t most) {
  const std::string text = request.parameter(name);
  if (text.empty()) return otherwise;
  std::size_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) {
    return std::min(number, most);
  }
  return Error{ErrorKind::invalid_config, std::string(name) + ": write a whole number", {}};
}

Json instant_json(Instant at) {
  return at.is_missing() ? Json() : Json(to_text(at));
}

Result<void> note_action(App& app, store::Transaction& transaction, store::AuditKind kind,
                         const Json& payload) {
  const Instant at = app.clock().now();
  // A reason may have been cut inside a character.
  const std::string text = payload.dump(-1, ' ', false, Json::error_handler_t::replace);
  return app.ledger().audit.append(transaction, {kind, at, new_run_id(at), {}, text});
}

}  // namespace upselld::daemon
