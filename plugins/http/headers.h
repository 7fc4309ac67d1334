// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/host.h"

namespace upselld::plugins {

// The first header of that name (lower case), or empty.
std::string_view header(const HttpResponse& response, std::string_view name);

// "Sun, 22 Nov 2026 06:58:00 GMT", as the header Date has it.
std::optional<Instant> parse_http_date(std::string_view text);
// The server's clock, to the second; nothing where it does not say.
std::optional<Instant> server_date(const HttpResponse& response);

// Retry-After as seconds or as a date; nothing where there is none or it makes no sense. At most a
// day.
std::optional<Duration> retry_after(const HttpResponse& response, Instant now);

// How much of the day's calls is used, by what the headers say (Sforce-Limit-Info,
// X-HubSpot-RateLimit-Daily and -Daily-Remaining). Unknown pairs are passed over.
struct ReportedUsage {
  std::uint64_t used = 0;
  std::uint64_t limit = 0;
};
std::optional<ReportedUsage> reported_usage(const HttpResponse& response);

// Text that came from the other side, fit for a message: tokens, assertions and keys replaced by
// <secret>, control characters by blanks, at most `bytes_max` bytes on a character's border.
std::string redacted(std::string_view text, std::size_t bytes_max = 500);

}  // namespace upselld::plugins
