// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/receipts.h"

#include <catch2/catch.hpp>

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

enum class Answered { done, refused };

// The receipt of one update, after `state` was read back.
Receipt answered(Answered how, const FieldUpdate& update, const FieldState& state) {
  WriteOutcomes outcomes(1);
  if (how == Answered::done) outcomes.done(0);
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
