// SPDX-License-Identifier: Apache-2.0
#include "sandbox/salesforce/serve.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sandbox/salesforce/load.h"

namespace upselld::sandbox::salesforce {
Serving::Serving(std::unique_ptr<ServedClock> clock, std::uint64_t seed)
    : clock_(std::move(clock)),
      service_(std::make_unique<Service>(clock_->clock(), seed, /*number=*/1)) {}

Result<std::unique_ptr<Serving>> Serving::start(const ServeOptions& options) {
  auto clock = ServedClock::start(options);
  if (!clock) return clock.error();
  auto exchanges = ExchangeLog::open(options.exchanges);
  if (!exchanges) return exchanges.error();
  std::unique_ptr<Serving> serving(new Serving(std::move(*clock), options.seed));
  serving->exchanges_ = std::move(*exchanges);
  if (const auto good = serving->furnish(options); !good) return good.error();
  if (const auto good = serving->open(options); !good) return good.error();
  if (const auto good = serving->write_files(options); !good) return good.error();
  return serving;
}

Result<void> Serving::furnish(const ServeOptions& options) {
  ConnectedApp app;
  app.client_id = kClientId;
  app.client_secret = kClientSecret;
  app.run_as = service_->org.integration_id;
  if (options.certificate_file.empty()) {
    auto key = make_signed_key("upselld sandbox integration");
    if (!key) return key.error();
    jwt_key_pem_ = key->private_key_pem;
    app.certificate_pem = key->certificate_pem;
  } else {
    const auto certificate = text_of(options.certificate_file);
    if (!certificate) return certificate.error();
    app.certificate_pem = *certificate;
  }
  service_->auth.apps.push_back(app);
  // Somebody who prepares the org: another app, so that his token is not the integration's.
  app.client_id = "sandbox-admin";
  app.run_as = service_->org.admin_id;
  service_->auth.apps.push_back(app);
  if (options.data.empty()) return {};
  const auto loaded = load_folder(service_->org, options.data);
  if (!loaded) return loaded.error();
  return {};
}

Result<void> Serving::open(const ServeOptions& options) {
  if (options.tls) {
    auto tls = TlsIdentity::make(options.server_certificate);
    if (!tls) return tls.error();
    tls_ = std::move(*tls);
  }
  const auto url = [this](int port, bool plain) {
    return fmt::format("{}://127.0.0.1:{}", tls_ && !plain ? "https" : "http", port);
  };
  auto instance = HttpServer::start({options.port, tls_.get()}, [this](const HttpRequest& request) {
    clock_->follow_file();
    HttpAnswer answer = service_->answer(request);
    exchanges_->note(request, answer);
    return answer;
  });
  if (!instance) return instance.error();
  instance_ = std::move(*instance);
  instance_url_ = login_url_ = url(instance_->port(), /*plain=*/false);
  auto control =
      HttpServer::start({options.control_port, nullptr},
                        [this](const HttpRequest& request) { return service_->control(request); });
  if (!control) return control.error();
  control_ = std::move(*control);
  control_url_ = url(control_->port(), /*plain=*/true) + "/__sandbox";
  if (options.login_port >= 0) {
    auto login =
        HttpServer::start({options.login_port, tls_.get()}, [this](const HttpRequest& request) {
          clock_->follow_file();
          return service_->login(request);
        });
    if (!login) return login.error();
    login_ = std::move(*login);
    login_url_ = url(login_->port(), /*plain=*/false);
  }
  service_->auth.instance_url = instance_url_;
  return {};
}

Result<void> Serving::write_files(const ServeOptions& options) const {
  if (options.out.empty()) return {};
  if (tls_) {
    if (const auto good = write_text(options.out, "authority.pem", tls_->authority_pem()); !good)
      return good;
  }
  if (!jwt_key_pem_.empty()) {
    if (const auto good = write_text(options.out, "jwt.key", jwt_key_pem_); !good) return good;
  }
  return write_text(options.out, "sandbox.json", facts_json());
}

std::string Serving::facts_json() const {
  const auto& auth = service_->auth;
  nlohmann::ordered_json out = {{"crm", "salesforce"},
                                {"instance_url", instance_url_},
                                {"login_url", login_url_},
                                {"control_url", control_url_},
                                {"audience", auth.login_url},
                                {"client_id", kClientId},
                                {"client_secret", kClientSecret},
                                {"username", "upselld@sandbox.example"},
                                {"admin_client_id", "sandbox-admin"},
                                {"admin_username", "admin@sandbox.example"},
                                {"organization_id", service_->org.id}};
  return out.dump() + "\n";
}

}  // namespace upselld::sandbox::salesforce
