// SPDX-License-Identifier: Apache-2.0
#include "plugins/http/jwt.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace upselld::plugins {

namespace {

constexpr int kKeyBitsMin = 2048;

Error bad_key(const std::string& why) {
  return {ErrorKind::invalid_config, "sign the login with private_key: " + why, {}};
}

// Never asks a terminal for a pass phrase.
int no_pass_phrase(char*, int, int, void*) {
  return 0;
}

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key read_key(const Secret& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bytes(
      BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.reveal().size())), BIO_free);
  return {PEM_read_bio_PrivateKey(bytes.get(), nullptr, no_pass_phrase, nullptr), EVP_PKEY_free};
}

}  // namespace

std::string base64url(std::string_view bytes) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8 | static_cast<unsigned char>(c)) & 0xffff;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out += kLetters[held >> bits & 63];
    }
  }
  if (bits > 0) out += kLetters[held << (6 - bits) & 63];
  return out;
}

Result<Secret> signed_jwt(std::string_view claims, const Secret& private_key) {
  const Key key = read_key(private_key);
  if (!key) return bad_key("it is no private key in PEM without a pass phrase");
  if (EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) return bad_key("it is no RSA key");
  if (EVP_PKEY_bits(key.get()) < kKeyBitsMin) return bad_key("it is shorter than 2048 bits");
  std::string text = base64url(R"({"alg":"RS256"})") + "." + base64url(claims);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  bool is_good =
      context &&
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
  std::string signature(size, '\0');
  is_good =
      is_good && EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                                &size, bytes, text.size()) == 1;
  if (!is_good) return bad_key("the signature could not be made");
  signature.resize(size);
  return Secret(text + "." + base64url(signature));
}

}  // namespace upselld::plugins
