// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/records.h"
#include "core/time_zone.h"
#include "sandbox/generate.h"

namespace upselld::sandbox {
namespace {

namespace fs = std::filesystem;

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (fs::temp_directory_path() / "upselld_sandbox_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempFolder() { fs::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string path(const std::string& name) const { return (fs::path(path_) / name).string(); }

 private:
  std::string path_;
};

// Reads plain and gzipped files alike.
std::string bytes_of(const std::string& path) {
  std::string all;
  gzFile file = gzopen(path.c_str(), "rb");
  REQUIRE(file != nullptr);
  char buffer[65536];
  for (int n = 0; (n = gzread(file, buffer, sizeof buffer)) > 0;) {
    all.append(buffer, static_cast<std::size_t>(n));
  }
  gzclose(file);
  return all;
}

// KL(p || q) of one yes or no.
double divergence(double p, double q) {
  return p * std::log(p / q) + (1 - p) * std::log((1 - p) / (1 - q));
}

using Row = std::vector<std::string>;
std::vector<Row> rows_of(const std::string& path) {
  std::vector<Row> rows;
  std::istringstream lines(bytes_of(path));
  std::string line;
  std::getline(lines, line);
  const auto columns = static_cast<std::size_t>(std::count(line.begin(), line.end(), ',')) + 1;
  while (std::getline(lines, line)) {
    Row row(1);
    for (const char c : line) {
      if (c == ',') {
        row.emplace_back();
      } else {
        row.back() += c;
      }
    }
    REQUIRE(row.size() == columns);
    rows.push_back(row);
  }
  return rows;
}

GenerateOptions small_history(const std::string& folder) {
  GenerateOptions options;
  options.accounts = 120;
  options.months = 12;
  options.seed = 7;
  options.out = folder;
  return options;
}

std::vector<std::string> file_names(const std::vector<WrittenFile>& files) {
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.name);
  return names;
}

}  // namespace

TEST_CASE("generate: same seed, same bytes; another seed, others") {
  const TempFolder temp;
  const auto first = generate(small_history(temp.path("first")));
  const auto again = generate(small_history(temp.path("again")));
  GenerateOptions other = small_history(temp.path("other"));
  other.seed = 8;
  REQUIRE(first);
  REQUIRE(again);
  REQUIRE(generate(other));
  for (const std::string& name : file_names(*first)) {
    CAPTURE(name);
    CHECK(bytes_of(temp.path("first/" + name)) == bytes_of(temp.path("again/" + name)));
  }
  CHECK(bytes_of(temp.path("first/orders.csv")) != bytes_of(temp.path("other/orders.csv")));
}

TEST_CASE("generate: an account's history does not depend on how many accounts there are") {
  const TempFolder temp;
  GenerateOptions more = small_history(temp.path("more"));
  more.accounts = 200;
  REQUIRE(generate(small_history(temp.path("few"))));
  REQUIRE(generate(more));
  for (const char* name : {"orders.csv", "activities.csv", "truth/true_probabilities.csv"}) {
    CAPTURE(name);
    const std::string few = bytes_of(temp.path(std::string("few/") + name));
    CHECK(bytes_of(temp.path(std::string("more/") + name)).substr(0, few.size()) == few);
  }
}

TEST_CASE("generate: rows counted are rows written, and ids are unique") {
  const TempFolder temp;
  const auto written = generate(small_history(temp.path("h")));
  REQUIRE(written);
  for (const WrittenFile& file : *written) {
    CAPTURE(file.name);
    CHECK(file.rows > 0);
    const auto rows = rows_of(temp.path("h/" + file.name));
    CHECK(static_cast<std::int64_t>(rows.size()) == file.rows);
  }
  for (const char* name : {"accounts.csv", "contacts.csv", "orders.csv", "activities.csv"}) {
    std::set<std::string> ids;
    const auto rows = rows_of(temp.path(std::string("h/") + name));
    for (const Row& row : rows) ids.insert(row[0]);
    CHECK(ids.size() == rows.size());
  }
}

TEST_CASE("generate: files point to each other, and nothing lies after the end") {
  const TempFolder temp;
  REQUIRE(generate(small_history(temp.path("h"))));
  std::map<std::string, std::string> created;
  std::set<std::string> customer_nos;
  for (const Row& row : rows_of(temp.path("h/accounts.csv"))) {
    created[row[0]] = row[7];
    customer_nos.insert(row[11]);
    CHECK((row[2].empty() || row[2] < row[0]));
  }
  std::map<std::string, double> amounts;
  for (const Row& row : rows_of(temp.path("h/orders.csv"))) {
    REQUIRE(created.contains(row[1]));
    CHECK(row[2].substr(0, 10) >= created[row[1]].substr(0, 10));
    CHECK(row[2] < "2026-11-01");
    CHECK(row[2] >= "2025-11-01");  // orders begin where activities begin
    OrderKind kind{};
    OrderStatus status{};
    CHECK(parse(row[5], kind));
    CHECK(parse(row[6], status));
    amounts[row[0]] = std::stod(row[3]);
  }
  for (const Row& row : rows_of(temp.path("h/order_lines.csv"))) {
    REQUIRE(amounts.contains(row[0]));
    amounts[row[0]] -= std::stod(row[4]) * std::stod(row[5]);
  }
  for (const auto& [order, left] : amounts) CHECK(left == Approx(0).margin(0.005));
  int known_visitors = 0;
  for (const Row& row : rows_of(temp.path("h/web_visits.csv.gz"))) {
    known_visitors += customer_nos.contains(row[0]) ? 1 : 0;
    CHECK(row[1] < "2026-11-01");
  }
  CHECK(known_visitors > 100);
}

TEST_CASE("generate: every kind of activity that people know comes from one of the files") {
  const TempFolder temp;
  GenerateOptions options = small_history(temp.path("h"));
  options.accounts = 600;
  REQUIRE(generate(options));
  std::set<std::string> seen = {"quota_usage"};  // quota.csv: the settings name the kind
  for (const Row& row : rows_of(temp.path("h/activities.csv"))) seen.insert(row[5]);
  for (const Row& row : rows_of(temp.path("h/web_visits.csv.gz"))) seen.insert(row[2]);
  for (const char* kind : kActivityKinds) {
    CAPTURE(kind);
    CHECK(seen.contains(kind));
  }
}

TEST_CASE("generate: a case opens before it escalates and closes, under one thread") {
  const TempFolder temp;
  REQUIRE(generate(small_history(temp.path("h"))));
  std::map<std::string, std::string> opened;
  int closed = 0;
  for (const Row& row : rows_of(temp.path("h/activities.csv"))) {
    if (row[5] == "case_opened") opened[row[3]] = row[4].substr(0, 10);
    if (row[5] != "case_escalated" && row[5] != "case_closed") continue;
    REQUIRE(opened.contains(row[3]));
    CHECK(opened[row[3]] <= row[4].substr(0, 10));
    closed += row[5] == "case_closed" ? 1 : 0;
  }
  CHECK(closed > 10);
}

TEST_CASE("generate: true probabilities stand on the first of months, for customers only") {
  const TempFolder temp;
  REQUIRE(generate(small_history(temp.path("h"))));
  std::set<std::string> buyers;
  for (const Row& row : rows_of(temp.path("h/orders.csv"))) buyers.insert(row[1]);
  std::set<std::string> dates;
  for (const Row& row : rows_of(temp.path("h/truth/true_probabilities.csv"))) {
    CHECK(buyers.contains(row[0]));
    CHECK(row[1].ends_with("-01"));
    dates.insert(row[1]);
    const double probability = std::stod(row[2]);
    CHECK(probability > 0);
    CHECK(probability < 1);
  }
  CHECK(dates.size() == 12);
  CHECK(*dates.rbegin() == "2026-11-01");
}

TEST_CASE("generate: the observer is right on average, at high and low forecasts alike") {
  const TempFolder temp;
  for (const char* world : {"additive", "interactions"}) {
    GenerateOptions options = small_history(temp.path(world));
    options.accounts = 1'500;
    options.world = world;
    options.observer = true;
    CAPTURE(world, options.seed);
    REQUIRE(generate(options));
    const auto truth = rows_of(options.out + "/truth/true_probabilities.csv");
    const auto told = rows_of(options.out + "/truth/best_forecasts.csv");
    REQUIRE(truth.size() == told.size());
    // By account, whose dates are no evidence of their own: what the forecast lacks, and the same
    // by how high it is.
    std::map<std::string, std::array<double, 2>> lack;
    double left = 0, all = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      REQUIRE(truth[i][0] == told[i][0]);
      REQUIRE(truth[i][1] == told[i][1]);
      const double p = std::stod(truth[i][2]), q = std::stod(told[i][2]);
      lack[truth[i][0]][0] += p - q;
      lack[truth[i][0]][1] += (p - q) * (std::log(q / (1 - q)) + 3);
      left += divergence(p, q);
      all += divergence(p, 0.06);
    }
    for (const std::size_t moment : {0U, 1U}) {
      double sum = 0, squares = 0;
      for (const auto& [account, one] : lack) {
        sum += one[moment];
        squares += one[moment] * one[moment];
      }
      CAPTURE(moment, sum, squares);
      CHECK(std::abs(sum) < 3 * std::sqrt(squares));
    }
    CHECK(left < 0.2 * all);
  }
}

TEST_CASE("generate: options out of range are refused by name") {
  const TempFolder temp;
  GenerateOptions options = small_history(temp.path("h"));
  options.accounts = 0;
  CHECK(generate(options).error().message == "generate: accounts is 0; use 1 to 900000");
  options = small_history(temp.path("h"));
  options.months = 1;
  CHECK(generate(options).error().message == "generate: months is 1; use 2 to 240");
  options = small_history(temp.path("h"));
  options.end = {2026, 11, 2};
  CHECK(generate(options).error().kind == ErrorKind::invalid_config);
  options = small_history(temp.path("h"));
  options.horizon_days = 0;
  CHECK(generate(options).error().message == "generate: horizon is 0 days; use 1 to 366");
  options = small_history(temp.path("h"));
  options.holdout = 0.1;
  CHECK(generate(options).error().message ==
        "generate: world additive has no tasks: use tasks-cause-orders");
  options.world = "tasks-cause-orders";
  options.holdout = 1;
  CHECK(generate(options).error().message == "generate: holdout is 1; use 0 to 0.9");
  CHECK_FALSE(fs::exists(temp.path("h")));
}

TEST_CASE("generate: tasks of a file take the place of the world's own, and show as calls") {
  const TempFolder temp;
  std::ofstream(temp.path("tasks.csv")) << "account,date\n"
                                           "A000001,2026-04-01\nA000002,2026-04-02\n"
                                           "A000003,2026-10-02\nA000004,2026-05-01\n";
  GenerateOptions options = small_history(temp.path("h"));
  options.world = "tasks-cause-orders";
  options.tasks = temp.path("tasks.csv");
  REQUIRE(generate(options));
  std::map<std::string, std::string> dates;
  for (const Row& row : rows_of(temp.path("h/truth/tasks.csv"))) {
    dates[row[0]] = row[1];
    CHECK(row[2] == "no");
    CHECK(std::stod(row[3]) > std::stod(row[4]));
  }
  // Prospects, accounts that were not there yet, and days after the last first have none.
  CHECK_FALSE(dates.contains("A000003"));
  for (const auto& [account, date] : dates) {
    CHECK(date == (account == "A000001" ? "2026-04-01" : "2026-05-01"));
    bool is_called = false;
    for (const Row& row : rows_of(temp.path("h/activities.csv"))) {
      is_called =
          is_called || (row[1] == account && row[5] == "call" && row[4].substr(0, 10) == date);
    }
    CHECK(is_called);
  }
  REQUIRE_FALSE(dates.empty());
  // Without tasks it is the additive world.
  std::ofstream(temp.path("none.csv")) << "account,date\n";
  options.tasks = temp.path("none.csv");
  options.out = temp.path("untouched");
  REQUIRE(generate(options));
  REQUIRE(generate(small_history(temp.path("additive"))));
  for (const char* name : {"orders.csv", "activities.csv", "truth/true_probabilities.csv"}) {
    CHECK(bytes_of(temp.path("untouched/") + name) == bytes_of(temp.path("additive/") + name));
  }
  std::ofstream(temp.path("tasks.csv")) << "account,date\nB1,2026-04-01\n";
  options.tasks = temp.path("tasks.csv");
  CHECK(generate(options).error().message ==
        "load " + temp.path("tasks.csv") + ":2: no account of a history: B1");
}

TEST_CASE("generate: a run that fails leaves no half-written file") {
  const TempFolder temp;
  // A folder stands where the last file must go: all others can be created.
  fs::create_directories(temp.path("h/truth/true_probabilities.csv.part"));
  const auto written = generate(small_history(temp.path("h")));
  REQUIRE_FALSE(written);
  CHECK(written.error().message.find("true_probabilities.csv") != std::string::npos);
  CHECK_FALSE(fs::exists(temp.path("h/orders.csv")));
  CHECK_FALSE(fs::exists(temp.path("h/orders.csv.part")));
}

TEST_CASE("generate: a folder that cannot be made is an error that names it") {
  const TempFolder temp;
  std::ofstream(temp.path("file")) << "not a folder";
  const auto written = generate(small_history(temp.path("file")));
  REQUIRE_FALSE(written);
  CHECK(written.error().kind == ErrorKind::io);
  CHECK(written.error().message.find(temp.path("file")) != std::string::npos);
}

}  // namespace upselld::sandbox
