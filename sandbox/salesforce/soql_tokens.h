// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/salesforce/soql.h"

namespace upselld::sandbox::salesforce {

struct Token {
  enum class Kind { word, symbol, literal, end } kind = Kind::end;
  std::string text;  // words as written, symbols
  Literal literal;
  std::size_t at = 0;
};

// Throws ApiError MALFORMED_QUERY.
std::vector<Token> soql_tokens(std::string_view text);
[[noreturn]] void malformed(std::string_view text, std::size_t at, const std::string& what);

}  // namespace upselld::sandbox::salesforce
