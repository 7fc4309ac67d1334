// SPDX-License-Identifier: Apache-2.0
#include "store/record_reader.h"

#include "store/account_facts.h"
#include "store/event_fold.h"
#include "store/record_group.h"
#include "store/statements.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <tuple>

namespace upselld::store {
namespace {

AccountHit hit_of(SQLite::Statement& row) {
  return {row.getColumn(0).getUInt(), row.getColumn(1).getString(), row.getColumn(2).getString(),
          row.getColumn(3).getString()};
}

// Adds hits that are not there yet, by name and id. Rows come in the order of an index, so that no
// more of them are read than are wanted.
void add_hits(SQLite::Statement& rows, std::size_t hits_max, std::vector<AccountHit>& hits) {
  const auto first = static_cast<std::ptrdiff_t>(hits.size());
  while (hits.size() < hits_max && rows.executeStep()) {
    AccountHit hit = hit_of(rows);
    const bool known = std::any_of(hits.begin(), hits.end(),
                                   [&](const AccountHit& h) { return h.number == hit.number; });
    if (!known) hits.push_back(std::move(hit));
  }
  std::sort(hits.begin() + first, hits.end(), [](const AccountHit& a, const AccountHit& b) {
    return std::tie(a.name, a.id, a.connection) < std::tie(b.name, b.id, b.connection);
  });
  rows.reset();
}

// The survivor of an account `named` for any reason, if it is known itself.
std::string survivors(const std::string& named, const std::string& condition) {
  return "SELECT s.number, n.text, s.id, s.name FROM " + named +
         " CROSS JOIN accounts AS s ON s.number = named.root"
         " CROSS JOIN names AS n ON n.code = s.space AND n.kind = 1"
         " WHERE s.known_mark <> 0 AND " +
         condition;
}

// All names, in their order.
constexpr const char* kNames = "accounts AS named INDEXED BY accounts_by_name";
constexpr const char* kNameOrder = " ORDER BY named.name COLLATE NOCASE, named.place";
// Above every byte of UTF-8: what begins with a text is less than the text with this behind it.
constexpr char kAboveAll = '\xff';

std::string like_anywhere(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

double number_of(const SQLite::Column& column) {
  return column.isNull() ? std::numeric_limits<double>::quiet_NaN() : column.getDouble();
}

// Events at places whose account is not known.
Result<std::uint64_t> count_waiting(SQLite::Database& sql) {
  AccountDirectory accounts;
  accounts.load(sql);
  std::vector<std::uint64_t> places;
  for (std::uint32_t number = 1; number < accounts.next_number(); ++number) {
    if (accounts.contains(number) && !accounts.is_settled(number)) {
      places.push_back(accounts[number].place);
    }
  }
  std::sort(places.begin(), places.end());
  std::uint64_t waiting = 0;
  EventRuns runs(sql);
  EventBlock block;
  for (const EventRun& run : runs.all()) {
    for (const BlockPlace& place : runs.places(BlockTable::events, run.run)) {
      const auto first = std::lower_bound(places.begin(), places.end(), place.first);
      if (first == places.end() || *first > place.last) continue;
      if (auto read = runs.read(place.key, block); !read) return read.error();
      for (const EventChunk& chunk : block.chunks) {
        if (!accounts.is_settled(chunk.number)) waiting += chunk.count;
      }
    }
  }
  return waiting;
}

}  // namespace

RecordReader::RecordReader(Database& database, std::vector<ConnectionAttributes> attributes)
    : database_(database), attributes_(std::move(attributes)) {}
RecordReader::~RecordReader() = default;

Result<std::vector<AccountHit>> RecordReader::find_exactly(std::string_view text) {
  return guarded("find account", [&] {
    SQLite::Database& sql = raw(database_);
    std::vector<AccountHit> hits;
    SQLite::Statement by_place(sql, survivors("accounts AS named", "named.place = ?"));
    SQLite::Statement connections(sql, "SELECT text FROM names WHERE kind = 1 ORDER BY text");
    while (connections.executeStep()) {
      const std::string connection = connections.getColumn(0).getString();
      std::vector<std::string_view> ids = {text};
      if (text.starts_with(connection + ":")) ids.push_back(text.substr(connection.size() + 1));
      for (const std::string_view id : ids) {
        by_place.bind(1, static_cast<std::int64_t>(place_of_id(space_key(connection), id)));
        add_hits(by_place, kAll, hits);
      }
    }
    std::uint32_t number = 0;
    if (text.size() < 2 || text[0] != '#') return hits;
    const auto [end, failed] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size()) return hits;
    SQLite::Statement by_number(sql, survivors("accounts AS named", "named.number = ?"));
    by_number.bind(1, number);
    add_hits(by_number, kAll, hits);
    return hits;
  });
}

Result<std::vector<AccountHit>> RecordReader::find_account(std::string_view text,
                                                           std::size_t hits_max) {
  auto hits = find_exactly(text);
  if (!hits || text.empty()) return hits;
  return guarded("find account", [&] {
    SQLite::Database& sql = raw(database_);
    if (hits->size() > hits_max) hits->resize(hits_max);
    SQLite::Statement exact(
        sql, survivors(kNames, "named.name <> '' AND named.name = ?1 COLLATE NOCASE") + kNameOrder);
    exact.bind(1, std::string(text));
    add_hits(exact, hits_max, *hits);
    SQLite::Statement prefix(sql, survivors(kNames,
                                            "named.name <> '' AND named.name >= ?1 COLLATE NOCASE"
                                            " AND named.name < ?2 COLLATE NOCASE") +
                                      kNameOrder);
    prefix.bind(1, std::string(text));
    prefix.bind(2, std::string(text) + kAboveAll);
    add_hits(prefix, hits_max, *hits);
    if (!hits->empty()) return *hits;
    SQLite::Statement anywhere(
        sql, survivors("(SELECT place, name FROM accounts INDEXED BY accounts_by_name"
                       " WHERE name <> '' ORDER BY name COLLATE NOCASE, place LIMIT ?2) AS looked"
                       " CROSS JOIN accounts AS named ON named.place = looked.place",
                       "looked.name LIKE ?1 ESCAPE '\\'"));
    anywhere.bind(1, like_anywhere(text));
    anywhere.bind(2, kNamesLooked);
    add_hits(anywhere, hits_max, *hits);
    return *hits;
  });
}

Result<AccountFacts> RecordReader::account_facts(std::uint32_t number, Instant known_before) {
  return guarded("read account", [&]() -> Result<AccountFacts> {
    const auto row = AccountRows::read_known(raw(database_), number);
    if (!row) return row.error();
    RecordNames names;
    names.load(raw(database_));
    AccountFacts facts;
    const std::string& connection = names.text(row->space);
    std::vector<AttributePlace> places;
    for (const ConnectionAttributes& of : attributes_) {
      if (of.connection == connection) places = attribute_places(of.attributes, names);
    }
    fill_facts(*row, connection, places, known_before, facts);
    return facts;
  });
}

Result<AccountLabel> RecordReader::label(std::uint32_t number) {
  return guarded("read account", [&]() -> Result<AccountLabel> {
    if (!label_) {
      label_ = std::make_unique<SQLite::Statement>(
          raw(database_), "SELECT name, owner FROM accounts WHERE number = ? AND known_mark <> 0");
    }
    label_->bind(1, number);
    const bool is_there = label_->executeStep();
    AccountLabel label;
    if (is_there) label = {label_->getColumn(0).getString(), label_->getColumn(1).getString()};
    label_->reset();
    if (!is_there) return account_not_found(number);
    return label;
  });
}

Result<std::vector<ContactFacts>> RecordReader::contacts_of(std::uint32_t number) {
  return guarded("read contacts", [&] {
    SQLite::Statement rows(
        raw(database_),
        "SELECT id, role, active, may_mail, may_call, may_profile, last_touch_at FROM contacts "
        "WHERE account IN (SELECT root FROM accounts WHERE number = ?1 UNION ALL "
        "SELECT number FROM accounts WHERE root = (SELECT root FROM accounts WHERE number = ?1) "
        "AND root <> number) AND known_mark <> 0 AND "
        "(deletion_at IS NULL OR deletion_at < version) ORDER BY id");
    rows.bind(1, number);
    std::vector<ContactFacts> contacts;
    while (rows.executeStep()) {
      contacts.push_back({rows.getColumn(0).getString(), rows.getColumn(1).getString(),
                          rows.getColumn(2).getInt() != 0, rows.getColumn(3).getInt() != 0,
                          rows.getColumn(4).getInt() != 0, rows.getColumn(5).getInt() != 0,
                          instant_at(rows, 6)});
    }
    return contacts;
  });
}

Result<std::vector<RepFacts>> RecordReader::reps(const std::string& connection) {
  return guarded("read reps", [&] {
    SQLite::Statement rows(raw(database_),
                           "SELECT id, name, email, region, manager, active FROM reps WHERE "
                           "connection = (SELECT code FROM names WHERE kind = 1 AND text = ?) "
                           "ORDER BY id");
    rows.bind(1, connection);
    std::vector<RepFacts> reps;
    while (rows.executeStep()) {
      reps.push_back({rows.getColumn(0).getString(), rows.getColumn(1).getString(),
                      rows.getColumn(2).getString(), rows.getColumn(3).getString(),
                      rows.getColumn(4).getString(), rows.getColumn(5).getInt() != 0});
    }
    return reps;
  });
}

Result<std::vector<ProductFacts>> RecordReader::products() {
  return guarded("read products", [&] {
    SQLite::Statement rows(
        raw(database_),
        "SELECT id, name, family, list_price, rating FROM products ORDER BY name, id, code");
    std::vector<ProductFacts> products;
    while (rows.executeStep()) {
      products.push_back({rows.getColumn(0).getString(), rows.getColumn(1).getString(),
                          rows.getColumn(2).getString(), number_of(rows.getColumn(3)),
                          number_of(rows.getColumn(4))});
    }
    return products;
  });
}

Result<RecordCounts> RecordReader::counts() {
  return guarded("count records", [&]() -> Result<RecordCounts> {
    const ReadState one_state(database_);
    SQLite::Database& sql = raw(database_);
    RecordCounts counts;
    const auto count = [&](const char* text) {
      return static_cast<std::uint64_t>(sql.execAndGet(text).getInt64());
    };
    counts.accounts = count(
        "SELECT count(*) FROM accounts WHERE known_mark <> 0 AND root = number AND "
        "(deletion_at IS NULL OR deletion_at < version)");
    counts.deleted_accounts = count(
        "SELECT count(*) FROM accounts WHERE known_mark <> 0 AND root = number AND "
        "deletion_at IS NOT NULL AND (version IS NULL OR deletion_at >= version)");
    counts.contacts = count(
        "SELECT count(*) FROM contacts WHERE known_mark <> 0 AND "
        "(deletion_at IS NULL OR deletion_at < version)");
    counts.products = count("SELECT count(*) FROM products");
    counts.reps = count("SELECT count(*) FROM reps");
    SQLite::Statement events(sql,
                             "SELECT n.text || '/' || s.name, sum(r.events) FROM event_runs r "
                             "JOIN streams s ON s.stream = r.stream JOIN names n "
                             "ON n.code = s.connection GROUP BY 1");
    while (events.executeStep()) {
      counts.events[events.getColumn(0).getString()] =
          static_cast<std::uint64_t>(events.getColumn(1).getInt64());
    }
    const auto waiting = count_waiting(sql);
    if (!waiting) return waiting.error();
    counts.waiting = *waiting;
    return counts;
  });
}

Result<std::uint32_t> RecordReader::survivor_of(std::uint32_t number) {
  return guarded("read account", [&] {
    SQLite::Statement row(raw(database_), survivors("accounts AS named", "named.number = ?"));
    row.bind(1, number);
    return row.executeStep() ? row.getColumn(0).getUInt() : std::uint32_t{0};
  });
}

}  // namespace upselld::store
