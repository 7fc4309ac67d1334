// SPDX-License-Identifier: Apache-2.0
#include "sandbox/http_tls.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace upselld::sandbox {
namespace {

constexpr long kBackDatedSeconds = 3'600;       // a client's clock may be a little slow
constexpr long kLifeSeconds = 30 * 24 * 3'600;  // longer than any rehearsal
constexpr long kExpiredSeconds = -kBackDatedSeconds / 2;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* held) const {
    Free(held);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bytes = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;

struct Wanted {
  const char* common_name;
  const char* basic_constraints;
  const char* names;  // null: none
  long serial;
  long life_seconds = kLifeSeconds;
};

bool add_extension(X509* certificate, int nid, const char* text) {
  std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, nid, text));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// `issuer` null: signed by itself.
Certificate make_certificate(const Wanted& wanted, EVP_PKEY* key, X509* issuer, EVP_PKEY* signer) {
  Certificate made(X509_new());
  if (made == nullptr) return nullptr;
  X509* raw = made.get();
  X509_set_version(raw, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(raw), wanted.serial);
  X509_gmtime_adj(X509_getm_notBefore(raw), -kBackDatedSeconds);
  X509_gmtime_adj(X509_getm_notAfter(raw), wanted.life_seconds);
  X509_set_pubkey(raw, key);
  X509_NAME* name = X509_get_subject_name(raw);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(wanted.common_name), -1, -1, 0);
  X509_set_issuer_name(raw, issuer == nullptr ? name : X509_get_subject_name(issuer));
  bool good = add_extension(raw, NID_basic_constraints, wanted.basic_constraints);
  if (wanted.names != nullptr) {
    good = good && add_extension(raw, NID_subject_alt_name, wanted.names);
  }
  if (!good || X509_sign(raw, signer, EVP_sha256()) == 0) return nullptr;
  return made;
}

std::string text_of(BIO* bytes) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bytes, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string pem_of(X509* certificate) {
  Bytes out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  return text_of(out.get());
}

Error failed(const char* doing) {
  return Error{ErrorKind::io, std::string(doing) + ": OpenSSL refused", {}};
}

}  // namespace

Result<std::unique_ptr<TlsIdentity>> TlsIdentity::make(ServerCertificate kind) {
  const Key authority_key(EVP_EC_gen("P-256"));
  const Key server_key(EVP_EC_gen("P-256"));
  if (!authority_key || !server_key) return failed("make keys for TLS");
  const auto authority =
      make_certificate({"upselld sandbox authority", "critical,CA:TRUE", nullptr, 1},
                       authority_key.get(), nullptr, authority_key.get());
  if (!authority) return failed("make a certificate authority");
  Wanted wanted = {"localhost", "CA:FALSE", "DNS:localhost,IP:127.0.0.1", 2};
  if (kind == ServerCertificate::expired) wanted.life_seconds = kExpiredSeconds;
  if (kind == ServerCertificate::other_host) wanted.common_name = "other.example";
  if (kind == ServerCertificate::other_host) wanted.names = "DNS:other.example";
  const auto server =
      make_certificate(wanted, server_key.get(), authority.get(), authority_key.get());
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!server || !context || SSL_CTX_use_certificate(context.get(), server.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), server_key.get()) != 1) {
    return failed("make a server certificate");
  }
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  return std::unique_ptr<TlsIdentity>(new TlsIdentity(context.release(), pem_of(authority.get())));
}

TlsIdentity::~TlsIdentity() {
  SSL_CTX_free(context_);
}

ssl_st* TlsIdentity::new_session() const {
  return SSL_new(context_);
}

Result<SignedKey> make_signed_key(const std::string& common_name) {
  const Key key(EVP_RSA_gen(2048));
  if (!key) return failed("make an RSA key");
  const auto certificate = make_certificate({common_name.c_str(), "CA:FALSE", nullptr, 3},
                                            key.get(), nullptr, key.get());
  Bytes out(BIO_new(BIO_s_mem()));
  if (!certificate ||
      PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return failed("make a certificate for the JWT flow");
  }
  return SignedKey{text_of(out.get()), pem_of(certificate.get())};
}

}  // namespace upselld::sandbox
