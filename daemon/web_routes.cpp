// SPDX-License-Identifier: Apache-2.0
#include "daemon/web_routes.h"

#include <nlohmann/json.hpp>

namespace upselld::daemon {
namespace {

constexpr WebRoute kRoutes[] = {
    {"GET", "/api/v1/about", about_page, /*is_shared=*/true},
    {"GET", "/api/v1/overview", overview_page, /*is_shared=*/true},
    {"GET", "/api/v1/accounts", accounts_page, /*is_shared=*/true},
    {"POST", "/api/v1/accounts/export", accounts_export},
    {"GET", "/api/v1/account", account_page},
    {"GET", "/api/v1/models", models_page, /*is_shared=*/true},
    {"GET", "/api/v1/model", model_page, /*is_shared=*/true},
    {"POST", "/api/v1/models/publish", publish_action},
    {"POST", "/api/v1/models/decline", decline_action},
    {"POST", "/api/v1/models/rollback", rollback_action},
    {"GET", "/api/v1/tasks", tasks_page, /*is_shared=*/true},
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

Json instant_json(Instant at) {
  return at.is_missing() ? Json() : Json(to_text(at));
}

}  // namespace upselld::daemon
