// SPDX-License-Identifier: Apache-2.0
#include "store/packed.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "store/memory_codec.h"

using namespace upselld;
using namespace upselld::store;

TEST_CASE("packed: values come back in order, to the last bit") {
  PackedWriter out;
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    out.integer(value);
  }
  out.number(-0.0);
  out.number(std::nan(""));
  out.text(std::string_view("a\0b", 3));
  out.texts({"", "x"});
  out.maybe_number(std::nullopt);
  out.maybe_text("");
  const std::string bytes = out.take();
  PackedReader in(bytes);
  REQUIRE(in.integer() == 0);
  REQUIRE(in.integer() == -1);
  REQUIRE(in.integer() == 63);
  REQUIRE(in.integer() == std::numeric_limits<std::int64_t>::min());
  REQUIRE(in.integer() == std::numeric_limits<std::int64_t>::max());
  REQUIRE(std::signbit(in.number()));
  REQUIRE(std::isnan(in.number()));
  REQUIRE(in.text() == std::string("a\0b", 3));
  REQUIRE(in.texts() == std::vector<std::string>{"", "x"});
  REQUIRE_FALSE(in.maybe_number());
  REQUIRE(in.maybe_text() == "");
  REQUIRE(in.at_end());
}

TEST_CASE("packed: cut or random bytes are an error, never a crash") {
  const unsigned seed = Catch::rngSeed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  AccountMemory memory;
  memory.tags = {"one", "two"};
  memory.task.key = "k";
  const std::string good = encode_memory(memory);
  for (std::size_t length = 0; length < good.size(); ++length) {
    REQUIRE_FALSE(decode_memory(std::string_view(good).substr(0, length)));
  }
  REQUIRE_FALSE(decode_memory(good + "x"));
  for (int i = 0; i < 2'000; ++i) {
    std::string bytes = good;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    if (const auto decoded = decode_memory(bytes)) REQUIRE(decoded->tags.size() <= bytes.size());
  }
}
