// SPDX-License-Identifier: Apache-2.0
#include "store/record_reader.h"

#include "store/account_facts.h"
#include "store/account_set.h"
#include "store/account_value_binding.h"
#include "store/event_fold.h"
#include "store/record_group.h"
#include "store/sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

namespace upselld::store {
namespace {

AccountHit hit_of(SQLite::Statement& row) {
  return {row.getColumn(0).getUInt(), row.getColumn(1).getString(), row.getColumn(2).getString(),
          row.getColumn(3).getString()};
}

// Adds hits that are not there yet.
void add_hits(SQLite::Statement& rows, std::size_t hits_max, std::vector<AccountHit>& hits) {
  while (hits.size() < hits_max && rows.executeStep()) {
    AccountHit hit = hit_of(rows);
    const bool known = std::any_of(hits.begin(), hits.end(),
                                   [&](const AccountHit& h) { return h.number == hit.number; });
    if (!known) hits.push_back(std::move(hit));
  }
}

// The survivor of an account `named` for any reason, if it is known itself.
constexpr const char* kSurvivor =
    "SELECT s.number, n.text, s.id, s.name FROM accounts named JOIN accounts s "
    "ON s.number = named.root JOIN names n ON n.code = s.space AND n.kind = 1 "
    "WHERE s.known_mark <> 0 AND ";

std::string like_prefix(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

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

Result<std::vector<AccountHit>> RecordReader::find_by_id(std::string_view text,
                                                         std::size_t hits_max) {
  SQLite::Database& sql = raw(database_);
  std::vector<AccountHit> hits;
  SQLite::Statement by_place(sql, std::string(kSurvivor) + "named.place = ?");
  SQLite::Statement connections(sql, "SELECT text FROM names WHERE kind = 1 ORDER BY text");
  while (connections.executeStep()) {
    const std::string connection = connections.getColumn(0).getString();
    std::vector<std::string_view> ids = {text};
    if (text.size() > connection.size() && text.substr(0, connection.size()) == connection &&
        text[connection.size()] == ':') {
      ids.push_back(text.substr(connection.size() + 1));
    }
    for (const std::string_view id : ids) {
      by_place.bind(1, static_cast<std::int64_t>(place_of_id(space_key(connection), id)));
      add_hits(by_place, hits_max, hits);
      by_place.reset();
    }
  }
  return hits;
}

Result<std::vector<AccountHit>> RecordReader::find_account(std::string_view text,
                                                           std::size_t hits_max) {
  return guarded("find account", [&]() -> Result<std::vector<AccountHit>> {
    auto hits = find_by_id(text, hits_max);
    if (!hits) return hits;
    SQLite::Database& sql = raw(database_);
    if (text.size() > 1 && text[0] == '#') {
      std::uint32_t number = 0;
      const auto [end, failed] =
          std::from_chars(text.data() + 1, text.data() + text.size(), number);
      if (failed == std::errc() && end == text.data() + text.size()) {
        SQLite::Statement by_number(sql, std::string(kSurvivor) + "named.number = ?");
        by_number.bind(1, number);
        add_hits(by_number, hits_max, *hits);
      }
    }
    if (text.empty()) return hits;
    SQLite::Statement exact(sql, std::string(kSurvivor) +
                                     "named.name = ? COLLATE NOCASE ORDER BY s.name, s.id, n.text");
    exact.bind(1, std::string(text));
    add_hits(exact, hits_max, *hits);
    SQLite::Statement prefix(
        sql,
        std::string(kSurvivor) + "named.name LIKE ? ESCAPE '\\' ORDER BY s.name, s.id, n.text");
    prefix.bind(1, like_prefix(text));
    add_hits(prefix, hits_max, *hits);
    if (!hits->empty()) return hits;
    prefix.reset();
    prefix.bind(1, "%" + like_prefix(text));  // anywhere in the name
    add_hits(prefix, hits_max, *hits);
    return hits;
  });
}

Result<AccountFacts> RecordReader::account_facts(std::uint32_t number, Instant known_before) {
  return guarded("read account", [&]() -> Result<AccountFacts> {
    SQLite::Statement rows(
        raw(database_), fmt::format("SELECT {} FROM accounts WHERE number = ? AND known_mark <> 0",
                                    AccountRows::kColumns));
    rows.bind(1, number);
    AccountRow row;
    if (!rows.executeStep()) {
      return Error{ErrorKind::not_found, fmt::format("read account {}: there is none", number), {}};
    }
    if (!AccountRows::read_row(rows, row)) {
      return Error{ErrorKind::corrupt,
                   fmt::format("read store: account {} is damaged: restore a backup with "
                               "`upselld restore`",
                               number),
                   {}};
    }
    RecordNames names;
    names.load(raw(database_));
    AccountFacts facts;
    const std::string& connection = names.text(row.space);
    std::vector<AttributePlace> places;
    for (const ConnectionAttributes& of : attributes_) {
      if (of.connection == connection) places = attribute_places(of.attributes, names);
    }
    fill_facts(row, connection, places, known_before, facts);
    return facts;
  });
}

Result<std::vector<ContactFacts>> RecordReader::contacts_of(std::uint32_t number) {
  return guarded("read contacts", [&] {
    SQLite::Statement rows(
        raw(database_),
        "SELECT id, role, active, may_mail, may_call, may_profile, last_touch_at FROM contacts "
        "WHERE account IN (SELECT number FROM accounts WHERE root = "
        "(SELECT root FROM accounts WHERE number = ?)) AND known_mark <> 0 AND "
        "(deletion_at IS NULL OR deletion_at < version) ORDER BY id");
    rows.bind(1, number);
    std::vector<ContactFacts> contacts;
    while (rows.executeStep()) {
      contacts.push_back({rows.getColumn(0).getString(), rows.getColumn(1).getString(),
                          rows.getColumn(2).getInt() != 0, rows.getColumn(3).getInt() != 0,
                          rows.getColumn(4).getInt() != 0, rows.getColumn(5).getInt() != 0,
                          instant_of(rows.getColumn(6))});
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
    SQLite::Statement row(raw(database_), std::string(kSurvivor) + "named.number = ?");
    row.bind(1, number);
    return row.executeStep() ? row.getColumn(0).getUInt() : std::uint32_t{0};
  });
}

Result<std::int64_t> RecordReader::mark() {
  return guarded("read mark", [&] { return current_mark(raw(database_)); });
}

Result<std::vector<std::uint32_t>> RecordReader::touched_since(std::int64_t mark) {
  return guarded("read touched accounts", [&]() -> Result<std::vector<std::uint32_t>> {
    SQLite::Database& sql = raw(database_);
    AccountDirectory accounts;
    accounts.load(sql);
    AccountSet touched;
    std::vector<std::uint32_t> numbers;
    SQLite::Statement rows(sql, "SELECT numbers FROM touched_accounts WHERE mark > ?");
    rows.bind(1, mark);
    while (rows.executeStep()) {
      if (!unpack_numbers(blob_of(rows.getColumn(0)), numbers)) {
        return Error{ErrorKind::corrupt,
                     "read touched accounts: a row is damaged: restore a backup with "
                     "`upselld restore`",
                     {}};
      }
      for (const std::uint32_t number : numbers) {
        if (accounts.contains(number) && accounts.is_settled(number)) {
          touched.add(accounts[number].root);
        }
      }
    }
    return touched.numbers();
  });
}

}  // namespace upselld::store
