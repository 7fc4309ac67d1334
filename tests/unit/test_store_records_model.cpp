// SPDX-License-Identifier: Apache-2.0
#include "core/digest.h"
#include "store/account_directory.h"
#include "store/database.h"
#include "store/event_pending.h"
#include "store/record_reader.h"
#include "store/records.h"
#include "store/timeline_walk.h"
#include "tests/support/record_pages.h"
#include "tests/support/walk_text.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <map>
#include <random>
#include <set>

using namespace upselld;
using namespace upselld::store;
using namespace upselld::store::test;

namespace {

constexpr Instant kNow{1'000'000};
constexpr Instant kEver{std::numeric_limits<std::int64_t>::max()};

// What a store must hold, the naive way: everything that was ever said, and the rules applied to it
// whenever somebody asks.
struct Model {
  struct Account {
    AccountIn facts;
    bool known = false;
    std::int64_t deletion_at = kNoTime;
    std::string merged_into = {};
    std::int64_t merged_at = kNoTime;
  };
  struct Order {
    OrderIn facts;
    bool deleted = false;
  };
  std::map<std::string, Account> accounts;
  std::map<std::string, Order> orders;
  std::map<std::string, std::vector<ActivityIn>> parts;
  std::vector<ActivityIn> visits;  // `account` is a customer number
  struct Contact {
    std::int64_t version = kNoTime;
    bool may_profile = true;
    std::string account;
  };
  std::map<std::string, Contact> contacts;
  std::set<std::string> forgotten;

  void say(const AccountIn& in) {
    if (forgotten.count(in.id) != 0) return;
    Account& account = accounts[in.id];
    if (account.known && in.version <= account.facts.version) return;
    account.facts = in;
    account.known = true;
  }
  void say(const OrderIn& in) {
    if (forgotten.count(in.account) != 0) return;
    accounts[in.account];
    const auto at = orders.find(in.id);
    if (at != orders.end() && in.version <= at->second.facts.version) return;
    orders[in.id] = {in, false};
  }
  void delete_order(const std::string& id, std::int64_t at) {
    const auto known = orders.find(id);
    if (known != orders.end() && (at < known->second.facts.version ||
                                  (at == known->second.facts.version && known->second.deleted))) {
      return;
    }
    orders[id] = {{id, "", 0, 0, at}, true};
  }
  void say(const std::string& part, const ActivityIn& in) {
    if (forgotten.count(in.account) != 0) return;
    accounts[in.account];
    parts[part].push_back(in);
  }
  void merge(const std::string& loser, const std::string& survivor, std::int64_t at) {
    if (loser == survivor || forgotten.count(loser) != 0 || forgotten.count(survivor) != 0) return;
    accounts[survivor];
    Account& account = accounts[loser];
    if (account.merged_at > at) return;
    account.merged_into = survivor;
    account.merged_at = at;
  }

  static std::uint64_t place(const std::string& id) { return place_of_id(space_key("crm"), id); }
  std::string root(std::string id) const {
    std::set<std::string> seen;
    while (seen.insert(id).second) {
      const auto at = accounts.find(id);
      if (at == accounts.end() || at->second.merged_into.empty()) return id;
      id = at->second.merged_into;
    }
    // A circle: its first by hash.
    std::string first = id;
    for (std::string at = accounts.at(id).merged_into; at != id; at = accounts.at(at).merged_into) {
      if (place(at) < place(first)) first = at;
    }
    return first;
  }
  // The one account with that customer number, live ones first; empty: none or several.
  std::string joined(const std::string& customer) const {
    std::vector<std::string> live, gone;
    for (const auto& [id, account] : accounts) {
      if (!account.known || fmt::format("{}", account.facts.customer) != customer) continue;
      const bool is_live =
          account.merged_into.empty() &&
          (account.deletion_at == kNoTime || account.deletion_at < account.facts.version);
      (is_live ? live : gone).push_back(id);
    }
    const auto& found = live.empty() ? gone : live;
    return found.size() == 1 ? root(found[0]) : "";
  }
  std::string line(const ActivityIn& in) const {
    const auto contact = static_cast<std::uint32_t>(id_hash(space_key("crm"), in.contact));
    return fmt::format("  {} {} {} {} contact {}", in.kind, in.at, std::max(in.at, in.known_at),
                       in.value, contact);
  }
  std::map<std::string, std::vector<std::string>> lines() const {
    std::map<std::string, std::vector<std::string>> all;
    std::map<std::string, std::vector<std::string>*> of;
    for (const auto& [id, account] : accounts) {
      if (!account.known || root(id) != id) continue;
      const bool deleted =
          account.deletion_at != kNoTime && account.deletion_at >= account.facts.version;
      of[id] = &all[fmt::format("account {} '{}' deleted {}", id, account.facts.name, deleted)];
    }
    const auto add = [&](const std::string& id, std::string text) {
      const auto at = of.find(id);
      if (at != of.end()) at->second->push_back(std::move(text));
    };
    for (const auto& [id, order] : orders) {
      if (order.deleted) continue;
      add(root(order.facts.account),
          fmt::format("  order {:016x} {} {} {} '' won", id_hash(space_key("crm"), id),
                      order.facts.at, order.facts.at, order.facts.amount));
    }
    for (const auto& [part, rows] : parts) {
      for (const ActivityIn& row : rows) {
        const auto contact = contacts.find(row.contact);
        if (contact != contacts.end() && !contact->second.may_profile) continue;
        add(root(row.account), line(row));
      }
    }
    for (const ActivityIn& visit : visits) add(joined(visit.account), line(visit));
    for (auto& [text, sorted] : all) std::sort(sorted.begin(), sorted.end());
    return all;
  }
};

// Drives store and model with the same random story.
class Story {
 public:
  explicit Story(unsigned seed) : random_(seed) { open(); }

  void step() {
    switch (draw(12)) {
      case 0:
      case 1:
        return accounts();
      case 2:
      case 3:
      case 4:
        return orders();
      case 5:
      case 6:
        return activities();
      case 7:
        return visits();
      case 8:
        return merge();
      case 9:
        return contact();
      case 10:
        return draw(3) == 0 ? open() : flush();
      case 11:
        return draw(4) == 0 ? forget() : flush();
    }
  }
  void compare() {
    flush();
    auto walk = TimelineWalk::open(dir_.database(), {"crm", {}, 1});
    REQUIRE(walk);
    const std::string text = walk_text(**walk, kEver);
    const auto stored = lines_by_account(text);
    const auto expected = model_.lines();
    INFO("stored but not expected: " << difference(stored, expected));
    INFO("expected but not stored: " << difference(expected, stored));
    REQUIRE(stored == expected);
  }

 private:
  std::uint32_t draw(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
  std::string account() { return fmt::format("A{}", draw(14)); }
  std::string part() { return fmt::format("p{}", draw(3)); }

  void open() {
    if (records_) flush();
    records_.reset();
    database_.reset();
    auto database = Database::open(dir_.database(), OpenMode::create_or_upgrade);
    REQUIRE(database);
    database_ = std::make_unique<Database>(std::move(*database));
    RecordsSettings settings = small_settings();
    settings.group_events_max = 5 + draw(40);
    settings.runs_max = 2 + draw(3);
    settings.forgotten = [this](const std::string&, const std::vector<std::string>& ids) {
      std::vector<bool> answer;
      for (const std::string& id : ids) answer.push_back(model_.forgotten.count(id) != 0);
      return Result<std::vector<bool>>(answer);
    };
    auto records = Records::open(*database_, settings);
    REQUIRE(records);
    records_ = std::move(*records);
  }
  void apply(const Feed& feed, Page page) {
    page.next.bytes = fmt::format("{}", ++cursor_);
    const auto applied = records_->apply(feed, std::move(page), kNow);
    INFO((applied ? "" : applied.error().message));
    REQUIRE(applied);
  }
  void flush() { REQUIRE(records_->flush()); }

  void accounts() {
    std::vector<AccountIn> rows;
    for (std::uint32_t i = 0; i < 1 + draw(4); ++i) {
      AccountIn row{fmt::format("A{}", draw(12)), fmt::format("name {}", draw(1000)), ++version_};
      row.customer = draw(6) == 0 ? 7 : 100 + draw(8);
      if (draw(4) == 0) row.version -= draw(100);
      rows.push_back(row);
      model_.say(row);
    }
    Page page = account_page(rows);
    if (draw(4) == 0) {
      const std::string id = account();
      page.deletions.push_back({id, Instant{version_ - draw(20)}});
      if (model_.forgotten.count(id) == 0) {
        auto& deletion_at = model_.accounts[id].deletion_at;
        deletion_at = std::max(deletion_at, page.deletions.back().at.ms);
      }
    }
    apply(accounts_feed(), std::move(page));
  }
  void orders() {
    std::vector<OrderIn> rows;
    Page deletions;
    for (std::uint32_t i = 0; i < 1 + draw(12); ++i) {
      const std::string id = fmt::format("O{}", draw(60));
      if (tainted_.count(id) != 0) continue;
      OrderIn row{id, account(), 1000 + draw(50), static_cast<double>(draw(10'000)) / 8,
                  ++version_};
      if (draw(3) == 0) row.version -= draw(60);
      rows.push_back(row);
      model_.say(row);
    }
    Page page = order_page(rows);
    for (std::uint32_t i = 0; i < draw(3); ++i) {
      const std::string id = fmt::format("O{}", draw(60));
      if (tainted_.count(id) != 0) continue;
      page.deletions.push_back({id, Instant{++version_ - draw(30)}});
      model_.delete_order(id, page.deletions.back().at.ms);
    }
    apply(orders_feed(), std::move(page));
  }
  ActivityIn activity(const std::string& of) {
    ActivityIn row{of, fmt::format("kind{}", draw(4)), 500 + draw(300)};
    if (draw(2) == 0) row.value = static_cast<double>(draw(300)) / 100;
    if (draw(3) == 0) row.contact = fmt::format("C{}", draw(5));
    if (draw(3) == 0) row.known_at = row.at + draw(100);
    return row;
  }
  void activities() {
    const std::string name = part();
    const bool replaces = draw(4) == 0;
    if (replaces) model_.parts[name].clear();
    std::vector<ActivityIn> rows;
    for (std::uint32_t i = 0; i < draw(25); ++i) {
      rows.push_back(activity(account()));
      model_.say(name, rows.back());
    }
    apply(activities_feed(name), activity_page(rows, replaces));
  }
  void visits() {
    std::vector<ActivityIn> rows;
    for (std::uint32_t i = 0; i < 1 + draw(6); ++i) {
      const std::string customer = draw(6) == 0 ? "7" : fmt::format("{}", 100 + draw(8));
      if (tainted_.count(customer) != 0) continue;
      ActivityIn row{customer, "visit", 500 + draw(300)};
      rows.push_back(row);
      model_.visits.push_back(row);
    }
    apply(website_feed(), activity_page(rows));
  }
  void merge() {
    Page page = account_page({});
    const std::string loser = account();
    const std::string survivor = account();
    page.merges.push_back({loser, survivor, Instant{++version_}});
    model_.merge(loser, survivor, version_);
    apply(accounts_feed(), std::move(page));
  }
  void contact() {
    const std::string id = fmt::format("C{}", draw(5));
    const std::string of = account();
    const bool may_profile = draw(2) == 0;
    const std::int64_t version = ++version_ - draw(10);
    apply(contacts_feed(), contact_page(id, of, may_profile, version));
    if (model_.forgotten.count(of) != 0) return;
    model_.accounts[of];
    auto [known, is_new] =
        model_.contacts.try_emplace(id, Model::Contact{version, may_profile, of});
    if (!is_new && version > known->second.version) known->second = {version, may_profile, of};
  }
  void forget();

  std::mt19937 random_;
  TempDir dir_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Records> records_;
  Model model_;
  std::set<std::string> tainted_;  // ids whose past went with a forgotten account
  std::int64_t version_ = 1000;
  int cursor_ = 0;
};

void Story::forget() {
  flush();
  const std::string id = account();
  RecordReader reader(*database_, small_settings().attributes);
  const auto hits = reader.find_account("crm:" + id);
  REQUIRE(hits);
  if (hits->empty()) return;
  // The survivor is what is found; everything that was merged into it goes too.
  const std::string root = (*hits)[0].id;
  REQUIRE(root == model_.root(id));
  std::set<std::string> gone;
  for (const auto& [other, account] : model_.accounts) {
    if (model_.root(other) == root) gone.insert(other);
  }
  for (const ActivityIn& visit : model_.visits) {
    if (model_.joined(visit.account) == root) tainted_.insert(visit.account);
  }
  auto transaction = Transaction::begin(*database_, "forget", Durability::full);
  REQUIRE(transaction);
  REQUIRE(records_->erase_account(*transaction, (*hits)[0].number));
  REQUIRE(transaction->commit());
  std::erase_if(model_.visits, [&](const ActivityIn& v) { return tainted_.count(v.account) != 0; });
  std::erase_if(model_.orders, [&](const auto& order) {
    const bool goes = gone.count(order.second.facts.account) != 0;
    if (goes) tainted_.insert(order.first);
    return goes;
  });
  for (auto& [name, rows] : model_.parts) {
    std::erase_if(rows, [&](const ActivityIn& row) { return gone.count(row.account) != 0; });
  }
  std::erase_if(model_.contacts,
                [&](const auto& contact) { return gone.count(contact.second.account) != 0; });
  for (const std::string& other : gone) {
    model_.accounts.erase(other);
    model_.forgotten.insert(other);
  }
}

}  // namespace

TEST_CASE("records: a store and a naive model tell the same under random pages") {
  std::vector<unsigned> seeds = {1, 2, 3, 4, 5, 6, 7, 8};
  if (const char* given = std::getenv("UPSELLD_TEST_SEED")) {
    seeds = {static_cast<unsigned>(std::atoi(given))};
  }
  for (const unsigned seed : seeds) {
    INFO("UPSELLD_TEST_SEED=" << seed);
    Story story(seed);
    for (int round = 0; round < 25; ++round) {
      for (int i = 0; i < 6; ++i) story.step();
      INFO("round " << round);
      story.compare();
    }
  }
}
