// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "scoring/model.h"
#include "scoring/score.h"
#include "scoring/train.h"
#include "tests/support/upsell_world.h"

using namespace upselld;
using namespace upselld::scoring;
using test::UpsellWorld;

namespace {

// One trained model for all tests of this file: training is what takes the time.
struct Trained {
  // Too few dates to choose by: the built-in learner, which has all parts.
  UpsellWorld world{{.accounts = 400, .periods = 7}};
  ScoringSettings settings = world.settings();
  FeatureTable table = *FeatureTable::make(world.source.vocabulary(), settings, {});
  Training training = *train(world.source, table, settings, world.now(), 2);
};
const Trained& trained() {
  static const Trained made;
  return made;
}

struct Kept {
  std::string id;
  std::vector<float> row;
  std::optional<Score> score;
  std::optional<NotScored> not_scored;
};
std::vector<Kept> score_all(const TimelineSource& source, const Model* model,
                            const ScoreOptions& options) {
  std::vector<Kept> kept;
  const Trained& t = trained();
  const auto done = score_accounts(
      source, t.table, model, t.settings, t.world.now(), options, [&](const ScoredAccount& one) {
        kept.push_back(
            {one.account.id, {one.row.begin(), one.row.end()}, one.score, one.not_scored});
      });
  REQUIRE(done);
  return kept;
}

bool same_bits(double a, double b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}

}  // namespace

TEST_CASE("model: a damaged, missing or foreign part is refused") {
  const ModelFiles& files = trained().training.files;
  REQUIRE(files.size() == 4);
  REQUIRE(Model::load(files));
  for (const auto& [name, bytes] : files) {
    INFO(name);
    ModelFiles changed = files;
    changed[name][bytes.size() / 2] ^= 1;
    const auto refused = Model::load(changed);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::corrupt);
    ModelFiles missing = files;
    missing.erase(name);
    CHECK_FALSE(Model::load(missing));
    ModelFiles cut = files;
    cut[name].resize(bytes.size() / 3);
    CHECK_FALSE(Model::load(cut));
  }
  CHECK_FALSE(Model::load({}));
}

TEST_CASE("model: the version is the as-of date and eight digits") {
  const std::string& version = trained().training.version;
  CHECK(version.substr(0, 11) == to_text(trained().world.end) + "-");
  CHECK(version.size() == 19);
  CHECK((*Model::load(trained().training.files))->version() == version);
}

TEST_CASE("model: contributions and base sum to the margin, by feature and by group") {
  const auto model = Model::load(trained().training.files);
  REQUIRE(model);
  for (const Kept& one : score_all(trained().world.source, model->get(), {2, true})) {
    REQUIRE(one.score);
    double sum = one.score->base;
    for (const Reason& reason : one.score->reasons) sum += reason.contribution;
    REQUIRE(sum == Approx(one.score->margin).margin(1e-5));
    REQUIRE(one.score->probability == Approx(1 / (1 + std::exp(-one.score->margin))));
    for (std::size_t i = 1; i < one.score->reasons.size(); ++i) {
      REQUIRE(std::abs(one.score->reasons[i - 1].contribution) >=
              std::abs(one.score->reasons[i].contribution));
    }
    double all = 0;
    for (const Reason& reason : one.score->reasons) all += std::abs(reason.contribution);
    for (const Reason& reason : one.score->reasons) {
      INFO(reason.group << ": " << reason.text);
      const bool told = std::abs(reason.contribution) >= 0.05 * all;
      REQUIRE(reason.text.empty() != told);
      REQUIRE(reason.text.find("because") == std::string::npos);
      REQUIRE(reason.text.find('{') == std::string::npos);
    }
  }
}

TEST_CASE("model: a row replayed from its bits gives the same bits and texts") {
  const auto model = Model::load(trained().training.files);
  REQUIRE(model);
  const auto scored = score_all(trained().world.source, model->get(), {1, true});
  const auto other = Model::load(trained().training.files);
  const auto names = trained().table.names();
  for (const Kept& one : scored) {
    const auto again = replay(one.row, names, **other, trained().world.end);
    REQUIRE(again);
    REQUIRE(same_bits(again->margin, one.score->margin));
    REQUIRE(same_bits(again->probability, one.score->probability));
    REQUIRE(again->reasons.size() == one.score->reasons.size());
    for (std::size_t i = 0; i < again->reasons.size(); ++i) {
      REQUIRE(again->reasons[i].text == one.score->reasons[i].text);
      REQUIRE(same_bits(again->reasons[i].contribution, one.score->reasons[i].contribution));
    }
  }
  CHECK_FALSE(replay(scored[0].row, {"order_count"}, **other, trained().world.end));
}

TEST_CASE("model: a row without a feature of the model is refused by name") {
  const auto model = Model::load(trained().training.files);
  REQUIRE(model);
  const auto layout = (*model)->layout({"order_count"});
  REQUIRE_FALSE(layout);
  CHECK_THAT(layout.error().message, Catch::Contains("days_since_order"));
}

TEST_CASE("scoring: threads change neither the order nor the bits") {
  const auto model = Model::load(trained().training.files);
  REQUIRE(model);
  const auto one = score_all(trained().world.source, model->get(), {1, false});
  const auto two = score_all(trained().world.source, model->get(), {2, false});
  REQUIRE(one.size() == 400);
  REQUIRE(two.size() == one.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    REQUIRE(one[i].id == two[i].id);
    REQUIRE(same_bits(one[i].score->margin, two[i].score->margin));
  }
}

TEST_CASE("reasons: say that all is close to average exactly where the odds are") {
  const auto model = Model::load(trained().training.files);
  REQUIRE(model);
  std::size_t close = 0, far = 0;
  for (const Kept& one : score_all(trained().world.source, model->get(), {1, true})) {
    const bool is_close = std::abs(one.score->margin - one.score->base) < 0.1;
    const std::string& text = one.score->reasons.front().text;
    INFO(text << ", " << one.score->margin - one.score->base);
    CHECK((text.find("all in all close to average") != std::string::npos) == is_close);
    is_close ? ++close : ++far;
  }
  CHECK(close > 0);
  CHECK(far > 0);
}

TEST_CASE("scoring: says of each account that has no score why") {
  test::TimelinesInMemory source;
  source.words.activity_kinds = trained().world.source.words.activity_kinds;
  const Instant past = trained().world.now() - days(5);
  auto add = [&](const char* id) -> Timeline& {
    Timeline& account = source.add_account(id);
    account.orders.push_back({past, past, 1, 10, 0, OrderKind::other, OrderStatus::won});
    return account;
  };
  add("buyer");
  add("out").account.opted_out = true;
  add("foreign").account.in_scope = false;
  add("gone").account.deleted_at = past;
  const auto open_order = [&](const char* id, OrderKind kind) {
    add(id).orders.push_back({past, past, 2, 10, 0, kind, OrderStatus::open});
  };
  open_order("asked", OrderKind::upsell);
  open_order("renewing", OrderKind::renewal);
  source.add_account("new");
  std::map<std::string, std::string> why;
  for (const Kept& one : score_all(source, nullptr, {})) {
    why[one.id] = one.not_scored ? to_text(*one.not_scored) : "scored";
    CHECK(one.score.has_value() == !one.not_scored.has_value());
    CHECK(one.row.empty() == (one.id == "out" || one.id == "foreign" || one.id == "gone"));
  }
  CHECK(why == std::map<std::string, std::string>{{"buyer", "scored"},
                                                  {"asked", "already_open"},
                                                  {"renewing", "scored"},
                                                  {"out", "opted_out"},
                                                  {"foreign", "out_of_scope"},
                                                  {"gone", "deleted"},
                                                  {"new", "no_purchase"}});
}

TEST_CASE(
    "scoring: without a model the rules rank by orders, then by recency, without a percentage") {
  test::TimelinesInMemory source;
  source.words.activity_kinds = trained().world.source.words.activity_kinds;
  auto add = [&](const char* id, std::vector<int> days_ago) {
    Timeline& account = source.add_account(id);
    for (const int n : days_ago) {
      const Instant at = trained().world.now() - days(n);
      account.orders.push_back({at, at, static_cast<std::uint64_t>(n), 10, 0, {}, {}});
    }
  };
  add("two_old", {300, 200});
  add("two_new", {300, 20});
  add("one", {5});
  std::map<std::string, double> rank;
  for (const Kept& one : score_all(source, nullptr, {})) {
    CHECK(one.score->model_version == "rules-1");
    CHECK_FALSE(one.score->has_probability);
    rank[one.id] = one.score->rank_value;
  }
  CHECK(rank["two_new"] > rank["two_old"]);
  CHECK(rank["two_old"] > rank["one"]);
}
