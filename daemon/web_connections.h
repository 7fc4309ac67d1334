// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "core/host.h"
#include "core/result.h"

namespace upselld::daemon {

// What one client may cost.
struct WebLimits {
  std::size_t connections_max = 128;  // when full, the slowest request makes room
  std::size_t head_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 64 * 1024;
  Duration reading = seconds(10);  // from the first byte to the last of a request
  Duration writing = seconds(60);
  Duration parting = seconds(1);  // for the client to take the last bytes
  unsigned threads = 4;           // that answer
};

// The sockets of the web server. Requests are gathered whole by one thread, within limits and
// times, before anybody looks at them: a slow client costs a socket and no thread. One request for
// each connection; what follows it is not read.
class WebConnections {
 public:
  // A request's bytes, as far as its head said that there are more; the answer's bytes. Called by
  // several threads at once.
  using Answerer = std::function<std::string(const std::string& request, const std::string& peer)>;

  // Port 0: any that is free. `clock` outlives the object; only its steady time is used. Nobody is
  // answered before serve().
  static Result<std::unique_ptr<WebConnections>> listen(const std::string& address, int port,
                                                        const WebLimits& limits, const Clock& clock,
                                                        Answerer answerer);
  // Ends all connections; answers that are being made are waited for.
  virtual ~WebConnections() = default;

  virtual int port() const = 0;
  // Once.
  virtual void serve() = 0;
};

// Where a request stands that began to arrive.
enum class Arrival { unfinished, whole, head_too_long, body_too_long, garbage };
struct Arrived {
  Arrival what = Arrival::unfinished;
  std::size_t bytes = 0;  // of the request, when it is whole; the rest is none of it
};
Arrived arrived(const std::string& bytes, const WebLimits& limits);

}  // namespace upselld::daemon
