// SPDX-License-Identifier: Apache-2.0
#include "store/event_block.h"

#include "core/assertions.h"
#include "store/event_bytes.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <type_traits>

namespace upselld::store {
namespace {

constexpr std::uint8_t kFormat = 1;

// How a column is written: its first byte.
enum Coding : std::uint8_t {
  kAbsent = 0,
  kConstant = 1,    // one varint
  kBytes = 2,       // a byte each
  kVarints = 3,     // a varint each
  kThousands = 4,   // a varint each, of a thousandth
  kWords = 5,       // eight bytes each
  kDictionary = 6,  // distinct words, then their indices
  kIntegers = 7,    // doubles: 0 when not known, else 1 + zigzag, a varint each
  kHundredths = 8,  // doubles: the same of hundred times the value
};

template <typename T>
void pack_integers(EventBytes& out, const Column<T>& column) {
  if (column.absent()) return out.byte(kAbsent);
  const auto& values = column.values();
  using Unsigned = std::make_unsigned_t<T>;
  const auto first = static_cast<Unsigned>(values[0]);
  bool constant = true;
  bool thousands = true;
  Unsigned largest = 0;
  for (const T signed_value : values) {
    const auto value = static_cast<Unsigned>(signed_value);
    constant = constant && value == first;
    thousands = thousands && static_cast<std::uint64_t>(value) % 1000 == 0;
    largest = std::max(largest, value);
  }
  if (constant) {
    out.byte(kConstant);
    return out.varint(first);
  }
  if (largest <= 0xff) {
    out.byte(kBytes);
    for (const T value : values) out.byte(static_cast<std::uint8_t>(value));
    return;
  }
  out.byte(thousands ? kThousands : kVarints);
  for (const T value : values) {
    const auto number = static_cast<std::uint64_t>(static_cast<Unsigned>(value));
    out.varint(thousands ? number / 1000 : number);  // by a constant: a division is slow
  }
}

template <typename T>
void unpack_integers(EventBytesReader& in, Column<T>& column, std::size_t count) {
  const std::uint8_t coding = in.byte();
  if (coding == kAbsent) return;
  if (coding < kConstant || coding > kThousands) {
    in.fail();
    return;
  }
  T* values = column.present(count);
  if (coding == kConstant) {
    std::fill(values, values + count, static_cast<T>(in.varint()));
  } else if (coding == kBytes) {
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(in.byte());
  } else {
    const std::uint64_t unit = coding == kThousands ? 1000 : 1;
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(in.varint() * unit);
  }
}

void pack_words(EventBytes& out, const Column<std::uint64_t>& column) {
  if (column.absent()) return out.byte(kAbsent);
  const auto& values = column.values();
  std::vector<std::uint64_t> distinct(values);
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (distinct.size() > values.size() / 2) {
    out.byte(kWords);
    for (const std::uint64_t value : values) out.word(value);
    return;
  }
  out.byte(kDictionary);
  out.varint(distinct.size());
  for (const std::uint64_t value : distinct) out.word(value);
  for (const std::uint64_t value : values) {
    const auto found = std::lower_bound(distinct.begin(), distinct.end(), value);
    out.varint(static_cast<std::uint64_t>(found - distinct.begin()));
  }
}

void unpack_words(EventBytesReader& in, Column<std::uint64_t>& column, std::size_t count) {
  const std::uint8_t coding = in.byte();
  if (coding == kAbsent) return;
  if (coding != kWords && coding != kDictionary) {
    in.fail();
    return;
  }
  std::uint64_t* values = column.present(count);
  if (coding == kWords) {
    for (std::size_t i = 0; i < count; ++i) values[i] = in.word();
    return;
  }
  const std::uint64_t size = in.varint();
  if (size == 0 || size > count) {
    in.fail();
    return;
  }
  std::vector<std::uint64_t> distinct(size);
  for (std::uint64_t& value : distinct) value = in.word();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t index = in.varint();
    if (index >= size) {
      in.fail();
      return;
    }
    values[i] = distinct[index];
  }
}

// Writes each value times `unit` as a whole number into `codes`: 0 for "not known", which is the
// one NaN that EventColumns hold, else 1 + zigzag. False: some value is not whole, or would not
// come back bit for bit.
bool whole_codes(const std::vector<double>& values, double unit, std::uint64_t* codes) {
  for (const double value : values) {
    if (std::isnan(value)) {
      *codes++ = 0;
      continue;
    }
    const double scaled = unit == 1 ? value : std::nearbyint(value * unit);
    if (!(std::fabs(scaled) < 9e15)) return false;
    const auto whole = static_cast<std::int64_t>(scaled);
    // Through the integer: -0.0 would come back as 0.
    const double back = static_cast<double>(whole) / unit;
    if (std::bit_cast<std::uint64_t>(back) != std::bit_cast<std::uint64_t>(value)) return false;
    *codes++ = zigzag(whole) + 1;
  }
  return true;
}

void pack_doubles(EventBytes& out, const Column<double>& column) {
  if (column.absent()) return out.byte(kAbsent);
  const auto& values = column.values();
  std::uint64_t codes[kBlockEventsMax];
  for (const Coding coding : {kIntegers, kHundredths}) {
    if (!whole_codes(values, coding == kIntegers ? 1 : 100, codes)) continue;
    out.byte(coding);
    for (std::size_t i = 0; i < values.size(); ++i) out.varint(codes[i]);
    return;
  }
  out.byte(kWords);
  for (const double value : values) out.word(std::bit_cast<std::uint64_t>(value));
}

void unpack_doubles(EventBytesReader& in, Column<double>& column, std::size_t count) {
  const std::uint8_t coding = in.byte();
  if (coding == kAbsent) return;
  if (coding != kWords && coding != kIntegers && coding != kHundredths) {
    in.fail();
    return;
  }
  double* values = column.present(count);
  if (coding == kWords) {
    for (std::size_t i = 0; i < count; ++i) values[i] = std::bit_cast<double>(in.word());
    return;
  }
  const double unit = coding == kIntegers ? 1 : 100;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t code = in.varint();
    values[i] = code == 0 ? column.missing() : static_cast<double>(unzigzag(code - 1)) / unit;
  }
}

void pack_times(EventBytes& out, const EventBlock& block) {
  const auto& at = block.events.at;
  const bool seconds =
      std::all_of(at.begin(), at.end(), [](std::int64_t ms) { return ms % 1000 == 0; });
  const auto scaled = [seconds](std::int64_t ms) { return seconds ? ms / 1000 : ms; };
  out.byte(seconds ? 1 : 0);
  std::int64_t chunk_before = 0;
  for (const EventChunk& chunk : block.chunks) {
    std::int64_t before = scaled(at[chunk.first]);
    out.varint(zigzag(before - chunk_before));
    chunk_before = before;
    for (std::uint32_t row = chunk.first + 1; row < chunk.first + chunk.count; ++row) {
      const std::int64_t now = scaled(at[row]);
      UPSELLD_ASSERT(now >= before);
      out.varint(static_cast<std::uint64_t>(now - before));
      before = now;
    }
  }
}

void unpack_times(EventBytesReader& in, EventBlock& block) {
  const std::uint8_t scale = in.byte();
  if (scale > 1) in.fail();
  const std::uint64_t unit = scale == 1 ? 1000 : 1;
  // Unsigned, because sums of damaged bytes may overflow.
  std::uint64_t chunk_before = 0;
  for (const EventChunk& chunk : block.chunks) {
    std::uint64_t now = chunk_before + static_cast<std::uint64_t>(unzigzag(in.varint()));
    chunk_before = now;
    block.events.at[chunk.first] = static_cast<std::int64_t>(now * unit);
    for (std::uint32_t row = chunk.first + 1; row < chunk.first + chunk.count; ++row) {
      now += in.varint();
      block.events.at[row] = static_cast<std::int64_t>(now * unit);
    }
  }
}

bool unpack_chunks(EventBytesReader& in, EventBlock& block) {
  const std::uint64_t events = in.varint();
  const std::uint64_t chunks = in.varint();
  if (!in.ok() || events > kBlockEventsMax || chunks > events) return false;
  block.chunks.resize(chunks);
  std::uint64_t first = 0;
  std::uint64_t number = 0;
  for (EventChunk& chunk : block.chunks) {
    number += static_cast<std::uint64_t>(unzigzag(in.varint()));
    const std::uint64_t part = in.varint();
    const std::uint64_t count = in.varint();
    if (number > 0xffffffff || part > 0xffffffff || count == 0 || count > events - first)
      return false;
    chunk = {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(part),
             static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(count)};
    first += count;
  }
  block.events.at.resize(events);
  return in.ok() && first == events;
}

}  // namespace

std::string pack(const EventBlock& block) {
  const EventColumns& events = block.events;
  UPSELLD_ASSERT(events.size() <= kBlockEventsMax);
  EventBytes out(events.size() * 16 + 64);
  out.byte(kFormat);
  out.varint(events.size());
  out.varint(block.chunks.size());
  std::int64_t number = 0;
  for (const EventChunk& chunk : block.chunks) {
    out.varint(zigzag(static_cast<std::int64_t>(chunk.number) - number));
    out.varint(chunk.part);
    out.varint(chunk.count);
    number = chunk.number;
  }
  pack_times(out, block);
  pack_integers(out, events.delay);
  pack_integers(out, events.kind);
  pack_integers(out, events.state);
  pack_integers(out, events.currency);
  pack_integers(out, events.product);
  pack_doubles(out, events.x);
  pack_doubles(out, events.y);
  pack_words(out, events.thread);
  pack_words(out, events.contact);
  pack_words(out, events.id);
  return out.take();
}

bool unpack(std::string_view bytes, EventBlock& block) {
  block.clear();
  EventBytesReader in(bytes);
  if (in.byte() != kFormat || !unpack_chunks(in, block)) return false;
  EventColumns& events = block.events;
  const std::size_t count = events.size();
  if (count == 0) return false;
  unpack_times(in, block);
  unpack_integers(in, events.delay, count);
  unpack_integers(in, events.kind, count);
  unpack_integers(in, events.state, count);
  unpack_integers(in, events.currency, count);
  unpack_integers(in, events.product, count);
  unpack_doubles(in, events.x, count);
  unpack_doubles(in, events.y, count);
  unpack_words(in, events.thread, count);
  unpack_words(in, events.contact, count);
  unpack_words(in, events.id, count);
  return in.at_end();
}

}  // namespace upselld::store
