// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/table.h"

#include <algorithm>

#include "sandbox/http_message.h"

namespace upselld::sandbox::hubspot {
namespace {

auto place_of(const Values& values, int column) {
  return std::lower_bound(
      values.begin(), values.end(), column,
      [](const std::pair<int, std::string>& each, int sought) { return each.first < sought; });
}

}  // namespace

const std::string* value_in(const Values& values, int column) {
  const auto found = place_of(values, column);
  return found == values.end() || found->first != column ? nullptr : &found->second;
}

void set_in(Values& values, int column, const std::string& value) {
  const auto found = values.begin() + (place_of(values, column) - values.begin());
  const bool is_there = found != values.end() && found->first == column;
  if (value.empty()) {
    if (is_there) values.erase(found);
  } else if (is_there) {
    found->second = value;
  } else {
    values.insert(found, {column, value});
  }
}

std::size_t Table::position(RecordId id) const {
  const auto found =
      std::lower_bound(records_.begin(), records_.end(), id,
                       [](const Record& record, RecordId sought) { return record.id < sought; });
  return static_cast<std::size_t>(found - records_.begin());
}

Record* Table::find(RecordId id) {
  const std::size_t at = position(id);
  return at == records_.size() || records_[at].id != id ? nullptr : &records_[at];
}

Record& Table::append(Record record) {
  return records_.emplace_back(std::move(record));
}

RecordId Table::holder(int column, const std::string& value) const {
  const auto found = holders_.find(column);
  if (found == holders_.end()) return 0;
  const auto holder = found->second.find(lower(value));
  return holder == found->second.end() ? 0 : holder->second;
}

void Table::hold(int column, const std::string& value, RecordId id) {
  holders_[column][lower(value)] = id;
}

void Table::release(int column, const std::string& value) {
  holders_[column].erase(lower(value));
}

void Table::lag(const Record& record, bool existed, Instant until) {
  std::deque<Behind>& states = behind_[record.id];
  // What is written later never shows earlier.
  if (!states.empty()) until = std::max(until, states.back().until);
  states.push_back({until, existed, record.values, record.updated_at});
}

const Behind* Table::behind(RecordId id, Instant now) {
  if (behind_.empty()) return nullptr;
  const auto found = behind_.find(id);
  if (found == behind_.end()) return nullptr;
  std::deque<Behind>& states = found->second;
  while (!states.empty() && states.front().until <= now) states.pop_front();
  if (!states.empty()) return &states.front();
  behind_.erase(found);
  return nullptr;
}

}  // namespace upselld::sandbox::hubspot
