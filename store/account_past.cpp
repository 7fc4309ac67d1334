// SPDX-License-Identifier: Apache-2.0
#include "store/account_past.h"

#include "store/event_bytes.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <tuple>

namespace upselld::store {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::uint8_t kHasNumber = 1;
constexpr std::uint8_t kHasText = 2;
constexpr std::uint8_t kTold = 4;

// Bits, not values: an order is needed for NaN too.
auto key_of(const PastValue& value) {
  return std::tuple(value.attribute, value.known_at, value.source == 0, value.at, value.value.text,
                    std::bit_cast<std::uint64_t>(value.value.number), value.source);
}

// By attribute and known_at. Of one moment, what we saw ourselves comes last: it is what is true
// now.
bool before(const PastValue& a, const PastValue& b) {
  return key_of(a) < key_of(b);
}

bool read_value(EventBytesReader& in, std::int64_t& known_at, PastValue& value) {
  const std::uint64_t attribute = in.varint();
  const std::uint8_t flags = in.byte();
  known_at = static_cast<std::int64_t>(static_cast<std::uint64_t>(known_at) +
                                       static_cast<std::uint64_t>(unzigzag(in.varint())));
  if (attribute > 0xffff) return false;
  value.attribute = static_cast<std::uint16_t>(attribute);
  value.known_at = known_at;
  if ((flags & kTold) != 0) {
    value.source = in.varint();
    value.at = static_cast<std::int64_t>(static_cast<std::uint64_t>(known_at) - in.varint());
  }
  value.value = missing_value();
  if ((flags & kHasNumber) != 0) value.value.number = std::bit_cast<double>(in.word());
  if ((flags & kHasText) != 0) {
    const std::uint64_t size = in.varint();
    for (std::uint64_t i = 0; i < size && in.ok(); ++i) {
      value.value.text.push_back(static_cast<char>(in.byte()));
    }
  }
  return in.ok();
}

}  // namespace

AttributeValue missing_value() {
  return {std::numeric_limits<double>::quiet_NaN(), {}};
}

bool is_missing(const AttributeValue& value) {
  return std::isnan(value.number) && value.text.empty();
}

bool same_value(const AttributeValue& a, const AttributeValue& b) {
  if (std::isnan(a.number) != std::isnan(b.number)) return false;
  return (std::isnan(a.number) || a.number == b.number) && a.text == b.text;
}

bool AccountPast::unpack(std::string_view bytes) {
  values_.clear();
  if (bytes.empty()) return true;
  EventBytesReader in(bytes);
  if (in.byte() != kFormat) return false;
  std::int64_t known_at = 0;
  while (!in.at_end()) {
    PastValue value;
    if (!read_value(in, known_at, value)) return false;
    values_.push_back(std::move(value));
  }
  return std::is_sorted(values_.begin(), values_.end(), before);
}

std::string AccountPast::pack() const {
  if (values_.empty()) return {};
  EventBytes out;
  out.byte(kFormat);
  std::int64_t known_at = 0;
  for (const PastValue& value : values_) {
    const bool has_number = !std::isnan(value.value.number);
    const bool has_text = !value.value.text.empty();
    out.varint(value.attribute);
    out.byte(static_cast<std::uint8_t>((has_number ? kHasNumber : 0) | (has_text ? kHasText : 0) |
                                       (value.source != 0 ? kTold : 0)));
    out.varint(zigzag(value.known_at - known_at));
    known_at = value.known_at;
    if (value.source != 0) {
      out.varint(value.source);
      out.varint(static_cast<std::uint64_t>(value.known_at - value.at));
    }
    if (has_number) out.word(std::bit_cast<std::uint64_t>(value.value.number));
    if (has_text) {
      out.varint(value.value.text.size());
      out.text(value.value.text);
    }
  }
  return out.take();
}

bool AccountPast::observe(std::uint16_t attribute, const AttributeValue& value, Instant now) {
  const auto newest_seen = [&] {
    return std::find_if(values_.rbegin(), values_.rend(), [&](const PastValue& past) {
      return past.attribute == attribute && past.source == 0;
    });
  };
  auto last = newest_seen();
  if (last == values_.rend() ? is_missing(value) : same_value(last->value, value)) return false;
  // A clock that went back must not put news before what was known.
  const std::int64_t known_at = last == values_.rend() ? now.ms : std::max(now.ms, last->known_at);
  if (last != values_.rend() && last->known_at == known_at) {
    values_.erase(std::next(last).base());
    last = newest_seen();
    if (last == values_.rend() ? is_missing(value) : same_value(last->value, value)) return true;
  }
  const PastValue seen{attribute, 0, known_at, known_at, value};
  values_.insert(std::upper_bound(values_.begin(), values_.end(), seen, before), seen);
  return true;
}

bool AccountPast::tell(const PastValue& value) {
  const auto at = std::lower_bound(values_.begin(), values_.end(), value, before);
  if (at != values_.end() && !before(value, *at)) return false;
  values_.insert(at, value);
  return true;
}

bool AccountPast::take_back(std::uint64_t source) {
  return std::erase_if(values_, [&](const PastValue& value) { return value.source == source; }) !=
         0;
}

std::vector<PastValue> AccountPast::changes(std::uint16_t attribute, Instant known_before) const {
  std::vector<PastValue> changes;
  for (const PastValue& value : values_) {
    if (value.attribute != attribute || value.known_at >= known_before.ms) continue;
    const bool news =
        changes.empty() ? !is_missing(value.value) : !same_value(changes.back().value, value.value);
    if (news) changes.push_back(value);
  }
  return changes;
}

AttributeValue AccountPast::newest(std::uint16_t attribute, Instant known_before) const {
  const PastValue* newest = nullptr;
  for (const PastValue& value : values_) {
    if (value.attribute == attribute && value.known_at < known_before.ms) newest = &value;
  }
  return newest == nullptr ? missing_value() : newest->value;
}

}  // namespace upselld::store
