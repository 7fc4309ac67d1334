// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/receipts.h"

#include <catch2/catch.hpp>

#include "plugins/crm/our_fields.h"
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

TEST_CASE("receipts: what a person wrote right after us is not called ours") {
  const Receipt receipt =
      answered(Answered::done, an_update(), standing("High", "Ask for Anna first"));
  CHECK(receipt.outcome == Receipt::Outcome::accepted);
  CHECK(receipt.stored[kBand] == "High");
  CHECK(receipt.stored[kAction] == "Offer the next size");
  const Receipt emptied =
      answered(Answered::done, an_update(), standing("", "Offer the next size"));
  CHECK(emptied.stored[kBand] == "High");
  const Receipt reversed = answered(Answered::done, an_update(), standing("Low", ""));
  CHECK(reversed.stored[kBand] == "High");
  CHECK(reversed.stored[kAction] == "Offer the next size");
}

TEST_CASE("receipts: what the CRM made of our value is ours as it stands") {
  FieldUpdate update = an_update();
  update.values[kAction] = "Offer  the next size ";
  const Receipt receipt = answered(Answered::done, update, standing("HIGH", "Offer the next size"));
  CHECK(receipt.stored[kBand] == "HIGH");
  CHECK(receipt.stored[kAction] == "Offer the next size");
  CHECK(receipt.version == "v2");
}

TEST_CASE("receipts: a refused update that stands whole was done by a try before") {
  using Outcome = Receipt::Outcome;
  const auto refused = [](const FieldState& state) {
    return answered(Answered::refused, an_update(), state).outcome;
  };
  CHECK(refused(standing("High", "Offer the next size")) == Outcome::accepted);
  CHECK(refused(standing("High", "another")) == Outcome::rejected);
  CHECK(refused(standing("", "")) == Outcome::rejected);
  FieldState gone = standing("High", "Offer the next size");
  gone.exists = false;
  CHECK(refused(gone) == Outcome::rejected);
}

TEST_CASE("our fields: which other form of a value a CRM may keep") {
  struct Case {
    Field field;
    const char* sent;
    const char* read;
    bool may;
  };
  const Case cases[] = {{Field::score, "18.3", "18.3", true},
                        {Field::score, "18.3", "18.0", true},
                        {Field::score, "18.5", "19.0", true},
                        {Field::score, "18.3", "18.4", false},
                        {Field::score, "18.3", "19.0", false},
                        {Field::score, "18.3", "", false},
                        {Field::change, "-0.4", "0.0", true},
                        {Field::band, "High", "high", true},
                        {Field::band, "High", "Highest", false},
                        {Field::band, "", "", true},
                        {Field::band, "", "Low", false},
                        {Field::reasons, "a\nb", " a b", true},
                        {Field::reasons, "a b", "ab", false},
                        {Field::data_as_of, "2026-11-22T06:58:12Z", "2026-11-22T06:58:00Z", true},
                        {Field::data_as_of, "2026-11-22T06:58:12Z", "2026-11-22T06:59:00Z", false},
                        {Field::data_as_of, "2026-11-22T06:58:12Z", "soon", false}};
  for (const Case& one : cases) {
    INFO(one.sent << " -> " << one.read);
    CHECK(may_be_stored_as(one.field, one.sent, one.read) == one.may);
  }
}
