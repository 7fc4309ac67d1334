// SPDX-License-Identifier: Apache-2.0
#include "daemon/web_server.h"

#include <utility>

#include "daemon/web_pages.h"
#include "daemon/web_parser.h"

namespace upselld::daemon {
namespace {

class Listening : public WebServer {
 public:
  Listening(const WebSettings& settings, const std::filesystem::path& state,
            const Invocation& invocation, ServiceDoor& door, const Clock& clock)
      : invocation_(invocation),
        access_(settings, state, clock),
        pages_(access_, door, invocation_, clock),
        parser_([this](WebRequest request) { return pages_.answer(std::move(request)); }) {}

  Result<void> listen(const WebSettings& settings, const Clock& clock, const WebLimits& limits) {
    auto opened = WebConnections::listen(settings.address, settings.port, limits, clock,
                                         [this](const std::string& bytes, const std::string& peer) {
                                           return parser_.answer(bytes, peer);
                                         });
    if (!opened) return opened.error();
    connections_ = std::move(*opened);
    if (const auto ready = access_.open(connections_->port()); !ready) return ready;
    connections_->serve();
    return {};
  }
  int port() const override { return connections_->port(); }

 private:
  const Invocation invocation_;
  WebAccess access_;
  WebPages pages_;
  WebParser parser_;
  std::unique_ptr<WebConnections> connections_;  // last: ends before what its threads use
};

}  // namespace

Result<std::unique_ptr<WebServer>> WebServer::start(const WebSettings& settings,
                                                    const std::filesystem::path& state,
                                                    const Invocation& invocation, ServiceDoor& door,
                                                    const Clock& clock, const WebLimits& limits) {
  auto server = std::make_unique<Listening>(settings, state, invocation, door, clock);
  if (const auto listening = server->listen(settings, clock, limits); !listening) {
    return in_context("web server", listening.error());
  }
  return std::unique_ptr<WebServer>(std::move(server));
}

}  // namespace upselld::daemon
