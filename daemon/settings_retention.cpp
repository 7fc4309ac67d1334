// SPDX-License-Identifier: Apache-2.0
#include "daemon/settings_values.h"

namespace upselld::daemon {
namespace {

std::optional<Duration> read_age(const Settings& group, const char* name, Duration least,
                                 Findings& findings) {
  const std::string text = group.text(name);
  if (text == "forever") return std::nullopt;
  const auto age = parse_duration(text);
  if (age && *age >= least) return age;
  findings.push_back({group.place(name), std::string(name) + ": \"" + text +
                                             "\" is neither forever nor days, such as 400d (at "
                                             "least " +
                                             std::to_string(least.ms / days(1).ms) + "d)"});
  return std::nullopt;
}

}  // namespace

Instant RetentionSettings::records_from(Instant now, const TimeZone& zone) const {
  if (!records) return Instant::missing();
  return zone.start_of(zone.day_of(now) - static_cast<int>(records->ms / days(1).ms));
}

RetentionSettings read_retention(const Settings& group, Findings& findings) {
  RetentionSettings out;
  const std::size_t wrong_before = findings.size();
  out.undo = read_age(group, "undo", days(1), findings);
  out.runs = read_age(group, "runs", days(30), findings);
  // An answer that was lost is looked for within a day; a task's outcome comes within weeks.
  out.deliveries = read_age(group, "deliveries", days(60), findings);
  // Figures say what moved within 30 days.
  out.scores = read_age(group, "scores", days(60), findings);
  out.models = read_age(group, "models", days(30), findings);
  out.audit = read_age(group, "audit", days(90), findings);
  // Models learn from dates up to two years back, and each of these wants a year before it.
  out.records = read_age(group, "records", days(1095), findings);
  const bool outlives = out.runs && (!out.undo || *out.undo > *out.runs);
  if (findings.size() > wrong_before || !outlives) return out;
  if (!group.has("undo")) {
    out.undo = out.runs;
  } else {
    findings.push_back({group.place("undo"),
                        "undo: what a run wrote cannot be kept longer than runs, which names it"});
  }
  return out;
}

}  // namespace upselld::daemon
