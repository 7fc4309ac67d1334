// SPDX-License-Identifier: Apache-2.0
#include "store/field_states.h"

#include "tests/unit/ledger_fixture.h"

using namespace upselld;
using namespace upselld::store;

namespace {

constexpr auto kBandAt = static_cast<std::size_t>(Field::band);

FieldValues band(const std::string& value) {
  FieldValues values;
  values[kBandAt] = value;
  return values;
}

FieldMemory band_of(const FieldStates& states, std::uint32_t number) {
  return (*states.of(number))[kBandAt];
}

}  // namespace

TEST_CASE("field states: an empty field that we never wrote is ours, a filled one is not") {
  LedgerFixture ledger;
  const FieldStates states(ledger.database());
  REQUIRE(band_of(states, 1).is_ours(""));
  REQUIRE_FALSE(band_of(states, 1).is_ours("High"));
}

TEST_CASE("field states: until an attempt is settled both values are ours") {
  LedgerFixture ledger;
  {
    FieldStates states(ledger.database());
    ledger.committed([&](Transaction& t) {
      REQUIRE(states.confirmed(t, account(1), band("Low")));
      REQUIRE(states.attempted(t, account(1), band("Medium")));
      REQUIRE(states.attempted(t, account(1), band("High")));
      REQUIRE(states.attempted(t, account(1), band("High")));
    });
  }
  Database reopened = ledger.open();
  FieldStates states(reopened);
  for (const char* ours : {"Low", "Medium", "High"}) REQUIRE(band_of(states, 1).is_ours(ours));
  REQUIRE_FALSE(band_of(states, 1).is_ours(""));
  REQUIRE_FALSE(band_of(states, 1).is_ours("Hot"));
  REQUIRE(band_of(states, 1).attempts.size() == 2);
  Transaction t = LedgerFixture::begin(reopened);
  REQUIRE(states.confirmed(t, account(1), band("High")));
  REQUIRE(t.commit());
  REQUIRE(band_of(states, 1).is_ours("High"));
  REQUIRE_FALSE(band_of(states, 1).is_ours("Medium"));
  REQUIRE_FALSE(band_of(states, 1).is_ours("Low"));
}

TEST_CASE("field states: confirming one field leaves the others as they are") {
  LedgerFixture ledger;
  FieldStates states(ledger.database());
  FieldValues both = band("High");
  both[0] = "18.3";
  ledger.committed([&](Transaction& t) {
    REQUIRE(states.attempted(t, account(1), both));
    REQUIRE(states.confirmed(t, account(1), band("High")));
  });
  const AccountFields fields = *states.of(1);
  REQUIRE_FALSE(fields[0].confirmed);
  REQUIRE(fields[0].attempts == std::vector<std::string>{"18.3"});
}

TEST_CASE("field states: an edited field is left alone for 30 days") {
  LedgerFixture ledger;
  FieldStates states(ledger.database());
  ledger.committed([&](Transaction& t) {
    REQUIRE(states.confirmed(t, account(1), band("Low")));
    REQUIRE(states.edited(t, account(1), Field::band, "Hot", kNoon));
    // Seen again on every later run: the date stays.
    REQUIRE(states.edited(t, account(1), Field::band, "Hot", kNoon + days(10)));
  });
  REQUIRE(band_of(states, 1).is_kept(kNoon + days(30) - milliseconds(1)));
  REQUIRE_FALSE(band_of(states, 1).is_kept(kNoon + days(30)));
  const auto kept = *states.kept("crm", kNoon + days(29));
  REQUIRE(kept.size() == 1);
  REQUIRE(kept[0].account == account(1));
  REQUIRE(kept[0].field == Field::band);
  REQUIRE(kept[0].value == "Hot");
  REQUIRE(kept[0].edited_at == kNoon);
  REQUIRE(states.kept("other", kNoon)->empty());
  REQUIRE(states.kept("", kNoon + days(30))->empty());
}

TEST_CASE("field states: another edit starts the 30 days anew") {
  LedgerFixture ledger;
  FieldStates states(ledger.database());
  ledger.committed([&](Transaction& t) {
    REQUIRE(states.edited(t, account(1), Field::band, "Hot", kNoon));
    REQUIRE(states.edited(t, account(1), Field::band, "Cold", kNoon + days(20)));
  });
  REQUIRE(band_of(states, 1).is_kept(kNoon + days(40)));
}

TEST_CASE("field states: a released value may be overwritten, and is no new edit") {
  LedgerFixture ledger;
  FieldStates states(ledger.database());
  ledger.committed([&](Transaction& t) {
    REQUIRE(states.edited(t, account(1), Field::band, "Hot", kNoon));
    REQUIRE(states.edited(t, account(1), Field::segment, "Ours", kNoon));
    REQUIRE(*states.release(t, 1) == 2);
    REQUIRE(*states.release(t, 1) == 0);
    REQUIRE(*states.release(t, 77) == 0);
  });
  REQUIRE(band_of(states, 1).is_ours("Hot"));
  REQUIRE_FALSE(band_of(states, 1).is_kept(kNoon));
  REQUIRE(states.kept("", kNoon)->empty());
}

TEST_CASE("field states: edits are given back when their time is over, and only those") {
  LedgerFixture ledger;
  FieldStates states(ledger.database());
  ledger.committed([&](Transaction& t) {
    REQUIRE(states.edited(t, account(1), Field::band, "Hot", kNoon));
    REQUIRE(states.edited(t, account(1), Field::segment, "Mine", kNoon + days(5)));
    REQUIRE(states.edited(t, account(2), Field::band, "Cold", kNoon + days(9)));
    REQUIRE(*states.release_expired(t, kNoon + days(29)) == 0);
    REQUIRE(*states.release_expired(t, kNoon + days(31)) == 1);
  });
  REQUIRE(band_of(states, 1).is_ours("Hot"));
  REQUIRE(states.kept("", kNoon + days(31))->size() == 2);
}

TEST_CASE("field states: attempts that are never settled do not grow without end") {
  LedgerFixture ledger;
  FieldStates states(ledger.database());
  ledger.committed([&](Transaction& t) {
    for (int i = 0; i < 40; ++i) {
      REQUIRE(states.attempted(t, account(1), band(std::to_string(i))));
    }
  });
  REQUIRE(band_of(states, 1).attempts.size() == kFieldAttemptsMax);
  REQUIRE(band_of(states, 1).is_ours("39"));
}

TEST_CASE("field states: damaged bytes are told, not used") {
  LedgerFixture ledger;
  FieldStates states(ledger.database());
  ledger.committed([&](Transaction& t) { REQUIRE(states.attempted(t, account(1), band("High"))); });
  ledger.tamper("UPDATE field_states SET fields = x'0102'");
  REQUIRE(states.of(1).error().kind == ErrorKind::corrupt);
  Transaction t = ledger.begin();
  REQUIRE(states.confirmed(t, account(1), band("High")).error().kind == ErrorKind::corrupt);
  REQUIRE(states.remove(t, 1));
  REQUIRE(states.of(1));
}
