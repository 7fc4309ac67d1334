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
  says(sync, "upselld: 2 findings; nothing was done\nupselld.yaml:1: schedule must be a map");
  // The list of all keys is longer than any line of a terminal.
  const Ended known = checked(folder, "qqqqqqqqqqqqqq: 1\n" + std::string(kFiles));
  says(known, "known here: time_zone, currency");
  says(known, "retention, memory, threads\n");
}

TEST_CASE("check: a playbook that is not there, a wrong join and an unmapped target say where") {
  const Folder folder;
  const std::string files = kFiles;
  folder.write("orders.csv",
               "account,order,at,product,quantity,unit_price\nA,1,2026-01-01,P,1,2\n");
  says(checked(folder, "playbook: rules.yaml\n" + files), "upselld.yaml:1: playbook: read ");
  says(checked(folder, "playbook: rules.yaml\n" + files),
       "there is no such file; correct the path");
  const std::string joins =
      "  web:\n    plugin: files\n    activities: {path: visits.csv}\n    joins: ";
  says(checked(folder, files + joins + "{connection: shoop, by: id}\n"),
       "upselld.yaml:6: web: joins: connection: this file has no connection shoop; did you mean "
       "shop?");
  says(checked(folder, files + joins + "{connection: shop}\n"), "by is missing");
  says(checked(folder, files + "target: {kind: attribute_increase, attribute: seats}\n"),
       "upselld.yaml:3: attribute: \"seats\" is not mapped; map it in the connection, under "
       "attributes:");
}

}  // namespace upselld::e2e
