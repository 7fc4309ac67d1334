// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/faults.h"

#include <fmt/format.h>

namespace upselld::plugins {

namespace {

ErrorKind kind_of(FaultClass what, ErrorKind limit) {
  switch (what) {
    case FaultClass::retry:
    case FaultClass::parked:
      break;
    case FaultClass::session:
      return ErrorKind::unauthorized;
    case FaultClass::limit:
      return limit;
    case FaultClass::gone:
      return ErrorKind::not_found;
    case FaultClass::setup:
    case FaultClass::data:
    case FaultClass::duplicate:
      return ErrorKind::forbidden;
  }
  return ErrorKind::unavailable;
}

}  // namespace

Error error_told(const std::string& doing, const Fault& fault, FaultClass what,
                 const std::string& remedy, ErrorKind limit) {
  std::string message = doing + ": ";
  if (fault.status != 0) message += fmt::format("HTTP {}", fault.status);
  if (!fault.code.empty()) message += (fault.status == 0 ? "" : " ") + fault.code;
  if (!fault.message.empty()) message += ": " + fault.message;
  if (!remedy.empty()) message += "; " + remedy;
  return {kind_of(what, limit), message, {}};
}

}  // namespace upselld::plugins
