// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cstdlib>

#include "daemon/service_notice.h"

using namespace upselld;
using namespace upselld::daemon;

TEST_CASE("service: a line of the log says one thing, whatever a CRM sent") {
  ::unsetenv("JOURNAL_STREAM");
  const Instant at{1'793'610'000'000};
  CHECK(event_line(LogPriority::info, at, "sync", {{"connection", "crm"}, {"status", "done"}}) ==
        "at=2026-11-02T09:00:00Z event=sync connection=crm status=done\n");
  CHECK(event_line(LogPriority::info, at, "note", {{"why", "a \"b\" \\ c"}, {"none", ""}}) ==
        "at=2026-11-02T09:00:00Z event=note why=\"a \\\"b\\\" \\\\ c\" none=\"\"\n");
  const std::string two = event_line(LogPriority::error, at, "x", {{"why", "a\nevent=forged"}});
  CHECK(two == "at=2026-11-02T09:00:00Z event=x why=\"a\\nevent=forged\"\n");
  const std::string hostile = event_line(LogPriority::error, at, "x",
                                         {{"why",
                                           "red\x1b[31m\xc2\x9b"
                                           "1m\xe2\x80\xae"}});
  CHECK(hostile.find('\x1b') == std::string::npos);
  CHECK(hostile.find("\xc2\x9b") == std::string::npos);
  CHECK(hostile.find("\xe2\x80\xae") == std::string::npos);
  ::setenv("JOURNAL_STREAM", "8:1", 1);
  CHECK(event_line(LogPriority::warning, at, "x") == "<4>event=x\n");
  ::unsetenv("JOURNAL_STREAM");
}
