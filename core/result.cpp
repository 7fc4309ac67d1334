// SPDX-License-Identifier: Apache-2.0
#include "core/result.h"

namespace upselld {

const char* to_text(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_config:
      return "invalid_config";
    case ErrorKind::unauthorized:
      return "unauthorized";
    case ErrorKind::forbidden:
      return "forbidden";
    case ErrorKind::rate_limited:
      return "rate_limited";
    case ErrorKind::budget_exhausted:
      return "budget_exhausted";
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::cursor_lost:
      return "cursor_lost";
    case ErrorKind::timed_out:
      return "timed_out";
    case ErrorKind::corrupt:
      return "corrupt";
    case ErrorKind::unsupported:
      return "unsupported";
    case ErrorKind::cancelled:
      return "cancelled";
    case ErrorKind::busy:
      return "busy";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::io:
      return "io";
  }
  UPSELLD_ASSERT(false);
  return "";
}

Error in_context(const std::string& doing, Error error) {
  error.message = doing + ": " + error.message;
  return error;
}

}  // namespace upselld
