// SPDX-License-Identifier: Apache-2.0
#include "store/event_pending.h"

#include "core/assertions.h"
#include "core/digest.h"
#include "store/order_state.h"
#include "store/record_names.h"
#include "store/record_products.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace upselld::store {
namespace {

// Copies values of the kept rows behind the `before` values that a column holds.
template <typename T, typename ValueOf>
void add_values(Column<T>& column, std::size_t before, std::span<const std::uint32_t> kept,
                const ValueOf& value_of) {
  T* values = column.present(before);
  column.resize(before + kept.size());
  values = column.present(before + kept.size()) + before;
  for (std::size_t i = 0; i < kept.size(); ++i) values[i] = value_of(kept[i]);
}

// Of a page's rows to be added behind what was gathered earlier.
struct Gathering {
  PendingEvents& pending;
  const Page& page;
  std::span<const std::uint32_t> kept;
  const PageContext& context;
  std::size_t before;

  void hashes(Column<std::uint64_t>& column, const std::vector<TextRef>& texts) const {
    if (texts.empty()) return column.resize(before + kept.size());
    add_values(column, before, kept, [&](std::uint32_t row) {
      return id_hash(context.connection_key, page[texts[row]]);
    });
  }
  void numbers(Column<double>& column, const std::vector<double>& values) const {
    if (values.empty()) return column.resize(before + kept.size());
    add_values(column, before, kept, [&](std::uint32_t row) {
      // One kind of "not known" only: it is compared by its bits.
      return std::isnan(values[row]) ? column.missing() : values[row];
    });
  }
  void times(const std::vector<Instant>& at, const std::vector<Instant>& known_at,
             const std::vector<Instant>& modified_at) const {
    EventColumns& events = pending.events;
    for (const std::uint32_t row : kept) events.at.push_back(at[row].ms);
    bool late = false;
    for (std::size_t i = 0; !known_at.empty() && !late && i < kept.size(); ++i) {
      late = !known_at[kept[i]].is_missing() && known_at[kept[i]] > at[kept[i]];
    }
    if (late) {
      add_values(events.delay, before, kept, [&](std::uint32_t row) {
        const bool known = !known_at[row].is_missing() && known_at[row] > at[row];
        return known ? known_at[row].ms - at[row].ms : std::int64_t{0};
      });
    }
    events.delay.resize(before + kept.size());
    if (!modified_at.empty()) {
      add_values(pending.version, before, kept,
                 [&](std::uint32_t row) { return modified_at[row].ms; });
    }
    pending.version.resize(before + kept.size());
  }
  void currencies(const std::vector<TextRef>& texts) const {
    Column<std::uint16_t>& column = pending.events.currency;
    if (texts.empty()) return column.resize(before + kept.size());
    // Neighbours mostly have the same one.
    std::string_view last;
    std::uint16_t code = 0;
    add_values(column, before, kept, [&](std::uint32_t row) {
      const std::string_view text = page[texts[row]];
      if (text != last) code = context.names.code(NameKind::currency, text);
      last = text;
      return code;
    });
  }
  void states(const std::vector<OrderKind>& kinds, const std::vector<OrderStatus>& statuses) const {
    add_values(pending.events.state, before, kept, [&](std::uint32_t row) {
      const auto kind = kinds.empty() ? OrderKind::other : kinds[row];
      const auto status = statuses.empty() ? OrderStatus::won : statuses[row];
      return order_state(kind, status);
    });
  }

  void take(const ActivityColumns& c) const {
    times(c.at, c.known_at, c.modified_at);
    std::vector<std::uint16_t> codes;
    for (const std::string& name : c.kind_names) {
      codes.push_back(context.names.code(NameKind::activity_kind, name));
    }
    add_values(pending.events.kind, before, kept,
               [&](std::uint32_t row) { return codes[c.kind[row]]; });
    numbers(pending.events.x, c.value);
    hashes(pending.events.thread, c.thread);
    hashes(pending.events.contact, c.contact);
    hashes(pending.events.id, c.id);
  }
  void take(const OrderColumns& c) const {
    times(c.placed_at, c.known_at, c.modified_at);
    states(c.kind, c.status);
    currencies(c.currency);
    numbers(pending.events.x, c.amount);
    hashes(pending.events.id, c.id);
  }
  void take(const OrderLineColumns& c) const {
    times(c.at, c.known_at, c.modified_at);
    states(c.kind, c.status);
    currencies(c.currency);
    if (c.product.empty()) {
      pending.events.product.resize(before + kept.size());
    } else {
      add_values(pending.events.product, before, kept, [&](std::uint32_t row) {
        return context.products.code(context.connection, context.connection_key,
                                     page[c.product[row]]);
      });
    }
    numbers(pending.events.x, c.quantity);
    numbers(pending.events.y, c.unit_price);
    hashes(pending.events.thread, c.order);
    hashes(pending.events.id, c.id);
  }
  template <typename Other>
  void take(const Other&) const {
    UPSELLD_ASSERT(!"a page of events");
  }
};

}  // namespace

std::uint64_t id_hash(std::uint64_t key_of_connection, std::string_view id) {
  return id.empty() ? 0 : keyed_hash(key_of_connection, id);
}

void PendingEvents::clear() {
  events.clear();
  number.clear();
  part.clear();
  version.clear();
  deletions.clear();
  replaced_parts.clear();
}

std::size_t PendingEvents::bytes() {
  // Committing needs three numbers a row and holds one column twice; of an id it sorts sixteen
  // bytes and keeps a hash of the content.
  const std::size_t index_bytes = events.id.absent() ? 20 : 44;
  return events.bytes() + part.bytes() + version.bytes() +
         number.capacity() * sizeof(std::uint32_t) + number.size() * index_bytes +
         deletions.capacity() * sizeof(PendingDeletion);
}

const std::vector<TextRef>* account_column(const Page& page) {
  if (const auto* c = std::get_if<ActivityColumns>(&page.columns)) return &c->account;
  if (const auto* c = std::get_if<OrderColumns>(&page.columns)) return &c->account;
  if (const auto* c = std::get_if<OrderLineColumns>(&page.columns)) return &c->account;
  if (const auto* c = std::get_if<ContactColumns>(&page.columns)) return &c->account;
  if (const auto* c = std::get_if<AttributeChangeColumns>(&page.columns)) return &c->account;
  if (const auto* c = std::get_if<AccountColumns>(&page.columns)) return &c->id;
  return nullptr;
}

void gather(PendingEvents& pending, const Page& page, std::span<const std::uint32_t> kept,
            std::span<const std::uint32_t> numbers, const PageContext& context) {
  const std::size_t before = pending.number.size();
  const Gathering gathering{pending, page, kept, context, before};
  std::visit([&](const auto& columns) { gathering.take(columns); }, page.columns);
  // Columns that this kind of page does not have are absent in the whole stream.
  pending.number.insert(pending.number.end(), numbers.begin(), numbers.end());
  if (context.part != 0) {
    add_values(pending.part, before, kept, [&](std::uint32_t) { return context.part; });
  }
  pending.part.resize(before + kept.size());
}

}  // namespace upselld::store
