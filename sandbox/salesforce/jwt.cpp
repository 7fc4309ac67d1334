// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/jwt.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "sandbox/http_message.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string text_at(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned word = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      word = word << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += i + j > bytes.size() ? '=' : kAlphabet[word >> (18 - 6 * j) & 63U];
    }
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text, bool url_alphabet) {
  std::string out;
  unsigned word = 0;
  int bits = 0;
  while (text.ends_with('=')) text.remove_suffix(1);
  for (char c : text) {
    if (url_alphabet && c == '-') c = '+';
    if (url_alphabet && c == '_') c = '/';
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    word = word << 6 | static_cast<unsigned>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(word >> bits & 255U);
    }
  }
  return out;
}

std::optional<Jwt> parse_jwt(std::string_view token) {
  const std::vector<std::string> parts = split(token, '.');
  if (parts.size() != 3) return std::nullopt;
  const auto header = from_base64(parts[0], /*url_alphabet=*/true);
  const auto body = from_base64(parts[1], /*url_alphabet=*/true);
  const auto signature = from_base64(parts[2], /*url_alphabet=*/true);
  if (!header || !body || !signature) return std::nullopt;
  const auto head = nlohmann::json::parse(*header, nullptr, /*allow_exceptions=*/false);
  const auto claims = nlohmann::json::parse(*body, nullptr, /*allow_exceptions=*/false);
  if (!head.is_object() || !claims.is_object() || text_at(head, "alg") != "RS256")
    return std::nullopt;
  Jwt jwt;
  jwt.issuer = text_at(claims, "iss");
  jwt.subject = text_at(claims, "sub");
  jwt.audience = text_at(claims, "aud");
  const auto expires = claims.find("exp");
  if (expires != claims.end() && expires->is_number()) jwt.expires = expires->get<double>();
  // Some clients write the number as a text.
  if (expires != claims.end() && expires->is_string()) {
    jwt.expires = std::strtod(expires->get<std::string>().c_str(), nullptr);
  }
  jwt.signed_text = parts[0] + "." + parts[1];
  jwt.signature = *signature;
  return jwt;
}

bool is_signed_by(const Jwt& jwt, const std::string& certificate_pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bytes(
      BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())),
      &BIO_free_all);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr), &X509_free);
  if (certificate == nullptr) return false;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  EVP_PKEY* key = X509_get0_pubkey(certificate.get());
  if (key == nullptr ||
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1) {
    return false;
  }
  return EVP_DigestVerify(
             context.get(), reinterpret_cast<const unsigned char*>(jwt.signature.data()),
             jwt.signature.size(), reinterpret_cast<const unsigned char*>(jwt.signed_text.data()),
             jwt.signed_text.size()) == 1;
}

}  // namespace upselld::sandbox::salesforce
