// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/instant.h"
#include "core/records.h"

namespace upselld::store {

// One thing that is known about what an attribute was.
struct PastValue {
  std::uint16_t attribute = 0;  // names
  std::uint64_t source = 0;     // 0: we saw it ourselves; else the stream and part that told it
  std::int64_t known_at = 0;
  std::int64_t at = 0;  // told only: when it became so
  AttributeValue value;
};

// All that is known about an account's attributes over time. What we see ourselves and what the
// CRM's field history tells are kept apart, so that it does not matter which comes first.
class AccountPast {
 public:
  // False: the bytes are damaged.
  bool unpack(std::string_view bytes);
  std::string pack() const;

  // The attribute has this value now, as seen at `now`. True when that is news. Several values seen
  // at one moment leave the last.
  bool observe(std::uint16_t attribute, const AttributeValue& value, Instant now);
  // What a history tells. True when it was not told before.
  bool tell(const PastValue& value);
  // Takes back all that a source told. True when there was any.
  bool take_back(std::uint64_t source);

  // Real changes of one attribute, by known_at, with nothing known at or after `known_before`.
  std::vector<PastValue> changes(std::uint16_t attribute, Instant known_before) const;
  // The newest value; missing when there is none.
  AttributeValue newest(std::uint16_t attribute, Instant known_before) const;
  const std::vector<PastValue>& values() const { return values_; }

 private:
  std::vector<PastValue> values_;  // sorted: see account_past.cpp
};

// NaN and empty text.
AttributeValue missing_value();
bool is_missing(const AttributeValue& value);
bool same_value(const AttributeValue& a, const AttributeValue& b);

}  // namespace upselld::store
