// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "scoring/choice.h"
#include "scoring/leaks.h"
#include "scoring/measures.h"
#include "scoring/random.h"

using namespace upselld;
using namespace upselld::scoring;

namespace {

constexpr std::uint64_t kSeed = 5;

// Dates whose windows of 30 days do not overlap; every account is there at each. Outcomes follow
// `margin + shift(date)`; the candidates told `told(margin)`.
struct Made {
  TrainingRows rows;
  std::vector<Candidates> candidates;
  ScoringSettings settings;
  Instant now = TimeZone::utc().start_of(Day{30'000});

  template <typename Shift, typename Told>
  Made(std::size_t dates, const Shift& shift, const Told& told) {
    constexpr std::uint32_t kAccounts = 800;
    settings.target.horizon = days(30);
    Random random(kSeed);
    for (std::uint32_t a = 0; a < kAccounts; ++a) {
      rows.accounts.push_back("A" + std::to_string(10'000 + a));
    }
    for (std::size_t d = 0; d < dates; ++d) {
      DateRows date;
      date.day = Day{20'000 + 30 * static_cast<int>(d)};
      Candidates one;
      one.date = d;
      one.most = LearnerKind::both;
      for (std::uint32_t a = 0; a < kAccounts; ++a) {
        const double margin = 5 * random.share() - 3.5;
        date.account.push_back(a);
        date.positive.push_back(random.share() < sigmoid(margin + shift(d)) ? 1 : 0);
        date.positive_known_at.push_back(settings.zone.start_of(date.day));
        for (auto& line : one.line) line.push_back(told(margin));
        for (auto& trees : one.trees) trees.push_back(told(margin));
      }
      rows.dates.push_back(std::move(date));
      candidates.push_back(std::move(one));
    }
  }

  Choice choose_among(std::size_t count) const {
    std::vector<const Candidates*> dates;
    for (std::size_t d = 0; d < count; ++d) dates.push_back(&candidates[d]);
    return choose(rows, dates, LearnerKind::both, settings, now, 1);
  }
};

double none(std::size_t /*date*/) {
  return 0;
}
double same(double margin) {
  return margin;
}

}  // namespace

TEST_CASE("choice: with fewer than three dates nothing is searched") {
  const Made made(5, none, same);
  const Choice choice = made.choose_among(2);
  CHECK(choice.kind == LearnerKind::both);
  CHECK(choice.strength == kBuiltInStrength);
  CHECK(choice.rounds == kBuiltInRounds);
  CHECK_THAT(choice.reason, Catch::Contains("built-in"));
  // Nor found where there is no difference.
  CHECK_THAT(made.choose_among(3).reason, Catch::Contains("neither alone is clearly better"));
}

TEST_CASE("choice: line and trees together until one alone is clearly better") {
  Made made(4, none, same);
  CHECK(made.choose_among(4).kind == LearnerKind::both);
  for (Candidates& one : made.candidates) {
    for (auto& line : one.line) {
      for (double& margin : line) margin = -1;
    }
  }
  // The mean of a constant and the truth is too timid; the trees alone are the truth.
  CHECK(made.choose_among(4).kind == LearnerKind::trees);
  for (Candidates& one : made.candidates) {
    for (std::size_t k = 0; k < one.line.size(); ++k) std::swap(one.line[k], one.trees[k]);
  }
  CHECK(made.choose_among(4).kind == LearnerKind::line);

  // Too few accounts for trees at two of four dates: the built-in learner.
  made.candidates[0].trees = {};
  made.candidates[1].trees = {};
  CHECK(made.choose_among(4).kind == LearnerKind::both);
}

TEST_CASE("choice: the built-in strength stands until another one is clearly better") {
  Made made(4, none, same);
  CHECK(made.choose_among(4).strength == kBuiltInStrength);
  for (Candidates& one : made.candidates) {
    for (double& margin : one.line[kBuiltInStrength]) margin *= 0.999;
  }
  CHECK(made.choose_among(4).strength == kBuiltInStrength);
  for (Candidates& one : made.candidates) {
    for (std::size_t s = 0; s < one.line.size(); ++s) {
      if (s == 1) continue;
      for (double& margin : one.line[s]) margin *= 0.6;
    }
  }
  CHECK(made.choose_among(4).strength == 1);
}

TEST_CASE("choice: the trees grow on where more rounds are clearly better") {
  Made made(4, none, same);
  CHECK(made.choose_among(4).rounds == kBuiltInRounds);
  const std::size_t most = kRoundFactors.size() - 1;
  for (Candidates& one : made.candidates) {
    for (std::size_t r = 0; r < most; ++r) {
      for (double& margin : one.trees[r]) margin *= 0.6;
    }
  }
  const Choice choice = made.choose_among(4);
  CHECK(choice.rounds == most);
  CHECK(choice.settings(LearnerSettings{}).rounds > LearnerSettings{}.rounds);
}

TEST_CASE("candidates: a past date has every number of rounds as a fit of so many would say it") {
  Made made(4, none, same);
  made.rows.columns = {0};
  for (std::size_t d = 0; d < made.rows.dates.size(); ++d) {
    DateRows& date = made.rows.dates[d];
    for (const double margin : made.candidates[d].line[0]) {
      date.values.push_back(static_cast<float>(margin));
    }
  }
  const std::vector<FeatureColumn> columns = {{"margin", false, {}}};
  const auto tried = try_candidates(made.rows, 3, columns, made.settings);
  REQUIRE(tried);
  const Instant as_of = made.settings.zone.start_of(made.rows.dates[3].day);
  const Lesson lesson = lesson_of(made.rows, {0, 3}, as_of);
  const auto fits = fit_all(lesson, columns, LearnerKind::both, made.settings.learner);
  REQUIRE(fits);
  for (std::size_t r = 0; r < kRoundFactors.size(); ++r) {
    INFO("factor " << kRoundFactors[r]);
    const Choice choice{.kind = LearnerKind::trees, .rounds = r, .reason = {}};
    const auto learner = learner_of(*fits, choice);
    REQUIRE(learner);
    CHECK_FALSE(learner->line);
    REQUIRE(tried->trees[r].size() == made.rows.dates[3].size());
    CHECK(tried->trees[r][0] == learner->margin(std::span(made.rows.dates[3].values).first(1)));
    CHECK((r == 0 || tried->trees[r] != tried->trees[r - 1]));
  }
}

TEST_CASE("choice: a correction is applied where it proved itself at dates after it") {
  const Made timid(6, none, [](double margin) { return margin / 2; });
  const Choice choice = timid.choose_among(6);
  CHECK(choice.slope == Approx(2).margin(0.25));

  SECTION("not on three dates, two of which can be corrected") {
    const Choice few = timid.choose_among(3);
    CHECK(few.slope == 1);
    CHECK(few.level == 0);
    CHECK(few.correction_windows == 2);
    CHECK(choice.correction_windows == 5);
  }
  SECTION("nor where windows of six dates overlap") {
    Made monthly = timid;
    monthly.settings.target.horizon = days(60);
    const Choice none_apart = monthly.choose_among(6);
    CHECK(none_apart.slope == 1);
    CHECK(none_apart.correction_windows == 2);
  }
  SECTION("not when the level swings") {
    const Made swinging(
        6, [](std::size_t date) { return date % 2 == 0 ? 0.5 : -0.5; }, same);
    const Choice none_proved = swinging.choose_among(6);
    CHECK(none_proved.slope == 1);
    CHECK(none_proved.level == 0);
  }
}

TEST_CASE("choice: outcomes that became known later decide nothing at a past date") {
  Made made(6, none, [](double margin) { return margin / 2; });
  for (Candidates& one : made.candidates) {
    for (auto& trees : one.trees) {
      for (double& margin : trees) margin = -1;
    }
  }
  made.now = TimeZone::utc().start_of(Day{20'000 + 30 * 6});
  REQUIRE(made.choose_among(6).kind == LearnerKind::line);
  REQUIRE(made.choose_among(6).slope > 1.5);
  // What every other account did became known a day too late: it decides as if it never had.
  const auto late = [&](bool hidden) {
    Made known = made;
    for (DateRows& date : known.rows.dates) {
      for (std::size_t i = 0; i < date.size(); i += 2) {
        if (hidden) date.positive[i] = 0;
        date.positive_known_at[i] = made.now + days(1);
      }
    }
    return known.choose_among(6);
  };
  const Choice then = late(/*hidden=*/false), as_if_none = late(/*hidden=*/true);
  CHECK(then.kind == as_if_none.kind);
  CHECK(then.slope == as_if_none.slope);
  CHECK(then.level == as_if_none.level);
  CHECK(then.level != made.choose_among(6).level);
}

TEST_CASE("choice: accounts that came later do not move it") {
  const Made made(4, none, [](double margin) { return 0.9 * margin; });
  Made later = made;
  // A thousand accounts, by id before, between and after the others.
  std::vector<std::string> accounts;
  std::vector<std::uint32_t> number;
  for (std::uint32_t a = 0; a < made.rows.accounts.size(); ++a) {
    accounts.push_back(made.rows.accounts[a] + "-later");
    number.push_back(static_cast<std::uint32_t>(accounts.size()));
    accounts.push_back(made.rows.accounts[a] + "-x");
  }
  later.rows.accounts = accounts;
  for (DateRows& date : later.rows.dates) {
    for (std::uint32_t& account : date.account) account = number[account];
  }
  const std::vector<PairedLoss> gap = {{0, std::vector<double>(made.rows.dates[0].size(), 0.25)}};
  std::vector<PairedLoss> varied = gap;
  for (std::size_t i = 0; i < varied[0].gap.size(); ++i) {
    varied[0].gap[i] *= static_cast<double>(i % 7) - 3;
  }
  const Interval one = paired_interval(made.rows, varied, 1);
  const Interval two = paired_interval(later.rows, varied, 2);
  CHECK(one.low == two.low);
  CHECK(one.high == two.high);
  CHECK(one.low < one.high);
}

namespace {

// A static attribute of accounts whose up-sells are known, and what the checks say of it.
std::vector<std::string> leaks_of(const std::string& name,
                                  const std::function<float(std::uint32_t, bool)>& value,
                                  const std::function<void(TrainingRows&)>& change = {}) {
  Made made(
      10, [](std::size_t) { return -0.5; }, same);
  Vocabulary words;
  words.attributes = {{name, AttributeKind::number, {}, true}};
  words.recorded_since = {Instant::missing()};
  const auto table = FeatureTable::make(words, made.settings, {});
  REQUIRE(table);
  TrainingRows& rows = made.rows;
  rows.columns = {static_cast<std::uint32_t>(*table->index_of(name))};
  rows.without_past = {1};
  std::vector<std::uint8_t> ever(rows.accounts.size(), 0);
  for (const DateRows& date : rows.dates) {
    for (std::size_t i = 0; i < date.size(); ++i) ever[date.account[i]] |= date.positive[i];
  }
  for (DateRows& date : rows.dates) {
    for (const std::uint32_t account : date.account) {
      date.values.push_back(value(account, ever[account] != 0));
    }
  }
  for (Totals& total : rows.totals) {
    total.name = "the number of orders";
    for (std::uint32_t a = 0; a < rows.accounts.size(); ++a) {
      total.then.push_back(static_cast<float>(a % 5));
      total.now.push_back(static_cast<float>(a % 5 + a % 3));
    }
  }
  rows.totals.back().now.assign(ever.begin(), ever.end());  // up-sells
  rows.totals.back().then = rows.totals.back().now;
  rows.data_begins = TimeZone::utc().start_of(rows.dates.front().day);
  if (change) change(rows);
  return leaks_in(rows, *table, {0, rows.dates.size()}, made.settings);
}

}  // namespace

TEST_CASE("leaks: an honest attribute passes, one that came with the event does not") {
  CHECK(leaks_of("tier", [](std::uint32_t a, bool) { return static_cast<float>(a % 3); }).empty());
  const auto filled = leaks_of("note", [](std::uint32_t, bool ever) { return ever ? 1.0F : NAN; });
  REQUIRE(filled.size() == 1);
  CHECK_THAT(filled[0], Catch::StartsWith("note has a value"));
  const auto stage = leaks_of("stage", [](std::uint32_t a, bool ever) {
    return ever ? 3.0F : static_cast<float>(a % 2 + 1);
  });
  REQUIRE(stage.size() == 1);
  CHECK_THAT(stage[0], Catch::StartsWith("stage has a value"));
}

TEST_CASE("leaks: what was filled after up-sells that no window saw is found, too") {
  // Two of three windows are taken away: what happened there shows in the number of up-sells only.
  const auto filled = leaks_of(
      "note", [](std::uint32_t, bool ever) { return ever ? 1.0F : NAN; },
      [](TrainingRows& rows) {
        std::vector<DateRows> kept;
        for (std::size_t d = 0; d < rows.dates.size(); d += 3) kept.push_back(rows.dates[d]);
        rows.dates = std::move(kept);
      });
  REQUIRE(filled.size() == 1);
  CHECK_THAT(filled[0], Catch::StartsWith("note has a value"));
}

TEST_CASE("leaks: a counter that has run on, our own score, late records are named") {
  const auto counter = leaks_of(
      "orders_ever", [](std::uint32_t a, bool) { return static_cast<float>(a % 5 + a % 3); });
  REQUIRE(counter.size() == 1);
  CHECK_THAT(counter[0], Catch::StartsWith("orders_ever equals the number of orders"));
  const auto then =
      leaks_of("orders_then", [](std::uint32_t a, bool) { return static_cast<float>(a % 5); });
  CHECK(then.empty());
  const auto ours =
      leaks_of("upselld_score", [](std::uint32_t a, bool) { return static_cast<float>(a % 9); });
  REQUIRE(ours.size() == 1);
  CHECK_THAT(ours[0], Catch::Contains("our own names"));
  const auto late = leaks_of(
      "tier", [](std::uint32_t a, bool) { return static_cast<float>(a % 3); },
      [](TrainingRows& rows) {
        rows.dates.front().late_positives = 500;
        rows.future_readers = {"tier"};
      });
  REQUIRE(late.size() == 2);
  CHECK_THAT(late[0], Catch::Contains("tier changes when the future is removed"));
  CHECK_THAT(late[1], Catch::StartsWith("back-dated orders"));
}
