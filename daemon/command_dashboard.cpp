// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <nlohmann/json.hpp>

#include "daemon/app.h"
#include "daemon/command_list.h"
#include "daemon/service.h"
#include "daemon/state_owner.h"
#include "daemon/web_access.h"

namespace upselld::daemon {

Result<int> dashboard_command(const Invocation& invocation) {
  const auto app = App::open(invocation, Access::settings_only);
  if (!app) return app.error();
  const DaemonSettings& settings = (*app)->settings();
  if (const auto owned = check_owner(settings.state); !owned) return owned.error();
  if (!service_runs_on(settings.state)) {
    return Error{ErrorKind::not_found,
                 "no service runs on " + settings.state.string() + "; start it with: upselld run",
                 {}};
  }
  const WebRole role = invocation.has("--operate") ? WebRole::operate : WebRole::view;
  const auto link = make_login_link(settings.state, role, (*app)->clock());
  if (!link) return link.error();
  if (invocation.json) {
    std::cout << nlohmann::ordered_json({{"link", *link}, {"role", to_text(role)}}).dump(2) << "\n";
  } else {
    std::cout << *link << "\nIt logs in once, within " << kLinkHolds.ms / minutes(1).ms
              << " minutes, and may "
              << (role == WebRole::operate ? "look, pause, sync, publish, approve and export.\n"
                                           : "look; with --operate also act.\n");
  }
  return kDone;
}

}  // namespace upselld::daemon
