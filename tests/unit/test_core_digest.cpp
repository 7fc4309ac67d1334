// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <clocale>
#include <cmath>
#include <limits>
#include <string>

#include "core/digest.h"
#include "core/number_text.h"
#include "core/settings.h"

using namespace upselld;

TEST_CASE("digest: SHA-256 and HMAC give the published values") {
  CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, test case 2.
  CHECK(hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hmac_sha256("", "x") != hmac_sha256("k", "x"));
}

TEST_CASE("digest: pieces add up and parts are told apart") {
  Sha256 pieces;
  pieces.add("ab");
  pieces.add("c");
  CHECK(pieces.finish() == sha256("abc"));
  Sha256 left;
  left.add_part("ab");
  left.add_part("c");
  Sha256 right;
  right.add_part("a");
  right.add_part("bc");
  CHECK(left.finish() != right.finish());
}

TEST_CASE("digest: the keyed hash is the same on every machine") {
  CHECK(keyed_hash(0, "") == 0x2d06800538d394c2ULL);
  CHECK(keyed_hash(1, "a") != keyed_hash(2, "a"));
  CHECK(keyed_hash(1, "a") == keyed_hash(1, "a"));
}

TEST_CASE("digest: hexadecimal text is read back, anything else is nothing") {
  CHECK(from_hex(hex(std::string("\x00\xff\x10", 3))) == std::string("\x00\xff\x10", 3));
  CHECK(from_hex("0AfF") == "\x0a\xff");
  CHECK(from_hex("0").empty());
  CHECK(from_hex("0g").empty());
}

TEST_CASE("digest: random bytes come in the number asked for") {
  CHECK(random_bytes(32).size() == 32);
  CHECK(random_bytes(32) != random_bytes(32));
  CHECK(random_bytes(0).empty());
}

TEST_CASE("numbers: the shortest text reads back as the same number") {
  CHECK(shortest_text(0.1) == "0.1");
  CHECK(shortest_text(12) == "12");
  CHECK(shortest_text(std::numeric_limits<double>::quiet_NaN()).empty());
  unsigned seed = 7;
  INFO("seed " << seed);
  for (int i = 0; i < 10'000; ++i) {
    seed = seed * 1664525U + 1013904223U;
    const double number = std::ldexp(static_cast<double>(seed), static_cast<int>(seed % 200) - 100);
    if (parse_number(shortest_text(number)) != number) FAIL(number);
  }
}

TEST_CASE("numbers: fixed decimals round to nearest and have no negative zero") {
  CHECK(fixed_text(18.349, 1) == "18.3");
  CHECK(fixed_text(-0.04, 1) == "0.0");
  CHECK(fixed_text(-0.06, 1) == "-0.1");
  CHECK(fixed_text(2, 0) == "2");
  CHECK(fixed_text(std::numeric_limits<double>::quiet_NaN(), 1).empty());
  CHECK(fixed_text(1e300, 2).size() == 304);
}

TEST_CASE("numbers: no locale changes a text") {
  if (std::setlocale(LC_ALL, "de_DE.UTF-8") == nullptr) WARN("no German locale here");
  CHECK(shortest_text(1.5) == "1.5");
  CHECK(fixed_text(1234.5, 1) == "1234.5");
  CHECK(parse_number("1.5") == 1.5);
  std::setlocale(LC_ALL, "C");
}
