// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "sandbox/salesforce/service.h"
#include "sandbox/serving.h"

namespace upselld::sandbox::salesforce {

struct ServeOptions : sandbox::ServeOptions {
  int login_port = -1;  // a login host of its own; -1: none
  std::string
      certificate_file;  // of the JWT flow; empty: a key is made, and written beside the rest
};

// One org with its sockets. Ends when it is destroyed.
class Serving {
 public:
  static Result<std::unique_ptr<Serving>> start(const ServeOptions& options);

  Service& service() { return *service_; }
  const std::string& jwt_key_pem() const { return jwt_key_pem_; }
  std::string authority_pem() const { return tls_ ? tls_->authority_pem() : std::string(); }
  const std::string& instance_url() const { return instance_url_; }
  const std::string& login_url() const { return login_url_; }
  const std::string& control_url() const { return control_url_; }
  // One JSON object: addresses, credentials of the app, users.
  std::string facts_json() const;

  // The one app of an org that nobody configured.
  static constexpr const char* kClientId = "sandbox-client";
  static constexpr const char* kClientSecret = "sandbox-secret";

 private:
  Serving(std::unique_ptr<ServedClock> clock, std::uint64_t seed);
  Result<void> open(const ServeOptions& options);
  Result<void> furnish(const ServeOptions& options);
  Result<void> write_files(const ServeOptions& options) const;

  std::unique_ptr<ServedClock> clock_;
  std::unique_ptr<ExchangeLog> exchanges_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<TlsIdentity> tls_;
  std::string jwt_key_pem_, instance_url_, login_url_, control_url_;
  // Last: they end before what they call.
  std::unique_ptr<HttpServer> instance_, login_, control_;
};

}  // namespace upselld::sandbox::salesforce
