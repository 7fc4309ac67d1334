// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/serve.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "sandbox/hubspot/load.h"

namespace upselld::sandbox::hubspot {
namespace {

Instant steady_now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

}  // namespace

Serving::Serving(std::unique_ptr<ServedClock> clock, std::uint64_t seed)
    : clock_(std::move(clock)), service_(std::make_unique<Service>(clock_->clock(), seed)) {
  service_->limits.pace = steady_now;
}

Result<std::unique_ptr<Serving>> Serving::start(const ServeOptions& options) {
  auto clock = ServedClock::start(options);
  if (!clock) return clock.error();
  auto exchanges = ExchangeLog::open(options.exchanges);
  if (!exchanges) return exchanges.error();
  std::unique_ptr<Serving> serving(new Serving(std::move(*clock), options.seed));
  serving->exchanges_ = std::move(*exchanges);
  if (!options.data.empty()) {
    const auto loaded = load_generated(serving->service_->portal, options.data);
    if (!loaded) return loaded.error();
  }
  if (const auto good = serving->open(options); !good) return good.error();
  if (const auto good = serving->write_files(options); !good) return good.error();
  return serving;
}

Result<void> Serving::open(const ServeOptions& options) {
  if (options.tls) {
    auto tls = TlsIdentity::make(options.server_certificate);
    if (!tls) return tls.error();
    tls_ = std::move(*tls);
  }
  auto api = HttpServer::start({options.port, tls_.get()}, [this](const HttpRequest& request) {
    clock_->follow_file();
    HttpAnswer answer = service_->answer(request);
    exchanges_->note(request, answer);
    return answer;
  });
  if (!api) return api.error();
  api_ = std::move(*api);
  base_url_ = fmt::format("{}://127.0.0.1:{}", tls_ ? "https" : "http", api_->port());
  auto control =
      HttpServer::start({options.control_port, nullptr},
                        [this](const HttpRequest& request) { return service_->control(request); });
  if (!control) return control.error();
  control_ = std::move(*control);
  control_url_ = fmt::format("http://127.0.0.1:{}/__sandbox", control_->port());
  return {};
}

Result<void> Serving::write_files(const ServeOptions& options) const {
  if (options.out.empty()) return {};
  if (tls_) {
    if (const auto good = write_text(options.out, "authority.pem", tls_->authority_pem()); !good)
      return good;
  }
  return write_text(options.out, "sandbox.json", facts_json());
}

std::string Serving::facts_json() const {
  const Portal& portal = service_->portal;
  const Json out = {{"crm", "hubspot"},
                    {"base_url", base_url_},
                    {"control_url", control_url_},
                    {"portal_id", portal.id},
                    {"token", Auth::kServiceKey},
                    {"client_id", Auth::kClientId},
                    {"client_secret", Auth::kClientSecret},
                    {"code", *service_->auth.codes.begin()},
                    {"refresh_token", service_->auth.refresh_tokens.begin()->first}};
  return out.dump() + "\n";
}

}  // namespace upselld::sandbox::hubspot
