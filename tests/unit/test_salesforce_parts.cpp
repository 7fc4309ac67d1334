// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "plugins/salesforce/salesforce_bulk.h"
#include "plugins/salesforce/salesforce_cursor.h"
#include "plugins/salesforce/salesforce_fields.h"
#include "plugins/salesforce/salesforce_login.h"
#include "plugins/salesforce/salesforce_prepare.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using namespace upselld::plugins;
using namespace upselld::plugins::salesforce;

}  // namespace

TEST_CASE("salesforce: quote and backslash of a value cannot end a literal") {
  CHECK(soql_text("O'Neil") == "'O\\'Neil'");
  CHECK(soql_text("ends with \\") == "'ends with \\\\'");
  CHECK(soql_text("a\nb") == "'a\\nb'");
  CHECK(is_field_path("Owner.IsActive"));
  for (const char* bad : {"", ".", "a.", "a b", "Name FROM User", "1a", "a..b", "a'"}) {
    INFO(bad);
    CHECK_FALSE(is_field_path(bad));
  }
}

TEST_CASE("salesforce: stamps are read in every form that occurs, and written as one") {
  const Instant at{1'795'348'800'000};
  for (const char* text : {"2026-11-22T12:00:00.000+0000", "2026-11-22T12:00:00Z",
                           "2026-11-22T12:00:00.000Z", "2026-11-22T12:00:00+00:00"}) {
    INFO(text);
    CHECK(read_stamp(text) == at);
  }
  CHECK(read_stamp("").is_missing());
  CHECK(stamp_text(at + milliseconds(999)) == "2026-11-22T12:00:00Z");
}

TEST_CASE("salesforce: an id of 15 characters becomes the one of 18") {
  CHECK(full_id("001xx000003DGb2") == "001xx000003DGb2AAG");
  CHECK(full_id("001xx000003DGb2AAG") == "001xx000003DGb2AAG");
  CHECK(full_id("000000000000000") == "000000000000000AAA");
  CHECK(full_id("001xx000003DGb'") == "");
  CHECK(full_id("short") == "");
}

TEST_CASE("salesforce: CSV survives quotes, line ends, NUL bytes, and tells what is broken") {
  using namespace std::string_literals;
  const auto rows = parse_csv("A,B\n\"x \"\"y\"\"\r\n\",1\r\nn\0o,\n"s, "read");
  REQUIRE(rows);
  REQUIRE(rows->rows.size() == 2);
  CHECK(rows->rows[0] == std::vector<std::string>{"x \"y\"\r\n", "1"});
  CHECK(rows->rows[1] == std::vector<std::string>{"no", ""});
  CHECK(parse_csv("", "read")->rows.empty());
  CHECK(parse_csv("A,B\n", "read")->rows.empty());
  for (const char* bad : {"A,B\n1\n", "A\n\"open\n", "A\n\"x\"y\n"}) {
    INFO(bad);
    CHECK_FALSE(parse_csv(bad, "read"));
  }
  for (const char* text : {"plain", "a,b", "say \"yes\"", "two\nlines", ""}) {
    const auto back = parse_csv("A,B\n" + csv_cell(text) + ",1\n", "read");
    REQUIRE(back);
    CHECK(back->rows.at(0).at(0) == text);
  }
}

TEST_CASE("salesforce: a cursor comes back as it was, and a foreign one does not") {
  PullCursor cursor;
  cursor.fingerprint = "ab12";
  cursor.org = "00D000000000001AAA";
  cursor.walk = Walk::full;
  cursor.until = cursor.high = Instant{1'795'348'800'000};
  cursor.last_stamp = Instant{1'000};
  cursor.last_id = "001000000000001AAA";
  cursor.way = PullCursor::Way::bulk;
  cursor.job = "750000000000001AAA";
  cursor.locator = "MTAw";
  cursor.row = 17;
  const auto back = read_cursor(to_cursor(cursor));
  REQUIRE(back);
  CHECK(to_cursor(*back) == to_cursor(cursor));
  CHECK(back->row == 17);
  CHECK(back->low.is_missing());
  for (const char* bad : {"", "sf1", "another program's", "sf2 - - 0"}) {
    CHECK_FALSE(read_cursor({bad}));
  }
}

TEST_CASE("salesforce: an error of Bulk is taken apart, whatever its message holds") {
  const plugins::salesforce::Fault fault =
      fault_of_bulk("FIELD_CUSTOM_VALIDATION_EXCEPTION:Fill in: Region,\nplease:Region__c --");
  CHECK(fault.code == "FIELD_CUSTOM_VALIDATION_EXCEPTION");
  CHECK(fault.message == "Fill in: Region, please");
  CHECK(fault.field == "Region__c");
  CHECK(class_of(fault_of_bulk("UNABLE_TO_LOCK_ROW:no access:--")) == FaultClass::retry);
}

TEST_CASE("salesforce: values are cut between characters and read in our words") {
  CHECK(cut_to("\xC3\xA4\xC3\xB6\xC3\xBC", 2) == "\xC3\xA4\xC3\xB6");
  CHECK(cut_to("abc", 5) == "abc");
  CHECK(value_read(Field::score, "1.83E1", read_stamp) == "18.3");
  CHECK(value_read(Field::data_as_of, "2026-11-22T06:58:00.000+0000", read_stamp) ==
        "2026-11-22T06:58:00Z");
  CHECK(value_read(Field::reasons, "a\r\nb", read_stamp) == "a\nb");
  CHECK_FALSE(value_read(Field::band, "", read_stamp));
}

TEST_CASE("salesforce: the package has every field once, with its help, for both permission sets") {
  SalesforceSettings settings;
  settings.version = "62.0";
  const auto files = package_files(settings, "upselld", {});
  REQUIRE(files.count("package.xml") == 1);
  const std::string& account = files.at("objects/Account.object");
  const std::string& activity = files.at("objects/Activity.object");
  for (const OurField& field : account_fields()) {
    const std::string name = std::string("upselld_") + field.name + "__c";
    CHECK(account.find("<fullName>" + name + "</fullName>") != std::string::npos);
    CHECK(files.at("package.xml").find("Account." + name) != std::string::npos);
    for (const char* set : {"Integration", "Rep"}) {
      const auto& granted =
          files.at(std::string("permissionsets/upselld_") + set + ".permissionset");
      CHECK(granted.find("<field>Account." + name + "</field>") != std::string::npos);
    }
  }
  CHECK(activity.find("<unique>true</unique>") != std::string::npos);
  CHECK(activity.find("<caseSensitive>true</caseSensitive>") != std::string::npos);
  // Defined on Activity, granted on Task.
  CHECK(files.at("permissionsets/upselld_Rep.permissionset").find("Task.upselld_Outcome__c") !=
        std::string::npos);
  CHECK(removal_files(settings, "upselld").count("destructiveChanges.xml") == 1);
}
