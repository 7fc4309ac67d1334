// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace upselld::sandbox::salesforce {

struct Jwt {
  std::string issuer, subject, audience;
  double expires = 0;  // seconds; 0: missing
  std::string signed_text, signature;
};
// Nothing for what is no RS256 token with readable claims.
std::optional<Jwt> parse_jwt(std::string_view token);
bool is_signed_by(const Jwt& jwt, const std::string& certificate_pem);

std::string base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text, bool url_alphabet);

}  // namespace upselld::sandbox::salesforce
