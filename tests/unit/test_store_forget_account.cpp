// SPDX-License-Identifier: Apache-2.0
#include "store/forget_account.h"

#include "store/account_group.h"
#include "store/audit_chain.h"
#include "store/audit_verify.h"
#include "store/decisions.h"
#include "store/field_states.h"
#include "store/record_reader.h"
#include "tests/support/record_pages.h"
#include "tests/unit/ledger_fixture.h"

#include <fstream>
#include <sstream>

using namespace upselld;
using namespace upselld::store;
using namespace upselld::store::test;

namespace {

constexpr const char* kSecretWord = "zanzibar-7781";

// A store with records that asks itself who was forgotten, as the daemon's does.
class Site {
 public:
  Site() { reopen(); }
  void reopen() {
    RecordsSettings settings = small_settings();
    settings.forgotten = [this](const std::string& space, const std::vector<std::string>& ids) {
      return Forgotten(ledger.database()).contains(space, ids);
    };
    records.reset();
    auto made = Records::open(ledger.database(), settings);
    REQUIRE(made);
    records = std::move(*made);
  }
  PageCounts apply(const Feed& feed, Page page) {
    auto applied = records->apply(feed, std::move(page), {1000});
    REQUIRE(applied);
    const auto flushed = records->flush();
    REQUIRE(flushed);
    *applied += *flushed;
    return *applied;
  }
  RecordReader reader() { return RecordReader(ledger.database(), small_settings().attributes); }
  std::uint32_t number(const std::string& id) {
    const auto hits = reader().find_exactly(id);
    REQUIRE(hits);
    return hits->empty() ? 0 : hits->front().number;
  }
  // Something about it in the ledger, with a word that is easy to find.
  void decide(const AccountRef& who) {
    Database& database = ledger.database();
    ledger.committed([&](Transaction& t) {
      StoredDecision decision;
      decision.account = who;
      decision.segment = kSecretWord;
      REQUIRE(Decisions(database).put(t, decision, {}));
      FieldValues values;
      values[1] = kSecretWord;
      REQUIRE(FieldStates(database).confirmed(t, who, values));
      REQUIRE(AuditChain(database).append(t, {AuditKind::decided, kNoon, "r1", who, kSecretWord}));
    });
  }
  void forget(std::uint32_t number) {
    ledger.committed([&](Transaction& t) {
      REQUIRE(forget_account(ledger.database(), *records, t, number, {"r2", kNoon}));
    });
    reopen();
    REQUIRE(Forgotten(ledger.database()).truncate_log());
  }
  bool is_forgotten(const std::string& space, const std::string& id) {
    return *Forgotten(ledger.database()).contains(space, id);
  }
  std::string bytes() const {
    std::ostringstream text;
    text << std::ifstream(ledger.path(), std::ios::binary).rdbuf();
    return text.str();
  }

  LedgerFixture ledger;
  std::unique_ptr<Records> records;
};

Page merge_of(const std::string& loser, const std::string& survivor) {
  Page page = account_page({});
  page.merges.push_back({loser, survivor, Instant{5}});
  return page;
}

AccountIn with_customer(const std::string& id, double customer) {
  AccountIn in{id, "one", 1};
  in.customer = customer;
  return in;
}

constexpr const char* kVisitors =
    "crm\x1f"
    "customer";

}  // namespace

TEST_CASE("forget account: what was merged into it goes too, whichever of them is named") {
  for (const char* named : {"loser-81", "survivor-82"}) {
    Site site;
    site.apply(
        accounts_feed(),
        account_page({{"loser-81", "one", 1}, {"survivor-82", "two", 1}, {"A3", "three", 1}}));
    const AccountRef loser = {site.number("loser-81"), "crm", "loser-81"};
    const AccountRef survivor = {site.number("survivor-82"), "crm", "survivor-82"};
    site.decide(loser);
    site.decide(survivor);
    site.apply(accounts_feed(), merge_of("loser-81", "survivor-82"));
    const auto group = account_group(site.ledger.database(), site.number(named));
    REQUIRE(group);
    CHECK(group->accounts == std::vector{survivor, loser});

    site.forget(site.number(named));

    CHECK(site.is_forgotten("crm", "loser-81"));
    CHECK(site.is_forgotten("crm", "survivor-82"));
    CHECK_FALSE(site.is_forgotten("crm", "A3"));
    Database& database = site.ledger.database();
    for (const AccountRef& gone : {loser, survivor}) {
      CHECK_FALSE(Decisions(database).latest(gone.number)->has_value());
      CHECK_FALSE((*FieldStates(database).of(gone.number))[1].confirmed.has_value());
    }
    CHECK(AuditChain(database).list({.kind = AuditKind::forgotten})->size() == 2);
    const auto verdict = verify_audit(database);
    CHECK(verdict->valid);
    CHECK(verdict->forgotten_payloads == 2);
    CHECK(site.bytes().find(kSecretWord) == std::string::npos);
    CHECK(site.apply(accounts_feed(), account_page({{"loser-81", "one", 9}})).forgotten == 1);
    CHECK(site.reader().counts()->accounts == 1);
  }
}

TEST_CASE("forget account: events that join by another key do not bring it back") {
  Site site;
  site.apply(accounts_feed(), account_page({with_customer("A1", 117), with_customer("A2", 118)}));
  site.apply(website_feed(), activity_page({{"117", "visit", 500}, {"118", "visit", 500}}));
  REQUIRE(site.reader().counts()->waiting == 0);

  site.forget(site.number("A1"));

  CHECK(site.is_forgotten(kVisitors, "117"));
  const PageCounts counts = site.apply(
      website_feed(), activity_page({{"117", "visit", 600}, {"118", "visit", 600}}, true));
  CHECK(counts.forgotten == 1);
  CHECK(site.reader().counts()->waiting == 0);
  CHECK(site.reader().counts()->events["web/visits"] == 1);
}

TEST_CASE("forget account: a key is kept out though no event came under it yet") {
  Site site;
  site.apply(accounts_feed(), account_page({with_customer("A1", 117), with_customer("A2", 118)}));
  site.apply(website_feed(), activity_page({{"118", "visit", 500}}));
  site.forget(site.number("A1"));
  CHECK(site.apply(website_feed(), activity_page({{"117", "visit", 600}})).forgotten == 1);
  CHECK(site.reader().counts()->waiting == 0);
}

TEST_CASE("forget account: a key that another account has as well stays that one's") {
  Site site;
  site.apply(accounts_feed(), account_page({with_customer("A1", 117), with_customer("A2", 117)}));
  site.apply(website_feed(), activity_page({{"117", "visit", 500}}));
  REQUIRE(site.reader().counts()->waiting == 1);
  site.forget(site.number("A1"));
  CHECK_FALSE(site.is_forgotten(kVisitors, "117"));
  CHECK(site.reader().counts()->waiting == 0);
}

TEST_CASE("forget account: one that is not there is said to be missing") {
  Site site;
  Transaction t = site.ledger.begin();
  const auto done = forget_account(site.ledger.database(), *site.records, t, 99, {"r", kNoon});
  REQUIRE_FALSE(done);
  CHECK(done.error().kind == ErrorKind::not_found);
}

TEST_CASE("forget again: a backup forgets what the store that stands there had forgotten") {
  Site standing;
  standing.apply(accounts_feed(), account_page({with_customer("A1", 117), {"A2", "two", 1}}));
  standing.apply(website_feed(), activity_page({{"117", "visit", 500}}));
  standing.forget(standing.number("A1"));

  // The backup is of before the first forget ever: it has no salt.
  Site backup;
  backup.apply(accounts_feed(), account_page({with_customer("A1", 117), {"A2", "two", 1}}));
  backup.apply(website_feed(), activity_page({{"117", "visit", 500}}));
  backup.decide({backup.number("A1"), "crm", "A1"});
  const auto known = read_forgotten(standing.ledger.path());
  REQUIRE(known);
  REQUIRE(known->hashes.size() == 2);
  const auto forgotten = forget_again(backup.ledger.database(), *known, {"r9", kNoon});
  REQUIRE(forgotten);
  CHECK(*forgotten == 1);

  CHECK(read_forgotten(backup.ledger.path())->salts == known->salts);
  CHECK(read_forgotten(backup.ledger.path())->hashes == known->hashes);
  CHECK(AuditChain(backup.ledger.database()).list({.kind = AuditKind::forgotten})->size() == 1);
  CHECK(verify_audit(backup.ledger.database())->valid);
  backup.reopen();
  CHECK(backup.number("A1") == 0);
  CHECK(backup.number("A2") != 0);
  CHECK(backup.apply(accounts_feed(), account_page({with_customer("A1", 117)})).forgotten == 1);
  CHECK(backup.apply(website_feed(), activity_page({{"117", "visit", 600}})).forgotten == 1);
  CHECK(*forget_again(backup.ledger.database(), *known, {"r9", kNoon}) == 0);
}

TEST_CASE("forget again: both stores' forgets hold, though each made a salt of its own") {
  Site standing;
  standing.apply(accounts_feed(), account_page({{"A1", "one", 1}}));
  standing.forget(standing.number("A1"));
  Site backup;
  backup.apply(accounts_feed(), account_page({{"A1", "one", 1}, {"A2", "two", 1}, {"A3", "x", 1}}));
  backup.forget(backup.number("A2"));
  const auto known = read_forgotten(standing.ledger.path());
  REQUIRE(*forget_again(backup.ledger.database(), *known, {"r9", kNoon}) == 1);
  CHECK(backup.is_forgotten("crm", "A1"));
  CHECK(backup.is_forgotten("crm", "A2"));
  CHECK_FALSE(backup.is_forgotten("crm", "A3"));
  const auto both = read_forgotten(backup.ledger.path());
  CHECK(both->salts.size() == 2);
  CHECK(among(*both, "crm", {"A1", "A2", "A3"}) == std::vector<bool>{true, true, false});
}

TEST_CASE("forget again: a key that belongs to another account in the backup takes none with it") {
  Site standing;
  standing.apply(accounts_feed(), account_page({with_customer("A1", 117)}));
  standing.apply(website_feed(), activity_page({{"117", "visit", 500}}));
  standing.forget(standing.number("A1"));
  Site backup;
  backup.apply(accounts_feed(), account_page({with_customer("A2", 117)}));
  backup.apply(website_feed(), activity_page({{"117", "visit", 500}}));
  const auto known = read_forgotten(standing.ledger.path());
  CHECK(*forget_again(backup.ledger.database(), *known, {"r9", kNoon}) == 0);
  backup.reopen();
  CHECK(backup.number("A2") != 0);
}

TEST_CASE("forgotten: what is no store, or damaged, cannot be read, and stays as it is") {
  const LedgerFixture ledger;
  const auto path = ledger.path().parent_path() / "other.db";
  const std::string text(5000, 'x');
  std::ofstream(path) << text;
  CHECK_FALSE(read_forgotten(path));
  CHECK_FALSE(read_forgotten(ledger.path().parent_path() / "none.db"));
  std::ostringstream left;
  left << std::ifstream(path).rdbuf();
  CHECK(left.str() == text);
}
