// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>

#include "sandbox/serving.h"

namespace upselld::sandbox {

// Where tests keep what was said, for tests/contract/hubspot/check: the file that
// $UPSELLD_EXCHANGES names, or nowhere.
inline std::unique_ptr<ExchangeLog> kept_exchanges() {
  const char* file = std::getenv("UPSELLD_EXCHANGES");
  auto opened = ExchangeLog::open(file == nullptr ? "" : file);
  REQUIRE(opened);
  return std::move(*opened);
}

}  // namespace upselld::sandbox
