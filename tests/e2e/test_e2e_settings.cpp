// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "tests/e2e/programs.h"

namespace upselld::e2e {
namespace {

constexpr const char* kFiles =
    "connections:\n  shop: {plugin: files, order_lines: {path: orders.csv}}\n";

Ended in_folder(const Folder& folder, const std::vector<std::string>& arguments) {
  return run(UPSELLD_PROGRAM, arguments, folder.path());
}

// What a check of these settings says.
Ended checked(const Folder& folder, const std::string& settings) {
  folder.write("upselld.yaml", settings);
  return in_folder(folder, {"check", "--offline"});
}

bool says(const Ended& ended, const std::string& text) {
  INFO(text << " is not in\n" << ended.out << ended.err);
  const bool is_said =
      ended.err.find(text) != std::string::npos || ended.out.find(text) != std::string::npos;
  CHECK(is_said);
  return is_said;
}

}  // namespace

TEST_CASE("check: two mistakes are two failures, and a remedy is not cut off") {
  const Folder folder;
  const Ended two = checked(folder, "schedule: hourly\nthraeds: 1\n" + std::string(kFiles));
  CHECK(two.code == 2);
  says(two, "2 failures, 0 warnings.");
  CHECK(two.out.find("nothing was done") == std::string::npos);
  const Ended sync = in_folder(folder, {"sync"});
  CHECK(sync.code == 2);
  says(sync, "upselld: 2 findings; nothing was done\nupselld.yaml:1: ");
  // The list of all keys is longer than any line of a terminal.
  const Ended known = checked(folder, "qqqqqqqqqqqqqq: 1\n" + std::string(kFiles));
  says(known, "known here: time_zone, currency");
  says(known, "retention, memory, threads\n");
}

}  // namespace upselld::e2e
