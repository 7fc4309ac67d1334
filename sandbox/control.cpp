// SPDX-License-Identifier: Apache-2.0
#include "sandbox/control.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/time_zone.h"

namespace upselld::sandbox {

using Json = nlohmann::ordered_json;

Instant instant_of(const std::string& text) {
  static const TimeZone utc = TimeZone::utc();
  const auto at = parse_instant(text, "iso", utc);
  if (!at || text.size() < std::string_view("2026-11-22T06:00").size()) {
    throw std::invalid_argument("not a time: " + text);
  }
  return *at;
}

Duration duration_of(const std::string& text) {
  const auto duration = parse_duration(text);
  if (!duration) throw std::invalid_argument("not a duration: " + text);
  return *duration;
}

Json set_clock(VirtualClock& clock, const Json& body) {
  if (body.contains("set")) clock.set(instant_of(body["set"]));
  if (body.contains("step")) clock.step(duration_of(body["step"]));
  if (body.value("run", false)) clock.run();
  if (body.value("freeze", false)) clock.freeze();
  return {{"now", to_text(clock.now())}};
}

Json add_faults(Faults& faults, const Json& body) {
  if (body.value("clear", false)) faults.clear();
  for (const Json& rule : body.value("add", Json::array())) {
    faults.add(fault_of(nlohmann::json::parse(rule.dump())));
  }
  return {{"used", faults.used()}};
}

}  // namespace upselld::sandbox
