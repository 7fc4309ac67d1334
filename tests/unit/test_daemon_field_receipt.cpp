// SPDX-License-Identifier: Apache-2.0
#include "daemon/field_receipt.h"

#include <catch2/catch.hpp>

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using upselld::daemon::judged;
using Outcome = Receipt::Outcome;

constexpr auto kBand = static_cast<std::size_t>(Field::band);
constexpr auto kAction = static_cast<std::size_t>(Field::next_action);

FieldValues values(const std::string& band, const std::string& action) {
  FieldValues all;
  all[kBand] = band;
  all[kAction] = action;
  return all;
}

Receipt receipt_of(Outcome outcome, const FieldValues& sent, const FieldValues& stored) {
  Receipt receipt;
  receipt.outcome = outcome;
  receipt.sent = sent;
  receipt.stored = stored;
  if (outcome == Outcome::rejected) receipt.code = "RULE";
  return receipt;
}

const FieldValues kBefore = values("Low", "Soft touch");
const FieldValues kSent = values("High", "Offer the next size");

}  // namespace

TEST_CASE("field receipt: what a person wrote right after us is not called ours") {
  const auto stored_after = [](const FieldValues& standing) {
    return judged(kBefore, receipt_of(Outcome::accepted, kSent, standing)).stored;
  };
  CHECK(stored_after(values("High", "Ask for Anna first")) == kSent);
  CHECK(stored_after(values("", "Offer the next size")) == kSent);
  CHECK(stored_after(kBefore) == kSent);
}

TEST_CASE("field receipt: what the CRM made of our value is ours as it stands") {
  const FieldValues trimmed = values("HIGH", "Offer the next size");
  const Receipt receipt = judged(
      kBefore, receipt_of(Outcome::accepted, values("High", "Offer  the next size "), trimmed));
  CHECK(receipt.outcome == Outcome::accepted);
  CHECK(receipt.stored == trimmed);
}

TEST_CASE("field receipt: what was not sent stays as it stands") {
  FieldValues sent;
  sent[kBand] = "High";
  const FieldValues standing = values("High", "theirs");
  CHECK(judged(kBefore, receipt_of(Outcome::accepted, sent, standing)).stored == standing);
}

TEST_CASE("field receipt: a refusal of the repeat of a write that was done is no refusal") {
  const auto after = [](const FieldValues& before, const FieldValues& standing) {
    return judged(before, receipt_of(Outcome::rejected, kSent, standing));
  };
  CHECK(after(kBefore, kSent).outcome == Outcome::accepted);
  // A person has edited one of them since, and the other tells.
  const Receipt edited = after(kBefore, values("High", "Ask for Anna first"));
  CHECK(edited.outcome == Outcome::accepted);
  CHECK(edited.stored == kSent);
  CHECK(edited.code.empty());
  // Nothing of it, or nothing that was not there before: it was refused.
  CHECK(after(kBefore, kBefore).outcome == Outcome::rejected);
  CHECK(after(kBefore, kBefore).stored == FieldValues());
  const FieldValues half = values("High", "Soft touch");
  CHECK(after(half, half).outcome == Outcome::rejected);
  CHECK(after(half, half).code == "RULE");
  // Nobody looked.
  CHECK(after(kBefore, FieldValues()).outcome == Outcome::rejected);
}

TEST_CASE("field receipt: other outcomes stay as they are") {
  for (const Outcome outcome : {Outcome::unknown, Outcome::deferred, Outcome::already_there}) {
    CHECK(judged(kBefore, receipt_of(outcome, kSent, kBefore)).outcome == outcome);
    CHECK(judged(kBefore, receipt_of(outcome, kSent, kBefore)).stored == kBefore);
  }
}
