// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "core/digest.h"
#include "store/payload_form.h"

using namespace upselld;         // NOLINT: a test reads better so
using namespace upselld::store;  // NOLINT

namespace {

const std::string kMeant =
    R"({"decision":"2026-01-05T07:00Z-1a2b/284","kind":"fields","payload":{"account":"12689",)"
    R"("values":{"band":"Low","change":"","data_as_of":"2026-01-05T07:00:00Z","model_version":"x",)"
    R"("next_action":"","reasons":"","score":"","segment":"Active","status":"Scored","tags":"",)"
    R"("top_reason":""}}})";

std::optional<std::string> there_and_back(const std::string& payload) {
  StoredPayload stored = PayloadPacker().pack(payload);
  return unpacked(static_cast<int>(stored.form), std::move(stored.bytes));
}

}  // namespace

TEST_CASE("payload form: what is packed comes back, of any length and content") {
  std::string any;
  for (std::uint32_t i = 0; i < 300'000; ++i)
    any.push_back(static_cast<char>((i * 7919) >> (i % 13)));
  for (const std::string& payload : {std::string(), std::string("{}"), kMeant, any,
                                     std::string(1 << 20, 'x'), std::string("\0\xff", 2)}) {
    CHECK(there_and_back(payload) == payload);
  }
}

TEST_CASE("payload form: usual payloads take less than a third, each for itself") {
  PayloadPacker packer;
  const StoredPayload first = packer.pack(kMeant), second = packer.pack(kMeant);
  CHECK(first.form == PayloadForm::words);
  CHECK(first.bytes.size() < kMeant.size() / 3);
  CHECK(first.bytes == second.bytes);
}

TEST_CASE("payload form: what was written once is read for ever") {
  const std::string words =
      "c35e5899861898830b2bc344a3247d230b13257815038d0c1c958ca1919985255092ec221f6a338e22bf025b"
      "241251d8c35204663442d30888855e8e0300";
  CHECK(unpacked(2, from_hex(words)) == kMeant);
  // Of zlib's own format behind the length, as earlier versions wrote it.
  const std::string zlib =
      "1b0100000000000078016d8ebd0ec2300c84df25331569c44f61636783892532895b224a8c1ab78050df1d07"
      "3ab225779fefeead3cba900245b555469b55a1cb422f8f7abdd5fa549460ce73532dd44c5d43f4c2d4015b9f"
      "e47f87574b20d25b8173d44716b734ab6a23e6006d8f297b67f89eede921b2bb406c5038797b60b0902cd57f"
      "9a73b93037f2d8da01bb69e053b4884fb6e0f83759840e215194b29c9a1c755341c2e686df553ba107cc2e03"
      "f7993c64cc8bc2d04c974c77fb8bca49e3387e00a8b65490";
  CHECK(unpacked(1, from_hex(zlib)) == kMeant);
  CHECK(unpacked(0, kMeant) == kMeant);
}

TEST_CASE("payload form: damaged bytes and unknown forms give nothing") {
  const std::string bytes = PayloadPacker().pack(kMeant).bytes;
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_FALSE(unpacked(2, bytes.substr(0, length)));
  }
  CHECK_FALSE(unpacked(2, bytes + "x"));
  CHECK_FALSE(unpacked(1, bytes));
  CHECK_FALSE(unpacked(1, ""));
  CHECK_FALSE(unpacked(3, bytes));
  CHECK_FALSE(unpacked(-1, bytes));
}
