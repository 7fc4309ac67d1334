// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/http/transport.h"
#include "sandbox/virtual_clock.h"
#include "tests/support/fake_host.h"

namespace upselld::tests {

// Lets the sandbox live in the test's time, and pauses pass there.
class SharedTime final : public Transport, public plugins::Pauser {
 public:
  SharedTime(FakeClock& clock, sandbox::VirtualClock& crm_clock) : clock_(clock), crm_(crm_clock) {}
  void lead_to(Transport& transport) { next_ = &transport; }

  Result<HttpResponse> send(const HttpRequest& request) override {
    crm_.set(clock_.time);
    return next_->send(request);
  }
  bool pause(Duration time) override {
    clock_.time = clock_.time + time;
    crm_.set(clock_.time);
    return true;
  }

 private:
  FakeClock& clock_;
  sandbox::VirtualClock& crm_;
  Transport* next_ = nullptr;
};

}  // namespace upselld::tests
