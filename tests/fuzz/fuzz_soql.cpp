// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sandbox/salesforce/soql.h"
#include "sandbox/salesforce/value.h"

// A statement is parsed or refused with a reason, whatever its bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const auto parse :
       {+[](std::string_view soql) { upselld::sandbox::salesforce::parse_soql(soql); },
        +[](std::string_view soql) { upselld::sandbox::salesforce::parse_condition(soql); }}) {
    try {
      parse(text);
    } catch (const upselld::sandbox::salesforce::ApiError& error) {
      if (error.code.empty() || error.message.empty()) __builtin_trap();
    }
  }
  return 0;
}
