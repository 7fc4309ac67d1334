// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugins/connector.h"
#include "plugins/crm/mapped_settings.h"

namespace upselld::plugins::salesforce {

enum class Flow { jwt, client_credentials, refresh_token, given };

struct Credentials {
  Flow flow = Flow::jwt;
  std::string host;      // where tokens are asked for, without a slash at the end
  std::string instance;  // the org's own address, the same way
  std::string audience;  // jwt: the login host of the kind of org
  std::string username, client_id;
  Secret private_key, client_secret, refresh_token;
  Secret given_session;             // of somebody who logged in elsewhere
  std::optional<Error> unreadable;  // a secret that cannot be read now: told when it is needed
  std::string refresh_token_file;   // a rotated token is written there; empty: it cannot be kept
};

// A connection's settings, checked. All that decides what is read is part of `fingerprint`.
struct SalesforceSettings : MappedSettings {
  Credentials credentials;
  std::string version;  // "62.0"
  bool may_use_bulk = true;
  std::int64_t bulk_rows = 20'000;
  std::int64_t bulk_writes = 2'000;
  std::string task_status, withdrawn_status;
  std::string package_folder;
  std::string fingerprint;
};

const SettingTable& connection_settings();

// Attributes by their settings alone.
Result<std::vector<AttributeSpec>> attributes_of(const Settings& settings);
// Everything, secrets too. `context` gives the attribute table and the types that are up-sells.
Result<SalesforceSettings> read_settings(const Settings& settings, const ConnectorContext& context);

// True for a name that SOQL may hold: letters, digits and _, with dots between.
bool is_field_path(const std::string& text);

}  // namespace upselld::plugins::salesforce
