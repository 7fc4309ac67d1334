// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>

#include "daemon/app.h"
#include "daemon/codec.h"
#include "daemon/service_door.h"
#include "daemon/web_reading.h"
#include "daemon/web_request.h"

namespace upselld::daemon {

// What a page has to work with, for one request.
struct WebContext {
  App& app;
  const WebRequest& request;
  const ServiceDoor& door;
};

// One page's data or one thing that people may do. GET needs the role `view` and reads beside a
// running sync; POST needs `operate` and makes short writes beside it.
struct WebRoute {
  const char* method;
  const char* path;
  Result<WebAnswer> (*answer)(const WebContext& context);
  // What every open page asks again and again, the same for all: made at most once a second.
  bool is_shared = false;
};
// All of /api/v1 but the session, the service's own and the description.
std::span<const WebRoute> web_routes();

Result<WebAnswer> about_page(const WebContext& context);
Result<WebAnswer> overview_page(const WebContext& context);
Result<WebAnswer> accounts_page(const WebContext& context);
Result<WebAnswer> accounts_export(const WebContext& context);
Result<WebAnswer> account_page(const WebContext& context);
Result<WebAnswer> models_page(const WebContext& context);
Result<WebAnswer> model_page(const WebContext& context);
Result<WebAnswer> publish_action(const WebContext& context);
Result<WebAnswer> decline_action(const WebContext& context);
Result<WebAnswer> rollback_action(const WebContext& context);
Result<WebAnswer> tasks_page(const WebContext& context);
Result<WebAnswer> rejected_page(const WebContext& context);
Result<WebAnswer> approvals_page(const WebContext& context);
Result<WebAnswer> approval_action(const WebContext& context);
Result<WebAnswer> audit_page(const WebContext& context);
Result<WebAnswer> audit_entry_page(const WebContext& context);
Result<WebAnswer> audit_verify_page(const WebContext& context);
Result<WebAnswer> audit_export(const WebContext& context);
Result<WebAnswer> settings_page(const WebContext& context);
Result<WebAnswer> pause_action(const WebContext& context);
Result<WebAnswer> resume_action(const WebContext& context);

// Why the service is not ready to do its work, a line each, without account data. None: ready.
Result<std::vector<std::string>> not_ready_because(App& app);

// Text that is no UTF-8 is written with replacement characters.
WebAnswer json_answer(const Json& json, int status = 200);
WebAnswer error_answer(const Error& error);
// null for a missing one.
Json instant_json(Instant at);

}  // namespace upselld::daemon
