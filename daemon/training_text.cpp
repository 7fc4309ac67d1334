// SPDX-License-Identifier: Apache-2.0
#include "daemon/training_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

double number(const Json& json, const char* key) {
  const auto at = json.find(key);
  return at != json.end() && at->is_number() ? at->get<double>() : 0;
}

// Model and baselines on the test date, best by log-loss first as the report has them.
std::string measures(const Json& report) {
  const auto test = report.find("test");
  // With too little data for a model there is a date, and nothing was judged on it.
  if (test == report.end() || !test->is_object() || !test->contains("log_loss")) return "";
  std::string out = fmt::format("test      {}: {} accounts, {} up-sold ({})\n",
                                test->value("date", std::string()),
                                grouped(static_cast<std::int64_t>(number(*test, "eligible"))),
                                grouped(static_cast<std::int64_t>(number(*test, "positives"))),
                                percent(number(*test, "base_rate")));
  TextTable table({"", ">ROC-AUC", ">PR-AUC", ">LOG-LOSS", ">LIFT, TOP DECILE"}, "          ");
  const auto add = [&](const std::string& name, const Json& row) {
    const auto cell = [&](const char* key, int digits) {
      return row.contains(key) && row[key].is_number()
                 ? fmt::format("{:.{}f}", row[key].get<double>(), digits)
                 : std::string("-");
    };
    table.add({name, cell("roc_auc", 3), cell("pr_auc", 3), cell("log_loss", 4),
               cell("lift_top_decile", 2)});
  };
  add("model", *test);
  if (const auto baselines = report.find("baselines"); baselines != report.end()) {
    for (const auto& [name, row] : baselines->items()) add(name, row);
  }
  return out + table.text();
}

std::string head(const Json& report) {
  return fmt::format("model     {} ({}), {} rows, {} accounts with an up-sell\n",
                     report.value("model_version", std::string("rules-1")),
                     report.value("learner", std::string("none")),
                     grouped(static_cast<std::int64_t>(number(report, "rows"))),
                     grouped(static_cast<std::int64_t>(number(report, "positive_accounts"))));
}

}  // namespace

std::string training_brief(const std::string& report_json) {
  if (report_json.empty()) return "";
  const Json report = Json::parse(report_json, nullptr, false);
  if (!report.is_object()) return "";
  return head(report) + measures(report) + "          " + report.value("reason", std::string()) +
         "\n";
}

std::string training_text(const TrainOutcome& outcome, bool published, bool json) {
  Json report = Json::parse(outcome.report_json, nullptr, false);
  if (!report.is_object()) report = Json::object();
  report["model_version"] = outcome.version;
  report["published"] = published;
  report["reason"] = outcome.reason;
  if (json) return report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  std::string out = head(report) + measures(report) + "          " + outcome.reason + "\n\n";
  if (outcome.publishable && !published) {
    out += "Let it rank: upselld models publish " + outcome.version + "\n";
  }
  return out;
}

}  // namespace upselld::daemon
