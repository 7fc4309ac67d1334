// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/programs.h"

namespace upselld::e2e {
namespace {

// Keeps the rows whose first date in `column` (counted from 0) is before `day`; the header stays.
std::string rows_before(const std::string& text, std::size_t column, const std::string& day) {
  std::string kept;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size() - 1) + 1;
    const std::string line = text.substr(from, end - from);
    std::size_t at = 0;
    for (std::size_t i = 0; i < column; ++i) at = line.find(',', at) + 1;
    if (from == 0 || line.substr(at, 10) < day) kept += line;
    from = end;
  }
  return kept;
}

void cut_future(const Folder& folder, const std::string& day) {
  const std::pair<const char*, std::size_t> files[] = {
      {"data/accounts.csv", 7},   {"data/orders.csv", 2}, {"data/order_lines.csv", 2},
      {"data/activities.csv", 4}, {"data/quota.csv", 1},  {"data/changes.csv", 2}};
  for (const auto& [name, column] : files) {
    folder.write(name, rows_before(folder.read(name), column, day));
  }
}

}  // namespace

TEST_CASE("likelihoods are near the truth that only the sandbox knows") {
  const DemoCrm crm({.accounts = 1200, .months = 24, .seed = 11});
  crm.answer({"sync"});
  crm.answer({"score", "--unpublished", "--predictions", crm.folder().path("predictions.csv")});
  std::map<std::string, double> truth;
  for (const CsvRow& row : csv_rows(crm.folder().read("data/truth/true_probabilities.csv"))) {
    if (row.at("date") == "2026-11-01") truth[row.at("account")] = std::stod(row.at("probability"));
  }
  std::vector<std::pair<double, double>> told_and_true;
  for (const CsvRow& row : csv_rows(crm.folder().read("predictions.csv"))) {
    const auto at = truth.find(row.at("account"));
    if (at == truth.end()) continue;
    told_and_true.emplace_back(std::stod(row.at("probability")), at->second);
  }
  REQUIRE(told_and_true.size() > 1000);
  std::sort(told_and_true.rbegin(), told_and_true.rend());
  const auto mean_of = [&](std::size_t from, std::size_t to) {
    double told = 0;
    double real = 0;
    for (std::size_t i = from; i < to; ++i) {
      told += told_and_true[i].first;
      real += told_and_true[i].second;
    }
    return std::pair(told / static_cast<double>(to - from), real / static_cast<double>(to - from));
  };
  const std::size_t count = told_and_true.size();
  const auto [told, real] = mean_of(0, count);
  const auto [top_told, top_real] = mean_of(0, count / 10);
  CAPTURE(told, real, top_told, top_real);
  CHECK(told == Approx(real).epsilon(0.35));
  // The level of a month cannot be known before it; how much likelier the top is can.
  CHECK(top_told / told == Approx(top_real / real).epsilon(0.3));
  CHECK(top_real > 2 * real);  // the tenth that is told to be likely is likely
}

TEST_CASE("what happens later changes no earlier prediction by a single byte") {
  const std::string day = "2026-08-03";
  const DemoCrm whole({.accounts = 400, .months = 22, .seed = 5});
  const DemoCrm cut({.accounts = 400, .months = 22, .seed = 5});
  cut_future(cut.folder(), day);
  for (const DemoCrm* crm : {&whole, &cut}) {
    crm->edit("demo.yaml", "joins: {connection: crm, by: customer_no}",
              "joins: {connection: crm, by: customer_no}\n    bad_rows: 100%");
    crm->answer({"sync"}, day);
    crm->answer({"score", "--unpublished", "--predictions", crm->folder().path("predictions.csv")},
                day);
  }
  const std::string predictions = whole.folder().read("predictions.csv");
  CHECK(csv_rows(predictions).size() > 100);
  CHECK(cut.folder().read("predictions.csv") == predictions);
}

}  // namespace upselld::e2e
