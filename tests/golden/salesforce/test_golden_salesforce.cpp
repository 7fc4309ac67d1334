// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "plugins/salesforce/salesforce.h"
#include "tests/golden/play.h"
#include "tests/golden/salesforce/org.h"

TEST_CASE("golden salesforce: each known surprise of an org ends as it should") {
  using Json = nlohmann::json;
  const auto folder = std::filesystem::path(UPSELLD_SOURCE_DIR) / "tests/golden/salesforce";
  upselld::tests::play_cases({folder, upselld::plugins::salesforce_descriptor(),
                              [&](Json answers, upselld::tests::FakeClock& clock) {
                                return std::make_unique<upselld::tests::ScriptedOrg>(
                                    upselld::tests::read_golden_json(folder / "org.json"),
                                    std::move(answers), clock);
                              },
                              [](const std::string& secret_file) {
                                return Json({{"host", "https://acme.my.salesforce.example"},
                                             {"auth", "client_credentials"},
                                             {"client_id", "3MVG9.example"},
                                             {"client_secret", {{"file", secret_file}}}});
                              }});
}
