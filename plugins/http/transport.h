// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/host.h"
#include "plugins/http/headers.h"
#include "plugins/http/wire.h"

namespace upselld::plugins {

// Lets time pass: the program's waits and hears a stop within a second, a test's moves its clock.
class Pauser {
 public:
  virtual ~Pauser() = default;
  // False: stopped.
  virtual bool pause(Duration time) = 0;
};

// Counts calls against a budget.
class CallMeter {
 public:
  virtual ~CallMeter() = default;
  // Before each request that is sent, repeats too. budget_exhausted: it is not sent.
  virtual Result<void> take(bool is_write) = 0;
  virtual void told(const ReportedUsage& usage) = 0;
};

struct RetrySettings {
  int tries_max = 4;
  Duration first_pause = seconds(1);  // doubled each time
  Duration pause_max = seconds(60);
  // A server that asks for more than this is not waited for: its answer is given out.
  Duration retry_after_max = minutes(2);
};

// Sends with budget, pause and repeats. Repeated by itself: no connection, always; 429, always, for
// it was not executed; 408, 500, 502, 503, 504 and lost answers only where the request is
// repeatable. Retry-After is honoured. What is left after that is given out as it is. Messages name
// method, host and path, never a query, a header or a body. All arguments outlive the transport;
// `meter` may be nullptr.
std::unique_ptr<Transport> make_transport(Wire& wire, const RetrySettings& settings,
                                          const Clock& clock, Pauser& pauser, Log& log,
                                          CallMeter* meter);

}  // namespace upselld::plugins
