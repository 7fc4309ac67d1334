// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "tests/e2e/programs.h"

namespace upselld::e2e {
namespace {

namespace fs = std::filesystem;

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

void fill_in(const Folder& folder, const std::string& option, const std::string& value) {
  std::string text = folder.read("upselld.yaml");
  const std::size_t at = text.find("    " + option + ":");
  REQUIRE(at != std::string::npos);
  text.replace(at, text.find('\n', at) - at, "    " + option + ": " + value);
  folder.write("upselld.yaml", text);
}

void write_secret(const Folder& folder) {
  folder.write("secret", "hush\n");
  fs::permissions(folder.path("secret"), fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace

TEST_CASE("init: what it writes for a CRM passes a check once its options are filled in") {
  const auto plugin = GENERATE(std::string("hubspot"), std::string("salesforce"));
  const Folder folder;
  const Ended made = in_folder(folder, {"init", plugin});
  REQUIRE(made.code == 0);
  says(made, plugin == "hubspot" ? "next: fill in token, then run: upselld check"
                                 : "next: fill in host, client_id, username, private_key, then "
                                   "run: upselld check");
  CHECK(in_folder(folder, {"check", "--offline"}).code == 2);
  write_secret(folder);
  if (plugin == "hubspot") {
    fill_in(folder, "token", "{file: secret}");
  } else {
    fill_in(folder, "host", "https://acme.my.salesforce.com");
    fill_in(folder, "client_id", "3MVG9.example");
    fill_in(folder, "username", "upselld@acme.example");
    fill_in(folder, "private_key", "{file: secret}");
  }
  const Ended check = in_folder(folder, {"check", "--offline"});
  INFO(check.out << check.err);
  CHECK(check.code == 0);
}

TEST_CASE("init: a file that is empty is written, and another is left as it is") {
  const Folder folder;
  says(in_folder(folder, {"--config", "none.yaml", "check"}),
       "there is no such file; write a first one with: upselld --config none.yaml init files");
  CHECK(checked(folder, "").code == 2);
  const Ended made = in_folder(folder, {"init", "files"});
  CHECK(made.code == 0);
  CHECK(in_folder(folder, {"init", "files"}).code == 2);
}

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

TEST_CASE("check: what two connections would write into one file is refused") {
  const Folder folder;
  const std::string two =
      "connections:\n"
      "  eu: {plugin: files, write: fields, order_lines: {path: eu.csv}}\n"
      "  us: {plugin: files, write: fields, order_lines: {path: us.csv}}\n";
  const Ended ended = checked(folder, two);
  CHECK(ended.code == 2);
  says(ended, "upselld.yaml:3: us: output: ");
  says(ended, "scores.csv is written by eu already; name a folder for each");
  const std::string apart = two.substr(0, two.size() - 2) + ", output: us}\n";
  CHECK(checked(folder, apart).code == 0);
}

TEST_CASE("check: rules, places and files that would be missed later are told now") {
  const Folder folder;
  const std::string files = kFiles;
  CHECK(checked(folder, files).code == 0);
  folder.write("playbook.yaml", "never: {}\n");
  const Ended never = checked(folder, files);
  CHECK(never.code == 0);
  says(never, "playbook.yaml:1: never: holds for every account");
  folder.write("playbook.yaml", "never: {segment: dormant}\n");
  CHECK(checked(folder, files).out.find("never:") == std::string::npos);
  const Ended hook = checked(folder, "notify: {webhook: {file: hook}}\n" + files);
  CHECK(hook.code == 2);
  says(hook, "upselld.yaml:1: webhook: read ");
  says(hook, "No such file or directory; put it there with: install -o upselld -m 600 FILE ");
  // What stands above is no folder, for whoever runs this.
  const Ended state = checked(folder, "state: playbook.yaml/here\n" + files);
  CHECK(state.code == 2);
  says(state, "upselld.yaml:1: state: ");
  says(state, "playbook.yaml is no folder");
}

}  // namespace upselld::e2e
