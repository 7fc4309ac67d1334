// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "plugins/hubspot/hubspot.h"
#include "tests/golden/hubspot/portal.h"
#include "tests/golden/play.h"

TEST_CASE("golden hubspot: each known surprise of an account ends as it should") {
  using Json = nlohmann::json;
  const auto folder = std::filesystem::path(UPSELLD_SOURCE_DIR) / "tests/golden/hubspot";
  upselld::tests::play_cases(
      {folder, upselld::plugins::hubspot_descriptor(),
       [&](Json answers, upselld::tests::FakeClock& clock) {
         int crowd = 0;
         for (const Json& answer : answers) crowd = answer.value("crowd", crowd);
         if (crowd > 0) answers = Json::array();
         auto portal = std::make_unique<upselld::tests::ScriptedPortal>(
             upselld::tests::read_golden_json(folder / "portal.json"), std::move(answers), clock);
         portal->crowd(crowd);
         return portal;
       },
       [](const std::string& secret_file) {
         return Json({{"host", "https://api.hubspot.example"}, {"token", {{"file", secret_file}}}});
       }});
}
