// SPDX-License-Identifier: Apache-2.0
#include "daemon/service_state.h"

#include <nlohmann/json.hpp>

#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kWordWidthMax = 200;

std::string text_of(const nlohmann::json& object, const char* name) {
  const auto at = object.find(name);
  if (at == object.end() || !at->is_string()) return {};
  return printable(at->get<std::string>(), kWordWidthMax);
}

}  // namespace

std::string state_json(const ServiceState& state) {
  nlohmann::ordered_json out = {{"doing", state.doing}};
  if (!state.connection.empty()) out["connection"] = state.connection;
  out["since"] = to_text(state.since);
  if (!state.stage.empty()) {
    out["stage"] = state.stage;
    out["steps"] = state.steps;
  }
  if (!state.next_at.is_missing()) out["next_sync_at"] = to_text(state.next_at);
  out["sync_is_asked"] = state.sync_is_asked;
  return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string state_sentence(const nlohmann::json& state) {
  std::string sentence = text_of(state, "doing");
  const std::string connection = text_of(state, "connection"), since = text_of(state, "since");
  const std::string stage = text_of(state, "stage"), next = text_of(state, "next_sync_at");
  if (!connection.empty()) sentence += " of " + connection;
  if (!since.empty()) sentence += " since " + since;
  const auto steps = state.find("steps");
  if (!stage.empty()) sentence += ": " + stage;
  if (!stage.empty() && steps != state.end() && steps->is_number_integer()) {
    sentence += ", " + grouped(steps->get<std::int64_t>()) + " steps";
  }
  if (stage.empty() && !next.empty()) sentence += "; next sync " + next;
  return sentence;
}

}  // namespace upselld::daemon
