// SPDX-License-Identifier: Apache-2.0
#include "plugins/http/transport.h"

#include <fmt/format.h>

#include <algorithm>

namespace upselld::plugins {

namespace {

bool is_passing(int status) {
  // From 520 on a network in front of the server speaks: it had no answer from it.
  const bool is_edge = status >= 520 && status <= 526;
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
         status == 504 || is_edge;
}

class RetryingTransport final : public Transport {
 public:
  RetryingTransport(Wire& wire, const RetrySettings& settings, const Clock& clock, Pauser& pauser,
                    Log& log, CallMeter* meter)
      : wire_(wire),
        settings_(settings),
        clock_(clock),
        pauser_(pauser),
        log_(log),
        meter_(meter) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    Duration pause = request.wait_before;
    for (int tried = 1;; ++tried) {
      if (pause.ms > 0 && !pauser_.pause(pause)) return stopped();
      if (meter_ != nullptr) {
        if (auto paid = meter_->take(request.is_write); !paid) return paid.error();
      }
      auto answer = wire_.exchange(request);
      if (answer && meter_ != nullptr) {
        if (const auto usage = reported_usage(*answer)) meter_->told(*usage);
      }
      const auto next = pause_before_next(request, answer, tried);
      if (!next) return answer;
      pause = *next;
      log_.write(LogLevel::info, fmt::format("{} again in {} ms: {}", request.method, pause.ms,
                                             answer ? fmt::format("HTTP {}", answer->status)
                                                    : answer.error().message));
    }
  }

 private:
  static Error stopped() { return {ErrorKind::cancelled, "send: stopped", {}}; }

  // Nothing: this answer is the last.
  std::optional<Duration> pause_before_next(const HttpRequest& request,
                                            const Result<HttpResponse>& answer, int tried) const {
    if (tried >= settings_.tries_max) return std::nullopt;
    const Duration doubled{settings_.first_pause.ms << (tried - 1)};
    const Duration usual = std::min(doubled, settings_.pause_max);
    if (!answer) {
      const bool was_not_sent = answer.error().kind == ErrorKind::unavailable;
      const bool was_lost = answer.error().kind == ErrorKind::timed_out && request.repeatable;
      return was_not_sent || was_lost ? std::optional(usual) : std::nullopt;
    }
    const bool is_limit = answer->status == 429;
    if (!is_passing(answer->status) || (is_limit && request.judges_limits)) return std::nullopt;
    if (!is_limit && !request.repeatable) return std::nullopt;
    const auto asked = retry_after(*answer, clock_.now());
    if (!asked) return usual;
    return *asked <= settings_.retry_after_max ? asked : std::nullopt;
  }

  Wire& wire_;
  const RetrySettings settings_;
  const Clock& clock_;
  Pauser& pauser_;
  Log& log_;
  CallMeter* meter_;
};

}  // namespace

std::unique_ptr<Transport> make_transport(Wire& wire, const RetrySettings& settings,
                                          const Clock& clock, Pauser& pauser, Log& log,
                                          CallMeter* meter) {
  return std::make_unique<RetryingTransport>(wire, settings, clock, pauser, log, meter);
}

}  // namespace upselld::plugins
