// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <catch2/catch.hpp>
#include <memory>

#include "plugins/http/jwt.h"

namespace {

using namespace upselld;  // NOLINT: a test reads better so
using namespace upselld::plugins;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Secret pem_of(EVP_PKEY* key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return Secret(std::string(bytes, static_cast<std::size_t>(size)));
}

std::string from_base64url(std::string text) {
  std::string out;
  std::uint32_t held = 0;
  int bits = 0;
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const char c : text) {
    held = (held << 6 | static_cast<std::uint32_t>(letters.find(c))) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(held >> bits & 0xff);
  }
  return out;
}

}  // namespace

TEST_CASE("jwt: the signature is good for header and claims, and for nothing else") {
  const Key key(EVP_RSA_gen(2048), EVP_PKEY_free);
  const auto jwt = signed_jwt(R"({"iss":"app"})", pem_of(key.get()));
  REQUIRE(jwt);
  const std::string text(jwt->reveal());
  const std::size_t last = text.rfind('.');
  const std::string signature = from_base64url(text.substr(last + 1));
  CHECK(text.find('=') == std::string::npos);
  CHECK(from_base64url(text.substr(0, text.find('.'))) == R"({"alg":"RS256"})");
  const auto verifies = [&](const std::string& what) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
    return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                            signature.size(), reinterpret_cast<const unsigned char*>(what.data()),
                            what.size()) == 1;
  };
  CHECK(verifies(text.substr(0, last)));
  CHECK_FALSE(verifies(text.substr(0, last) + "x"));
}

TEST_CASE("jwt: a key that is none, or too short, is refused without a word of it") {
  const auto none = signed_jwt("{}", Secret("-----BEGIN hush"));
  REQUIRE_FALSE(none);
  CHECK(none.error().kind == ErrorKind::invalid_config);
  CHECK(none.error().message.find("hush") == std::string::npos);
  const Key small(EVP_RSA_gen(1024), EVP_PKEY_free);
  CHECK_FALSE(signed_jwt("{}", pem_of(small.get())));
}
