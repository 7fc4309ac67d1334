// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

#include "core/host.h"

namespace upselld::plugins {

struct WireSettings {
  std::string ca_file;  // PEM, in place of the system's authorities; empty: the system's
  Duration connect_timeout = seconds(10);
  Duration read_timeout = seconds(130);  // without a single byte
  Duration total_timeout = minutes(10);  // of one exchange
  std::size_t response_bytes_max = 128 * 1024 * 1024;
};

// One request, one answer, over one kept connection per host. The seam between what decides
// (transport.h) and what reaches the network. Used by one thread at a time.
class Wire {
 public:
  virtual ~Wire() = default;
  // Any status is a success. unavailable: nothing was sent. timed_out: it may have arrived.
  // invalid_config: certificates, address. corrupt: an answer beyond the limit. cancelled: stopped,
  // within a second.
  virtual Result<HttpResponse> exchange(const HttpRequest& request) = 0;
};

// Over TLS, always verified; plain http only to this machine. `clock` outlives the wire.
std::unique_ptr<Wire> make_wire(WireSettings settings, const Clock& clock, std::stop_token stop);

}  // namespace upselld::plugins
