// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/assertions.h"
#include "core/instant.h"

namespace upselld {

// What can go wrong in the world, told apart only where a caller does something different.
enum class ErrorKind {
  invalid_config,    // the person must change settings: exit code 2
  unauthorized,      // credentials are refused: stop, tell the admin
  forbidden,         // a permission is missing: stop this part, tell the admin which
  rate_limited,      // try again after `retry_after`
  budget_exhausted,  // clean stop; resume after `retry_after`; not a failure of the run
  unavailable,       // the other side is down: try again later
  cursor_lost,       // start this stream again from nothing
  timed_out,         // nothing is known about what was sent
  corrupt,           // stored or received bytes are not what they should be: never use them
  unsupported,       // this connector cannot do that
  cancelled,         // we were asked to stop
  busy,              // another process holds what we need
  not_found,         // the thing asked for does not exist (an account, a plan, a model)
  io,                // the disk said no: full, read-only, permission
};

// The kind's name as written in logs and JSON.
const char* to_text(ErrorKind kind);

// `message` says what was being done, to what, and what to do: lower case, no full stop, never a
// secret, never text of a CRM without a length limit.
struct Error {
  ErrorKind kind = ErrorKind::io;
  std::string message;
  std::optional<Instant> retry_after;
};

// Puts what the caller was doing in front: "pull crm: " + message.
Error in_context(const std::string& doing, Error error);

// A value or the reason why there is none. `Result<void>` is success or the reason.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  explicit operator bool() const { return held_.index() == 0; }
  T& value() & { return checked(); }
  const T& value() const& {
    UPSELLD_ASSERT(held_.index() == 0);
    return std::get<0>(held_);
  }
  T&& value() && { return std::move(checked()); }
  T& operator*() { return checked(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &value(); }
  const Error& error() const {
    UPSELLD_ASSERT(held_.index() == 1);
    return std::get<1>(held_);
  }

 private:
  T& checked() {
    UPSELLD_ASSERT(held_.index() == 0);
    return std::get<0>(held_);
  }
  std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit

  explicit operator bool() const { return !error_; }
  const Error& error() const {
    UPSELLD_ASSERT(error_);
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace upselld
