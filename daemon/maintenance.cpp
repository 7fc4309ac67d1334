// SPDX-License-Identifier: Apache-2.0
#include "daemon/maintenance.h"

#include "daemon/cycle.h"
#include "store/retention.h"

namespace upselld::daemon {
namespace {

// Of requests that read; a command that would write waits meanwhile.
constexpr Duration kReadersPatience = milliseconds(200);

// Dropping records reads all of them: once a month is enough, for they take no part any more.
Instant month_of(Instant at, const TimeZone& zone) {
  const Civil civil = civil_of(zone.day_of(at));
  return zone.start_of(Day::of_civil(civil.year, civil.month, 1));
}

store::RetentionLimits limits_of(const DaemonSettings& settings, Instant now) {
  const RetentionSettings& kept = settings.retention;
  const auto limit = [&](const std::optional<Duration>& age) {
    return age ? now - *age : Instant::missing();
  };
  store::RetentionLimits limits;
  limits.undo = limit(kept.undo);
  limits.runs = limit(kept.runs);
  limits.deliveries = limit(kept.deliveries);
  if (kept.scores) limits.scores = settings.zone.day_of(now - *kept.scores);
  limits.models = limit(kept.models);
  limits.audit = limit(kept.audit);
  if (kept.records) limits.records = month_of(kept.records_from(now, settings.zone), settings.zone);
  return limits;
}

}  // namespace

Result<Maintenance> drop_what_is_old(App& app, const std::function<bool()>& may_go_on) {
  const Instant now = app.clock().now();
  store::Retention retention(app.database(), limits_of(app.settings(), now), new_run_id(now), now);
  Maintenance done;
  while (true) {
    if (!may_go_on()) {
      done.is_done = false;
      break;
    }
    app.progress().step();
    const auto more = retention.step();
    if (!more) return more.error();
    if (!*more) break;
  }
  done.dropped = retention.dropped().text();
  return done;
}

Result<void> empty_log(App& app) {
  const auto emptied = app.database().checkpoint(kReadersPatience);
  return emptied ? Result<void>() : Result<void>(emptied.error());
}

}  // namespace upselld::daemon
