// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "sandbox/hubspot/service.h"
#include "sandbox/serving.h"

namespace upselld::sandbox::hubspot {

// One account with its sockets. Ends when it is destroyed.
class Serving {
 public:
  static Result<std::unique_ptr<Serving>> start(const ServeOptions& options);

  Service& service() { return *service_; }
  std::string authority_pem() const { return tls_ ? tls_->authority_pem() : std::string(); }
  const std::string& base_url() const { return base_url_; }
  const std::string& control_url() const { return control_url_; }
  // One JSON object: addresses, service key, credentials of the OAuth app.
  std::string facts_json() const;

 private:
  Serving(std::unique_ptr<ServedClock> clock, std::uint64_t seed);
  Result<void> open(const ServeOptions& options);
  Result<void> write_files(const ServeOptions& options) const;

  std::unique_ptr<ServedClock> clock_;
  std::unique_ptr<ExchangeLog> exchanges_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<TlsIdentity> tls_;
  std::string base_url_, control_url_;
  // Last: they end before what they call.
  std::unique_ptr<HttpServer> api_, control_;
};

}  // namespace upselld::sandbox::hubspot
