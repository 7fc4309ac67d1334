// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace upselld::store {

// A column that takes no room as long as nothing but `missing` was put into it.
template <typename T>
class Column {
 public:
  explicit Column(T missing = T{}) : missing_(missing) {}

  bool absent() const { return values_.empty(); }
  T operator[](std::size_t i) const { return values_.empty() ? missing_ : values_[i]; }
  T missing() const { return missing_; }
  const std::vector<T>& values() const { return values_; }

  // Values to write to, of a column that has `size` of them.
  T* present(std::size_t size) {
    if (values_.empty()) values_.assign(size, missing_);
    return values_.data();
  }
  void resize(std::size_t size) {
    if (!values_.empty()) values_.resize(size, missing_);
  }
  // Adds other[i] for each i of `rows` to a column that has `size` values.
  template <typename Rows>
  void append(std::size_t size, const Column& other, const Rows& rows) {
    if (other.absent() && absent()) return;
    if (absent()) values_.assign(size, missing_);
    if (other.absent()) {
      values_.resize(size + rows.size(), missing_);
      return;
    }
    values_.resize(size + rows.size());
    T* to = values_.data() + size;
    const T* from = other.values_.data();
    for (const auto row : rows) *to++ = from[row];
  }
  // Takes over other[rows[i]] as the value at slots[i], for an empty column. `other` is empty
  // after.
  template <typename Rows>
  void take(Column& other, const Rows& rows, const std::vector<std::uint32_t>& slots) {
    if (other.absent()) return;
    values_.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) values_[slots[i]] = other.values_[rows[i]];
    std::vector<T>().swap(other.values_);
  }
  void clear() { values_.clear(); }
  std::size_t bytes() const { return values_.capacity() * sizeof(T); }

 private:
  T missing_;
  std::vector<T> values_;
};

// Consecutive rows.
struct RowRange {
  struct Iterator {
    std::uint32_t row;
    std::uint32_t operator*() const { return row; }
    Iterator& operator++() {
      ++row;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return row != other.row; }
  };
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::size_t size() const { return count; }
  Iterator begin() const { return {first}; }
  Iterator end() const { return {first + count}; }
};

// Events of one stream as columns, whichever kind they are of. Who they belong to stands beside
// them: PendingEvents, EventBlock.
struct EventColumns {
  std::vector<std::int64_t> at;
  Column<std::int64_t> delay;      // known_at - at
  Column<std::uint16_t> kind;      // activity: names
  Column<std::uint8_t> state;      // order, line: store/order_state.h; activity: 0
  Column<std::uint16_t> currency;  // order, line: names; 0: reporting currency
  Column<std::uint32_t> product;   // line: products; 0: unknown
  Column<double> x{std::numeric_limits<double>::quiet_NaN()};  // value; amount; quantity
  Column<double> y{std::numeric_limits<double>::quiet_NaN()};  // line: unit price
  Column<std::uint64_t> thread;   // activity: its case; line: its order
  Column<std::uint64_t> contact;  // activity
  Column<std::uint64_t> id;       // keyed streams

  std::size_t size() const { return at.size(); }

  // Calls visit(column of this, same column of other) for all but `at`.
  template <typename Other, typename Visit>
  void with_each(Other& other, const Visit& visit) {
    visit(delay, other.delay);
    visit(kind, other.kind);
    visit(state, other.state);
    visit(currency, other.currency);
    visit(product, other.product);
    visit(x, other.x);
    visit(y, other.y);
    visit(thread, other.thread);
    visit(contact, other.contact);
    visit(id, other.id);
  }

  template <typename Rows>
  void append(const EventColumns& other, const Rows& rows) {
    const std::size_t before = size();
    at.resize(before + rows.size());
    std::int64_t* to = at.data() + before;
    for (const auto row : rows) *to++ = other.at[row];
    with_each(other, [&](auto& mine, const auto& theirs) { mine.append(before, theirs, rows); });
  }
  // Takes over other's row rows[i] as the row slots[i]. `other` has no rows after: of both only one
  // column is held twice at a time.
  template <typename Rows>
  void take(EventColumns& other, const Rows& rows, const std::vector<std::uint32_t>& slots) {
    at.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) at[slots[i]] = other.at[rows[i]];
    std::vector<std::int64_t>().swap(other.at);
    with_each(other, [&](auto& mine, auto& theirs) { mine.take(theirs, rows, slots); });
  }
  void clear() {
    at.clear();
    with_each(*this, [](auto& column, auto&) { column.clear(); });
  }
  std::size_t bytes() {
    std::size_t sum = at.capacity() * sizeof(std::int64_t);
    with_each(*this, [&](auto& column, auto&) { sum += column.bytes(); });
    return sum;
  }
};

// The rows from `first` on, in order of time; equal times stay as they are. Cheap when they already
// are in order.
void sort_by_time(EventColumns& events, std::size_t first);

// A hash of all that is seen of an event, its account included: equal content is no change.
std::uint64_t content_hash(const EventColumns& events, std::size_t row, std::uint32_t account);

}  // namespace upselld::store
