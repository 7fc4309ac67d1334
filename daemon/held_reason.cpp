// SPDX-License-Identifier: Apache-2.0
#include "daemon/held_reason.h"

#include <nlohmann/json.hpp>

namespace upselld::daemon {

std::string held_reason(const std::string& connection, const std::string& why,
                        const AccountsLost& lost) {
  nlohmann::ordered_json reason = {{"connection", connection}, {"why", why}};
  if (lost.lost > 0) reason["accounts_lost"] = {{"lost", lost.lost}, {"known", lost.known}};
  return reason.dump();
}

AccountsLost lost_when_held(const std::string& reason) {
  const auto json = nlohmann::json::parse(reason, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("accounts_lost")) return {};
  try {
    const auto& lost = json.at("accounts_lost");
    return {lost.at("known").get<std::uint64_t>(), lost.at("lost").get<std::uint64_t>()};
  } catch (const nlohmann::json::exception&) {
    return {};
  }
}

Result<void> recall_lost(App& app, ConnectionCycle& connection) {
  if (connection.accounts_lost.known > 0) return {};
  const auto held = app.ledger().brakes.held(connection.link->name());
  if (!held) return held.error();
  if (*held) connection.accounts_lost = lost_when_held((*held)->reasons);
  return {};
}

}  // namespace upselld::daemon
