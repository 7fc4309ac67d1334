// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/receipts.h"

#include <catch2/catch.hpp>

#include "plugins/crm/attempts.h"
#include "tests/support/fake_host.h"
#include "tests/support/recording_sink.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using namespace upselld::plugins;
using upselld::tests::RecordingSink;

constexpr auto kBand = static_cast<std::size_t>(Field::band);
constexpr auto kAction = static_cast<std::size_t>(Field::next_action);

FieldUpdate an_update() {
  FieldUpdate update{"A1", {}};
  update.values[kBand] = "High";
  update.values[kAction] = "Offer the next size";
  return update;
}

FieldState standing(const std::string& band, const std::string& action) {
  FieldState state{"A1", true, "v2", {}};
  if (!band.empty()) state.values[kBand] = band;
  if (!action.empty()) state.values[kAction] = action;
  return state;
}

enum class Answered { done, refused, unsaid };
constexpr Instant kLater{1'795'500'000'000};

// The receipt of one update, after `state` was read back.
Receipt answered(Answered how, const FieldUpdate& update, const FieldState& state) {
  WriteOutcomes outcomes(1);
  if (how == Answered::done) outcomes.done(0);
  if (how == Answered::unsaid) outcomes.unsaid(0, kLater);
  if (how == Answered::refused) outcomes.settle(0, rejected({"RULE", "not so", ""}));
  RecordingSink sink;
  const std::vector<FieldUpdate> batch = {update};
  outcomes.answer(
      batch, [&](std::span<const std::string>) { return std::vector<FieldState>{state}; },
      [](const FieldUpdate& sent) { return sent.values; }, sink);
  REQUIRE(sink.receipts.size() == 1);
  return sink.receipts.at(0);
}

}  // namespace

TEST_CASE("receipts: what stands is told beside what was sent") {
  const FieldState state = standing("HIGH", "Ask for Anna first");
  for (const Answered how : {Answered::done, Answered::refused}) {
    const Receipt receipt = answered(how, an_update(), state);
    CHECK((receipt.outcome == Receipt::Outcome::accepted) == (how == Answered::done));
    CHECK(receipt.stored == state.values);
    CHECK(receipt.sent == an_update().values);
    CHECK(receipt.version == "v2");
  }
}

TEST_CASE("receipts: of an account that is gone nothing is told to a refusal") {
  FieldState gone;
  gone.account = "A1";
  const Receipt receipt = answered(Answered::refused, an_update(), gone);
  CHECK(receipt.outcome == Receipt::Outcome::rejected);
  CHECK(receipt.code == "RULE");
  CHECK(receipt.stored == FieldValues());
}

TEST_CASE("receipts: an answer that says nothing is settled by what stands there") {
  const FieldState written = standing("High", "Offer the next size");
  const Receipt receipt = answered(Answered::unsaid, an_update(), written);
  CHECK(receipt.outcome == Receipt::Outcome::accepted);
  CHECK(receipt.stored == written.values);
  // Not done, or done and edited since: nobody can tell, so it is looked at before it is sent
  // again.
  for (const char* action : {"", "Ask for Anna first"}) {
    const Receipt open = answered(Answered::unsaid, an_update(), standing("High", action));
    CHECK(open.outcome == Receipt::Outcome::deferred);
    CHECK(open.until == kLater);
    CHECK(open.stored == FieldValues());
  }
}

TEST_CASE("receipts: what was looked at more than a minute ago is looked at again, not written") {
  constexpr Attempt kAttempts[] = {{2, {}}, {1, seconds(8)}};
  upselld::tests::FakeClock clock;
  WriteOutcomes out(5);
  std::vector<std::vector<std::size_t>> sent;
  // Each request takes 40 seconds; the first item is locked.
  const auto done =
      write_in_groups(out, {0, 1, 2, 3, 4}, kAttempts, clock, clock.steady(), minutes(15),
                      [&](std::span<const std::size_t> group, Duration) -> Result<void> {
                        sent.emplace_back(group.begin(), group.end());
                        clock.time = clock.time + seconds(40);
                        for (const std::size_t i : group) {
                          if (i == 0)
                            out.note(i, {"UNABLE_TO_LOCK_ROW", "locked", ""});
                          else
                            out.done(i);
                        }
                        return {};
                      });
  REQUIRE(done);
  CHECK(sent == std::vector<std::vector<std::size_t>>{{0, 1}, {2, 3}});
  RecordingSink sink;
  const std::vector<FieldUpdate> batch(5, an_update());
  out.answer(
      batch,
      [&](std::span<const std::string> ids) {
        return std::vector<FieldState>(ids.size(), standing("High", "Offer the next size"));
      },
      [](const FieldUpdate& update) { return update.values; }, sink);
  CHECK(sink.receipts.at(3).outcome == Receipt::Outcome::accepted);
  CHECK(sink.receipts.at(4).outcome == Receipt::Outcome::deferred);
  CHECK(sink.receipts.at(4).until == clock.time);
  // A lock is waited for: else a row that stays locked would be tried for ever.
  CHECK(sink.receipts.at(0).outcome == Receipt::Outcome::deferred);
  CHECK(sink.receipts.at(0).until > clock.time);
}

TEST_CASE("receipts: however long a look took, something is written after it") {
  constexpr Attempt kAttempts[] = {{1, {}}};
  upselld::tests::FakeClock clock;
  WriteOutcomes out(2);
  std::size_t groups = 0;
  const auto done = write_in_groups(out, {0, 1}, kAttempts, clock, clock.steady() - minutes(5),
                                    minutes(15), [&](std::span<const std::size_t> group, Duration) {
                                      ++groups;
                                      out.done(group.front());
                                      return Result<void>();
                                    });
  REQUIRE(done);
  CHECK(groups == 1);
  CHECK(out.is_done(0));
  CHECK_FALSE(out.is_done(1));
}
