// SPDX-License-Identifier: Apache-2.0
#include "daemon/command_list.h"
#include "daemon/service.h"

namespace upselld::daemon {

Result<int> service_command(const Invocation& invocation) {
  if (invocation.as_of) {
    return Error{ErrorKind::invalid_config,
                 "--as-of: a service runs in its own time; for one cycle use: upselld sync",
                 {}};
  }
  std::optional<Instant> until;
  if (const std::string text = invocation.option("--until"); !text.empty()) {
    until = parse_instant(text, "iso", TimeZone::utc());
    if (!until) {
      return Error{ErrorKind::invalid_config,
                   "--until " + text + ": write a time as 2026-12-01T00:00:00Z",
                   {}};
    }
  }
  if (invocation.has("--once")) {
    if (until) return Error{ErrorKind::invalid_config, "write --once or --until, not both", {}};
    const auto clock = make_clock();
    if (!clock) return clock.error();
    until = (*clock)->now();
  }
  const auto service = Service::start(invocation);
  if (!service) return service.error();
  const auto ran = (*service)->run(until);
  if (!ran) return ran.error();
  // A service that stays tells of its cycles as they end; that it was stopped is no failure. Who
  // starts one for each cycle hears of it by the exit code alone.
  return invocation.has("--once") ? *ran : kDone;
}

}  // namespace upselld::daemon
