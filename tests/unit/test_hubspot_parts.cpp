// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "plugins/crm/our_tasks.h"
#include "plugins/hubspot/hubspot_cursor.h"
#include "plugins/hubspot/hubspot_faults.h"
#include "plugins/hubspot/hubspot_fields.h"
#include "plugins/hubspot/hubspot_mapping.h"
#include "plugins/hubspot/hubspot_paths.h"
#include "plugins/hubspot/hubspot_task_text.h"

using namespace upselld;                    // NOLINT: a test reads better so
using plugins::FaultClass;
using namespace upselld::plugins::hubspot;  // NOLINT

TEST_CASE("hubspot: older versions have the version before the name") {
  const Paths dated("2026-09"), legacy("legacy");
  CHECK(dated.objects("deals", "/search") == "/crm/objects/2026-09/deals/search");
  CHECK(legacy.objects("deals", "/search") == "/crm/v3/objects/deals/search");
  CHECK(dated.associations("deals", "companies", "/batch/read") ==
        "/crm/associations/2026-09/deals/companies/batch/read");
  CHECK(legacy.associations("deals", "companies", "/batch/read") ==
        "/crm/v4/associations/deals/companies/batch/read");
  CHECK(dated.token() == "/oauth/2026-09/token");
  CHECK(legacy.token() == "/oauth/v3/token");
  CHECK(dated.owners() == "/crm/owners/2026-09");
  CHECK(legacy.account() == "/account-info/v3/details");
}

TEST_CASE("hubspot: a cursor comes back as it was, and no other text is one") {
  PullCursor cursor;
  cursor.fingerprint = "abc";
  cursor.portal = "4242";
  cursor.phase = PullCursor::Phase::slow;
  cursor.fast_from = Instant{5};
  cursor.slow_from = Instant{4};
  cursor.low = Instant{1};
  cursor.high = Instant{9};
  cursor.last_id = "77";
  cursor.after = "a place with blanks";
  const Cursor packed = to_cursor(cursor);
  const auto read = read_cursor(packed);
  REQUIRE(read);
  CHECK(to_cursor(*read) == packed);
  CHECK(read->after == cursor.after);
  CHECK(read->listed_at.is_missing());
  for (const char* other : {"", "sf1 a b", "hs1", "hs2 abc 4242 0 9 - - - - - - - -"}) {
    INFO(other);
    CHECK_FALSE(read_cursor({other}));
  }
  CHECK_FALSE(read_cursor({packed.bytes + " more"}));
  // One of a former version goes on from the page it was in.
  const auto former = read_cursor({"hs1" + packed.bytes.substr(3) + " 17"});
  REQUIRE(former);
  CHECK(to_cursor(*former) == packed);
}

TEST_CASE("hubspot: instants are ISO or milliseconds, and ids are put in order as numbers") {
  CHECK(to_text(read_stamp("2024-05-01T10:00:00Z")) == "2024-05-01T10:00:00Z");
  CHECK(to_text(read_stamp("2024-05-01T10:00:00.123Z")) == "2024-05-01T10:00:00.123Z");
  CHECK(to_text(read_stamp("1714557600000")) == "2024-05-01T10:00:00Z");
  CHECK(read_stamp("").is_missing());
  CHECK(read_stamp("soon").is_missing());
  CHECK(is_before("9", "10"));
  CHECK_FALSE(is_before("10", "9"));
  CHECK(chosen({{"30", false}, {"200", true}, {"4", false}}) == "200");
  CHECK(chosen({{"30", false}, {"4", false}}) == "4");
  CHECK(chosen({}).empty());
}

TEST_CASE(
    "hubspot: a deal is won or lost by its flags, else by its stage, never by a stage's name") {
  const auto deal = [](nlohmann::json properties) {
    return read_row({{"id", "1"}, {"properties", std::move(properties)}});
  };
  Stages stages;
  stages.won = {"9871"};
  stages.lost = {"9872"};
  CHECK(end_of(deal({{"hs_is_closed_won", "true"}}), &stages) == DealEnd::won);
  CHECK(end_of(deal({{"hs_is_closed", "true"}}), &stages) == DealEnd::lost);
  CHECK(end_of(deal({{"hs_is_closed", "false"}, {"dealstage", "9871"}}), &stages) == DealEnd::open);
  CHECK(end_of(deal({{"dealstage", "9871"}}), &stages) == DealEnd::won);
  CHECK(end_of(deal({{"dealstage", "9872"}}), &stages) == DealEnd::lost);
  CHECK(end_of(deal({{"dealstage", "closedwon"}}), &stages) == DealEnd::open);
}

TEST_CASE("hubspot: a task's text is no HTML, and a key is found in what HubSpot made of it") {
  CHECK(html_body("a <b> & \"c\"\nd", "") == "a &lt;b&gt; &amp; &quot;c&quot;<br>d");
  const std::string body = html_body("why", "Up.1.offer.2026-11-22");
  CHECK(holds_key("<div>" + body + "</div>", "Up.1.offer.2026-11-22"));
  CHECK_FALSE(holds_key(body + "0", "Up.1.offer.2026-11-22"));
  CHECK_FALSE(holds_key(body, "Up.1.offer.2026-11-2"));
  CHECK(withdrawn_body(body, "bought").find(plugins::kWithdrawn) != std::string::npos);
  CHECK(company_of_key("our.instance.123.offer.2026-11-22") == "123");
  CHECK(company_of_key("123.offer").empty());
  CHECK(key_property("Upselld") == "upselld_key");
}

TEST_CASE(
    "hubspot: a company's history is cut to its newest changes, and its room is told before") {
  HubspotSettings settings;
  nlohmann::json versions = nlohmann::json::object();
  for (int i = 0; i < 60; ++i) {
    plugins::AttributeField attribute;
    attribute.field = "p" + std::to_string(i % 50);  // ten are mapped twice
    attribute.spec.kind = AttributeKind::text;
    settings.attributes.push_back(attribute);
    nlohmann::json& past = versions[attribute.field] = nlohmann::json::array();
    for (int day = 1; day <= 90; ++day) {
      past.push_back({{"value", std::string(i == 0 ? 3 : 5'000, 'x')},
                      {"timestamp", to_text(Instant{} + days(20'000 - day))}});
    }
  }
  StreamSpec spec = {"account_changes", "companies", Shape::company_history,
                     RecordKind::attribute_change};
  StreamPlan plan;
  plan.spec = &spec;
  const ConnectorContext context;
  const auto mapper = make_mapper({plan, settings, context, "EUR"});
  const Row row = read_row({{"id", "1"}, {"propertiesWithHistory", versions}});
  const RowRoom room = mapper->room_for(row);
  Page page = mapper->empty_page();
  mapper->add(row, page);
  CHECK(count_of(page) == room.records);
  CHECK(page.text.size() <= room.text_bytes);
  CHECK(room.text_bytes <= kPageTextBytesMax / 2);
  const auto& changes = std::get<AttributeChangeColumns>(page.columns);
  CHECK(std::count(changes.attribute.begin(), changes.attribute.end(), 0) > 0);
  CHECK(std::count(changes.attribute.begin(), changes.attribute.end(), 0) <= 40);
  CHECK(*std::max_element(changes.at.begin(), changes.at.end()) == Instant{} + days(19'999));
  CHECK(*std::min_element(changes.at.begin(), changes.at.end()) >= Instant{} + days(19'960));
}

TEST_CASE("hubspot: errors of every shape name what is wrong") {
  const auto fault = [](int status, const std::string& body) {
    return fault_of({status, {}, body});
  };
  CHECK(class_of(fault(401, "")) == FaultClass::session);
  CHECK(class_of(fault(530, "<html>")) == FaultClass::session);
  CHECK(class_of(fault(502, "<html>")) == FaultClass::retry);
  CHECK(class_of(fault(423, "{}")) == FaultClass::retry);
  CHECK(class_of(fault(477, "{}")) == FaultClass::parked);
  CHECK(fault(429, R"({"message":"You have reached your secondly limit."})").policy == "SECONDLY");
  CHECK(fault(429, R"({"message":"ten_secondly_rolling limit"})").policy.empty());
  CHECK(fault(429, R"({"message":"your daily limit"})").policy == "DAILY");
  const auto embedded =
      fault(400, R"({"category":"VALIDATION_ERROR","message":"bad: [{\"error\":\"INVALID_DATE\",)"
                 R"(\"name\":\"renewal\",\"isValid\":false}]"})");
  CHECK(embedded.code == "INVALID_DATE");
  CHECK(embedded.field == "renewal");
  const auto unique = fault(400, R"({"category":"VALIDATION_ERROR",)"
                                 R"("errors":[{"code":"CONFLICTING_UNIQUE_VALUE"}]})");
  CHECK(class_of(unique) == FaultClass::duplicate);
}
