// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "core/result.h"
#include "sandbox/http_message.h"
#include "sandbox/http_tls.h"

namespace upselld::sandbox {

// An HTTP/1.1 server on one port of 127.0.0.1, plain or TLS, one thread per connection. Written for
// the sandbox because it must do what a decent server cannot: take a target of 16 KiB, send a
// broken answer, close the connection after any number of bytes.
class HttpServer {
 public:
  // Called by many threads at a time.
  using Handler = std::function<HttpAnswer(const HttpRequest&)>;

  struct Options {
    int port = 0;                      // 0: any free one
    const TlsIdentity* tls = nullptr;  // null: plain; outlives the server
    int connections_max = 64;          // more are closed at once
  };
  // A port in use or forbidden: io.
  static Result<std::unique_ptr<HttpServer>> start(const Options& options, Handler handler);
  // Ends all connections and waits for their threads.
  virtual ~HttpServer() = default;
  virtual int port() const = 0;
};

}  // namespace upselld::sandbox
