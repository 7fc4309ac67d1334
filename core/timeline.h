// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/instant.h"
#include "core/records.h"
#include "core/result.h"

namespace upselld {

// What happened to one account, in order. Times: `at` when it happened, `known_at` when the CRM
// knew.
struct ActivityEvent {
  Instant at, known_at;
  double value = 0;            // NaN: none
  std::uint64_t thread = 0;    // hash of its case or conversation; 0: none
  std::uint32_t contact = 0;   // not in the Vocabulary: equal numbers are equal contacts; 0: none
  std::uint16_t kind = 0;      // index into Vocabulary::activity_kinds
};
struct OrderEvent {
  Instant at, known_at;
  std::uint64_t id_hash = 0;
  double amount = 0;           // in its own currency; NaN: not known
  std::uint16_t currency = 0;  // index into Vocabulary::currencies
  OrderKind kind = OrderKind::other;
  OrderStatus status = OrderStatus::won;
};
struct OrderLineEvent {
  Instant at, known_at;
  std::uint64_t order_hash = 0;  // equals OrderEvent::id_hash where an order record exists
  double quantity = 0, unit_price = 0;
  std::uint32_t product = 0;     // index into Vocabulary::products; 0: unknown product
  std::uint16_t currency = 0;
  OrderKind kind = OrderKind::other;
  OrderStatus status = OrderStatus::won;
};
struct AttributeChange {
  Instant known_at;
  std::uint16_t attribute = 0;   // index into Vocabulary::attributes
  AttributeValue value;
};

// One account's past. Valid only during the visit; the vectors are reused for the next account.
// Each vector is sorted by (at, known_at, id hash or content): the order never depends on the order
// in which pages arrived. Changes are sorted by (attribute, known_at); the newest before a moment
// is the value at that moment. A static attribute has one change, known since ever.
struct Timeline {
  AccountFacts account;  // as of the walk's `known_before`
  std::vector<ActivityEvent> activities;
  std::vector<OrderEvent> orders;
  std::vector<OrderLineEvent> lines;
  std::vector<AttributeChange> changes;
};

struct ProductFacts {
  std::string id, name, family;
  double list_price = 0, rating = 0;  // NaN: not known
};

// What the numbers in a timeline mean. Sorted by name, except index 0, which is "none" in
// currencies (the reporting currency) and products (unknown).
struct Vocabulary {
  std::vector<std::string> activity_kinds;
  std::vector<std::string> currencies;
  std::vector<ProductFacts> products;
  std::vector<AttributeSpec> attributes;
  // Per attribute: since when its changes are recorded (missing: never seen). Static: the
  // beginning.
  std::vector<Instant> recorded_since;
};

// Where timelines come from: the store, or a test. One state for as long as the object lives.
class TimelineSource {
 public:
  using Visitor = std::function<void(const Timeline&)>;

  virtual ~TimelineSource() = default;
  virtual const Vocabulary& vocabulary() const = 0;
  // Account ranges of about equal numbers of events; at least one. The same data gives the same
  // shares.
  virtual std::size_t share_count() const = 0;
  // What happened before it is left out, but for orders that are open. Missing: nothing is.
  virtual Instant events_from() const { return Instant::missing(); }
  // Visits the accounts of one share in the order of their ids' hashes, with nothing that was known
  // only at or after `known_before`. Different shares may be walked by different threads at once.
  // Accounts in and out of scope, deleted and opted out are all visited; merged losers are not.
  virtual Result<void> walk(std::size_t share, Instant known_before,
                            const Visitor& visit) const = 0;
};

}  // namespace upselld
