// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace upselld::plugins {

// An absolute address, taken apart.
struct Url {
  std::string scheme;  // http or https
  std::string host;    // without brackets
  int port = 0;
  std::string target;  // path and query, at least "/"

  std::string origin() const;  // "https://acme.example:8443", the port only where it is unusual
};

// https, or http to this machine; anything else (user names, fragments, other schemes) is
// invalid_config. `what` names the setting or call in the message.
Result<Url> parse_url(std::string_view text, const std::string& what);
// "localhost", 127.0.0.0/8 or ::1.
bool is_loopback(std::string_view host);

// Everything but letters, digits and -._~ as %XX.
std::string percent_encoded(std::string_view text);
// application/x-www-form-urlencoded.
std::string form_encoded(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace upselld::plugins
