// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugins/connector.h"
#include "plugins/crm/mapped_settings.h"

namespace upselld::plugins::hubspot {

struct Credentials {
  bool is_oauth = false;  // else a service key or private app token, which does not expire
  std::string host;       // without a slash at the end
  Secret token;
  std::string client_id;
  Secret client_secret, refresh_token;
  std::optional<Error> unreadable;  // a secret that cannot be read now: told when it is needed
  std::string refresh_token_file;   // a new token is written there; empty: it cannot be kept
};

enum class TaskKeys {
  unique,       // the account itself refuses a second task of one key
  at_most_once  // a plain property, or a line in the body: what is not known is not repeated
};

// A connection's settings, checked. All that decides what is read is part of `fingerprint`.
struct HubspotSettings : MappedSettings {
  Credentials credentials;
  std::string version;  // "2026-09", "2026-03" or "legacy"
  std::vector<std::string> escalated_priorities;
  std::string no_mail, no_call, no_profile;  // of contacts
  Duration look_back, refresh;
  TaskKeys task_keys = TaskKeys::unique;
  std::string fingerprint;
};

const SettingTable& connection_settings();

// Attributes by their settings alone.
Result<std::vector<AttributeSpec>> attributes_of(const Settings& settings);
// Everything, secrets too. `context` gives the attribute table and the types that are up-sells.
Result<HubspotSettings> read_settings(const Settings& settings, const ConnectorContext& context);

// True for a name of a property or object: small letters, digits, _ and -.
bool is_name(const std::string& text);

}  // namespace upselld::plugins::hubspot
