// SPDX-License-Identifier: Apache-2.0
#include "core/our_field.h"

#include <catch2/catch.hpp>
#include <string>

#include "plugins/crm/our_fields.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so

}  // namespace

TEST_CASE("our field: each that a CRM is asked to make is ours, but for the one that people fill") {
  for (const plugins::OurField& field : plugins::account_fields()) {
    const std::string name = field.name;
    INFO(name);
    CHECK(is_our_field("sales_" + name + "__c", "Sales") == (name != "Pause_Until"));
  }
  for (const plugins::OurField& field : plugins::task_fields()) {
    INFO(field.name);
    CHECK(is_our_field("SALES_" + std::string(field.name), "sales"));
  }
}

TEST_CASE("our field: what only begins as ours do is the company's own") {
  for (const char* const field :
       {"sales_region", "sales_score_2019", "Account.Sales_Region__c", "sales", "sales_", "sales_c",
        "score", "my_sales_score", "upselld_pause_until", "salesforce_score"}) {
    INFO(field);
    CHECK_FALSE(is_our_field(field, "sales"));
    CHECK(refuse_our_field({}, "region", field, "sales"));
  }
}

TEST_CASE("our field: one that was written under the usual prefix stays ours") {
  CHECK(is_our_field("Account.upselld_Score__c", "sales"));
  CHECK(is_our_field("upselld_next_action", "sales"));
}
