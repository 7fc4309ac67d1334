// SPDX-License-Identifier: Apache-2.0
// The promises on real data: 4,339 customers of a shop, as of 2011-12-01.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "scoring/score.h"
#include "scoring/train.h"
#include "tests/support/online_retail.h"

using namespace upselld;

namespace {

const Instant kNow = TimeZone::utc().start_of(Day::of_civil(2011, 12, 1));

scoring::ScoringSettings retail_settings() {
  scoring::ScoringSettings settings;
  settings.currency = "GBP";
  settings.target.later_cancelled = scoring::LaterCancelled::counts;
  return settings;
}

}  // namespace

// The log-loss of the test date alone is not asked for: its window is the autumn peak, whose level
// a year of data cannot show, and order counts that grow with the calendar happen to follow it.
TEST_CASE("training: beats the simple rules on Online Retail with intervals beyond zero") {
  const std::string path = test::online_retail_path();
  if (path.empty()) {
    WARN("skipped: ../shared/data/online-retail is not there");
    return;
  }
  const auto source = test::load_online_retail(path);
  const auto settings = retail_settings();
  const auto table = scoring::FeatureTable::make(source.vocabulary(), settings, {});
  REQUIRE(table);

  const auto training = scoring::train(source, *table, settings, kNow, 2);

  REQUIRE(training);
  if (const char* folder = std::getenv("UPSELLD_RETAIL_OUT")) {
    std::ofstream(std::string(folder) + "/p.csv") << predictions_csv(training->predictions);
    std::ofstream(std::string(folder) + "/card.md") << training->card_markdown;
    std::ofstream(std::string(folder) + "/report.json") << training->report;
  }
  const auto report = nlohmann::json::parse(training->report);
  CHECK(training->publishable);
  // As of the test date there were too few past dates to choose by; today there are four.
  CHECK(report["test"]["choice"]["learner"] == "both");
  CHECK(report["choice"]["reason"].get<std::string>().find("built-in") == std::string::npos);
  std::vector<std::string> dates;
  for (const auto& [date, measures] : report["rolling"]["dates"].items()) dates.push_back(date);
  CHECK(dates == std::vector<std::string>{"2011-05-01", "2011-06-01", "2011-07-01", "2011-08-01"});
  CHECK(report["test"]["date"] == "2011-10-01");
  CHECK(report["test"]["eligible"] == 3616);
  CHECK(report["test"]["positives"] == 928);
  CHECK(report["test"]["pr_auc_minus_order_count"]["low"] > 0.0);
  CHECK(report["rolling"]["log_loss_minus_baseline"]["high"] < 0.0);
}
