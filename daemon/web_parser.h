// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/web_request.h"

namespace upselld::daemon {

// Between bytes and requests. The library reads heads and writes answers; sockets, bodies and
// routes are ours: its own wait in a thread for each client, and match paths by regular
// expressions.
class WebParser {
 public:
  // Is asked by several threads at once. What it throws is a 500.
  using Answerer = std::function<WebAnswer(WebRequest request)>;

  explicit WebParser(Answerer answerer);
  ~WebParser();

  // The answer's bytes to a request that has come whole (see arrived() of web_connections.h). What
  // is no request is refused without asking. Any thread may call it.
  std::string answer(const std::string& bytes, const std::string& peer);

 private:
  class Library;
  std::unique_ptr<Library> library_;
};

}  // namespace upselld::daemon
