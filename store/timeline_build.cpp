// SPDX-License-Identifier: Apache-2.0
#include "store/timeline_build.h"

#include "core/digest.h"
#include "store/statements.h"

#include <SQLiteCpp/Database.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>
#include <tuple>

namespace upselld::store {
namespace {

constexpr std::uint64_t kNoIdKey = 0x75707364206e6f20;
// Beyond so many moves per event, events are far from sorted and a real sort is cheaper.
constexpr std::size_t kMovesPerEventMax = 8;

// All that is seen of an event: what compares equal is interchangeable.
auto key_of(const ActivityEvent& e) {
  return std::tuple(e.at, e.known_at, e.kind, std::bit_cast<std::uint64_t>(e.value), e.thread,
                    e.contact);
}
auto key_of(const OrderEvent& e) {
  return std::tuple(e.at, e.known_at, e.id_hash, std::bit_cast<std::uint64_t>(e.amount), e.currency,
                    e.kind, e.status);
}
auto key_of(const OrderLineEvent& e) {
  return std::tuple(e.at, e.known_at, e.order_hash, e.product,
                    std::bit_cast<std::uint64_t>(e.quantity),
                    std::bit_cast<std::uint64_t>(e.unit_price), e.currency, e.kind, e.status);
}

template <typename Event>
bool before(const Event& a, const Event& b) {
  return a.at != b.at ? a.at < b.at : key_of(a) < key_of(b);
}

// Pieces come almost sorted: run by run, and runs mostly follow each other in time.
template <typename Event>
void sort_events(std::vector<Event>& events) {
  std::size_t moves = 0;
  for (std::size_t i = 1; i < events.size(); ++i) {
    if (!before(events[i], events[i - 1])) continue;
    const Event event = events[i];
    std::size_t at = i;
    for (; at > 0 && before(event, events[at - 1]); --at) events[at] = events[at - 1];
    events[at] = event;
    moves += i - at;
    if (moves > kMovesPerEventMax * events.size()) {
      std::sort(events.begin(), events.end(), before<Event>);
      return;
    }
  }
}

// What stands for an order that has no id: lines of one account and moment make one order.
std::uint64_t hash_without_id(std::int64_t at, double amount) {
  const std::array<std::uint64_t, 2> content = {static_cast<std::uint64_t>(at),
                                                std::bit_cast<std::uint64_t>(amount)};
  return keyed_hash(
      kNoIdKey, std::string_view(reinterpret_cast<const char*>(content.data()), sizeof(content)));
}

// Words of one kind, sorted, and where each code went.
std::vector<std::string> sorted_words(const RecordNames& names, NameKind kind, bool has_none,
                                      std::vector<std::uint16_t>& codes) {
  std::vector<std::string> words;
  if (has_none) words.emplace_back();
  const std::size_t first = words.size();
  for (std::uint32_t code = 1; code <= names.newest(); ++code) {
    if (names.kind(static_cast<std::uint16_t>(code)) == kind) {
      words.push_back(names.text(static_cast<std::uint16_t>(code)));
    }
  }
  std::sort(words.begin() + static_cast<std::ptrdiff_t>(first), words.end());
  codes.assign(std::size_t{names.newest()} + 1, 0);
  for (std::uint32_t code = 1; code <= names.newest(); ++code) {
    if (names.kind(static_cast<std::uint16_t>(code)) != kind) continue;
    const auto& text = names.text(static_cast<std::uint16_t>(code));
    const auto at =
        std::lower_bound(words.begin() + static_cast<std::ptrdiff_t>(first), words.end(), text);
    codes[code] = static_cast<std::uint16_t>(at - words.begin());
  }
  return words;
}

void read_products(SQLite::Database& sql, WalkCodes& codes) {
  codes.vocabulary.products.push_back({{},
                                       {},
                                       {},
                                       std::numeric_limits<double>::quiet_NaN(),
                                       std::numeric_limits<double>::quiet_NaN()});
  codes.products.assign(1, 0);
  SQLite::Statement rows(sql,
                         "SELECT p.code, p.id, p.name, p.family, p.list_price, p.rating "
                         "FROM products p JOIN names n ON n.code = p.connection "
                         "ORDER BY p.name, p.id, n.text");
  while (rows.executeStep()) {
    const std::uint32_t code = rows.getColumn(0).getUInt();
    const auto number = [&](int column) {
      return rows.getColumn(column).isNull() ? std::numeric_limits<double>::quiet_NaN()
                                             : rows.getColumn(column).getDouble();
    };
    if (code >= codes.products.size()) codes.products.resize(code + 1);
    codes.products[code] = static_cast<std::uint32_t>(codes.vocabulary.products.size());
    codes.vocabulary.products.push_back({rows.getColumn(1).getString(),
                                         rows.getColumn(2).getString(),
                                         rows.getColumn(3).getString(), number(4), number(5)});
  }
}

void read_recorded_since(SQLite::Database& sql, std::uint16_t connection, WalkCodes& codes) {
  std::vector<Instant>& since = codes.vocabulary.recorded_since;
  since.assign(codes.attributes.size(), Instant::missing());
  std::vector<std::int64_t> first(std::size_t{1} << 16, std::numeric_limits<std::int64_t>::max());
  SQLite::Statement rows(sql, "SELECT past FROM accounts WHERE space = ? AND length(past) > 0");
  rows.bind(1, static_cast<int>(connection));
  AccountPast past;
  while (rows.executeStep()) {
    past.unpack(blob_of(rows.getColumn(0)));
    for (const PastValue& value : past.values()) {
      first[value.attribute] = std::min(first[value.attribute], value.known_at);
    }
  }
  for (std::size_t i = 0; i < since.size(); ++i) {
    const std::int64_t seen = first[codes.attributes[i].code];
    if (seen == std::numeric_limits<std::int64_t>::max()) continue;
    since[i] = codes.attributes[i].spec.is_static ? kSinceEver : Instant{seen};
  }
}

}  // namespace

WalkCodes read_word_codes(const RecordNames& names) {
  WalkCodes codes;
  Vocabulary& vocabulary = codes.vocabulary;
  vocabulary.activity_kinds = sorted_words(names, NameKind::activity_kind, false, codes.kinds);
  vocabulary.currencies = sorted_words(names, NameKind::currency, true, codes.currencies);
  return codes;
}

WalkCodes read_walk_codes(SQLite::Database& sql, const RecordNames& names, std::uint16_t connection,
                          std::vector<AttributeSpec> attributes) {
  WalkCodes codes = read_word_codes(names);
  std::sort(attributes.begin(), attributes.end(),
            [](const AttributeSpec& a, const AttributeSpec& b) { return a.name < b.name; });
  codes.attributes = attribute_places(attributes, names);
  codes.vocabulary.attributes = std::move(attributes);
  read_products(sql, codes);
  read_recorded_since(sql, connection, codes);
  SQLite::Statement silent(sql, "SELECT hash FROM contacts WHERE may_profile = 0");
  while (silent.executeStep()) {
    codes.silent_contacts.push_back(static_cast<std::uint64_t>(silent.getColumn(0).getInt64()));
  }
  std::sort(codes.silent_contacts.begin(), codes.silent_contacts.end());
  return codes;
}

void TimelineBuilder::begin(const AccountRow& row, const std::string& connection,
                            Instant known_before) {
  known_before_ = known_before;
  timeline_.activities.clear();
  timeline_.orders.clear();
  timeline_.lines.clear();
  timeline_.changes.clear();
  for (const PastValue& value : row.past.values()) is_known({value.at}, {value.known_at});
  is_known(row.deletion_at, row.deletion_at);
  fill_facts(row, connection, codes_.attributes, known_before, timeline_.account);
  add_changes(row.past, codes_.attributes, known_before, timeline_.changes);
}

void TimelineBuilder::add(RecordKind kind, const EventColumns& events, const EventChunk& chunk) {
  switch (kind) {
    case RecordKind::activity:
      return add_activities(events, chunk);
    case RecordKind::order:
      return add_orders(events, chunk);
    case RecordKind::order_line:
      return add_lines(events, chunk);
    case RecordKind::account:
    case RecordKind::product:
    case RecordKind::contact:
    case RecordKind::rep:
    case RecordKind::attribute_change:
      return;
  }
}

void TimelineBuilder::add_activities(const EventColumns& events, const EventChunk& chunk) {
  for (std::uint32_t row = chunk.first; row < chunk.first + chunk.count; ++row) {
    const Instant at{events.at[row]};
    const Instant known_at{events.at[row] + events.delay[row]};
    if (!takes_part(at, known_at)) continue;
    const std::uint64_t contact = events.contact[row];
    if (contact != 0 &&
        std::binary_search(codes_.silent_contacts.begin(), codes_.silent_contacts.end(), contact)) {
      continue;
    }
    // 32 bits tell the few contacts of one account apart; 0 is kept for "none".
    const auto number = static_cast<std::uint32_t>(contact);
    timeline_.activities.push_back({at, known_at, events.x[row], events.thread[row],
                                    contact != 0 && number == 0 ? 1 : number,
                                    codes_.kinds[events.kind[row]]});
  }
}

void TimelineBuilder::add_orders(const EventColumns& events, const EventChunk& chunk) {
  for (std::uint32_t row = chunk.first; row < chunk.first + chunk.count; ++row) {
    const Instant at{events.at[row]};
    const Instant known_at{events.at[row] + events.delay[row]};
    if (!takes_part(at, known_at, events.state[row])) continue;
    const std::uint64_t id =
        events.id[row] != 0 ? events.id[row] : hash_without_id(at.ms, events.x[row]);
    timeline_.orders.push_back({at, known_at, id, events.x[row],
                                codes_.currencies[events.currency[row]], kind_of(events.state[row]),
                                status_of(events.state[row])});
  }
}

void TimelineBuilder::add_lines(const EventColumns& events, const EventChunk& chunk) {
  for (std::uint32_t row = chunk.first; row < chunk.first + chunk.count; ++row) {
    const Instant at{events.at[row]};
    const Instant known_at{events.at[row] + events.delay[row]};
    if (!takes_part(at, known_at, events.state[row])) continue;
    const std::uint64_t order =
        events.thread[row] != 0 ? events.thread[row] : hash_without_id(at.ms, 0);
    timeline_.lines.push_back({at, known_at, order, events.x[row], events.y[row],
                               codes_.products[events.product[row]],
                               codes_.currencies[events.currency[row]], kind_of(events.state[row]),
                               status_of(events.state[row])});
  }
}

bool TimelineBuilder::finish() {
  sort_events(timeline_.activities);
  sort_events(timeline_.orders);
  sort_events(timeline_.lines);
  const bool has_events =
      !timeline_.activities.empty() || !timeline_.orders.empty() || !timeline_.lines.empty();
  const Instant created_at = timeline_.account.created_at;
  is_known(created_at, created_at);
  return has_events || created_at.is_missing() || created_at < known_before_;
}

}  // namespace upselld::store
