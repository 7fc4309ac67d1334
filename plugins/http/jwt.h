// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/secret.h"

namespace upselld::plugins {

// base64url without padding.
std::string base64url(std::string_view bytes);

// header.claims.signature, signed with RSASSA-PKCS1-v1_5 and SHA-256. `claims` is a JSON object.
// A key that is no RSA key in PEM, or shorter than 2048 bits: invalid_config, without a byte of it.
Result<Secret> signed_jwt(std::string_view claims, const Secret& private_key);

}  // namespace upselld::plugins
