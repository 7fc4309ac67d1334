// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "core/page.h"

// Activities on their way into pages.
namespace upselld::plugins {

// One event. The texts outlive its adding.
struct Happening {
  std::string id;
  std::string_view account, contact, thread;  // empty: none
  std::string_view kind;
  Instant at = Instant::missing();
  Instant known_at = Instant::missing();  // missing, or before `at`: known when it happened
  double value = std::numeric_limits<double>::quiet_NaN();
};

// Adds it to a page of activities. False where it cannot be one: without an account, a moment, or
// with a kind that is no activity's name. It is then told, and deleted as of `stamp`, for it may
// have been one before.
bool add_happening(const Happening& it, Instant stamp, Page& page);

}  // namespace upselld::plugins
