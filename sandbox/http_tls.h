// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace upselld::sandbox {

// What a client may find wrong with a server's certificate.
enum class ServerCertificate { good, expired, other_host };

// A certificate authority of our own and a server certificate for localhost and 127.0.0.1 signed by
// it, made when the sandbox starts and gone with it. Safe to share between threads.
class TlsIdentity {
 public:
  static Result<std::unique_ptr<TlsIdentity>> make(ServerCertificate kind);
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  // The authority's certificate: what a client must trust.
  const std::string& authority_pem() const { return authority_pem_; }
  // The caller frees it with SSL_free.
  ssl_st* new_session() const;

 private:
  TlsIdentity(ssl_ctx_st* context, std::string authority_pem)
      : context_(context), authority_pem_(std::move(authority_pem)) {}
  ssl_ctx_st* context_;
  std::string authority_pem_;
};

// A 2048-bit RSA key and a certificate signed by itself, for the JWT bearer flow.
struct SignedKey {
  std::string private_key_pem;
  std::string certificate_pem;
};
Result<SignedKey> make_signed_key(const std::string& common_name);

}  // namespace upselld::sandbox
