// SPDX-License-Identifier: Apache-2.0
#include "store/event_block.h"

#include "store/event_bytes.h"

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

using namespace upselld::store;

namespace {

template <typename T>
bool equal(const Column<T>& a, const Column<T>& b, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    if constexpr (std::is_same_v<T, double>) {
      if (std::bit_cast<std::uint64_t>(a[i]) != std::bit_cast<std::uint64_t>(b[i])) return false;
    } else {
      if (a[i] != b[i]) return false;
    }
  }
  return true;
}

bool equal(EventBlock& a, const EventBlock& b) {
  bool same = a.events.at == b.events.at && a.chunks.size() == b.chunks.size();
  for (std::size_t i = 0; same && i < a.chunks.size(); ++i) {
    const EventChunk& x = a.chunks[i];
    const EventChunk& y = b.chunks[i];
    same = x.number == y.number && x.part == y.part && x.first == y.first && x.count == y.count;
  }
  a.events.with_each(b.events, [&](auto& mine, const auto& theirs) {
    same = same && equal(mine, theirs, a.events.size());
  });
  return same;
}

// Random events: each column absent, constant, small, large or wild.
EventBlock random_block(std::mt19937_64& random) {
  EventBlock block;
  EventColumns& events = block.events;
  const bool seconds = random() % 2 == 0;
  const std::size_t chunks = 1 + random() % 30;
  for (std::size_t i = 0; i < chunks; ++i) {
    const auto count = static_cast<std::uint32_t>(1 + random() % 20);
    block.chunks.push_back({static_cast<std::uint32_t>(random()),
                            static_cast<std::uint32_t>(random() % 3),
                            static_cast<std::uint32_t>(events.size()), count});
    std::int64_t at = static_cast<std::int64_t>(random() % 4'000'000'000'000) - 1'000'000'000'000;
    if (seconds) at = at / 1000 * 1000;
    for (std::uint32_t row = 0; row < count; ++row) {
      events.at.push_back(at);
      at += static_cast<std::int64_t>(random() % 100) * (seconds ? 86'400'000 : 7);
    }
  }
  events.with_each(events, [&](auto& column, auto&) {
    using T = std::decay_t<decltype(column.missing())>;
    const auto way = static_cast<unsigned>(random() % 6);
    if (way == 0) return;
    T* values = column.present(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      if constexpr (std::is_same_v<T, double>) {
        const double whole = static_cast<double>(random() % 2000) - 1000;
        values[i] = way < 3 ? whole : way == 3 ? whole / 100 : whole / 7;
        if (way > 1 && random() % 4 == 0) values[i] = column.missing();
        if (way == 5 && random() % 4 == 0) values[i] = -0.0;
      } else {
        const std::uint64_t wild = random();
        const std::uint64_t value = way == 1   ? 7
                                    : way == 2 ? wild % 5
                                    : way == 3 ? wild % 40 * 1000
                                               : wild;
        values[i] =
            static_cast<T>(value & static_cast<std::uint64_t>(std::numeric_limits<T>::max()));
      }
    }
  });
  return block;
}

}  // namespace

TEST_CASE("event block: what is packed comes back bit for bit") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    EventBlock block = random_block(random);
    EventBlock back;
    REQUIRE(unpack(pack(block), back));
    REQUIRE(equal(block, back));
  }
}

TEST_CASE("event block: damaged bytes are refused or read within bounds") {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    const std::string bytes = pack(random_block(random));
    EventBlock back;
    REQUIRE_FALSE(unpack(bytes.substr(0, random() % bytes.size()), back));
    REQUIRE_FALSE(unpack(bytes + '\0', back));
    std::string damaged = bytes;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    if (unpack(damaged, back)) REQUIRE(back.events.size() <= kBlockEventsMax);
  }
  EventBlock back;
  REQUIRE_FALSE(unpack("", back));
  REQUIRE_FALSE(unpack(std::string("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11), back));
}

TEST_CASE("event block: a plain activity takes a few bytes") {
  EventBlock block;
  for (std::uint32_t i = 0; i < kBlockEventsMax; ++i) block.events.at.push_back(i * 3'600'000LL);
  std::uint16_t* kinds = block.events.kind.present(kBlockEventsMax);
  double* values = block.events.x.present(kBlockEventsMax);
  for (std::uint32_t i = 0; i < kBlockEventsMax; ++i) {
    kinds[i] = static_cast<std::uint16_t>(i % 8);
    values[i] = i % 60;
  }
  block.chunks.push_back({1, 1, 0, kBlockEventsMax});
  REQUIRE(pack(block).size() < 5 * kBlockEventsMax);
}

TEST_CASE("event bytes: zigzag keeps both ends") {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
        std::numeric_limits<std::int64_t>::max()}) {
    REQUIRE(unzigzag(zigzag(value)) == value);
  }
}
