// SPDX-License-Identifier: Apache-2.0
#include "sandbox/http_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <list>
#include <mutex>
#include <thread>

#include "sandbox/http_connection.h"

namespace upselld::sandbox {
namespace {

constexpr int kBacklog = 64;
constexpr std::size_t kGzipLeastBytes = 200;

HttpAnswer refused(int status) {
  HttpAnswer answer;
  answer.status = status;
  answer.headers.set("Content-Type", "text/html");
  answer.body =
      fmt::format("<html><head><title>{0} {1}</title></head><body><h1>{1}</h1></body></html>",
                  status, reason_phrase(status));
  return answer;
}

void pack(const HttpRequest& request, HttpAnswer& answer) {
  if (answer.body.size() < kGzipLeastBytes || answer.headers.find("Content-Encoding") != nullptr ||
      !request.headers.has_token("Accept-Encoding", "gzip")) {
    return;
  }
  answer.body = gzipped(answer.body);
  answer.headers.set("Content-Encoding", "gzip");
  answer.headers.set("Vary", "Accept-Encoding");
}

class Server final : public HttpServer {
 public:
  Server(int listener, int port, const Options& options, Handler handler)
      : listener_(listener), port_(port), options_(options), handler_(std::move(handler)) {
    acceptor_ = std::thread([this] { accept_all(); });
  }

  ~Server() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      for (const Peer& peer : peers_) ::shutdown(peer.socket, SHUT_RDWR);
    }
    stopped_.notify_all();
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    for (Peer& peer : peers_) {
      peer.thread.join();
      ::close(peer.socket);
    }
  }

  int port() const override { return port_; }

 private:
  struct Peer {
    int socket = -1;
    std::thread thread;
    bool done = false;
  };

  void accept_all() {
    for (;;) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const std::lock_guard lock(mutex_);
      if (stopping_) {
        if (socket >= 0) ::close(socket);
        return;
      }
      if (socket < 0) continue;
      forget_ended();
      if (static_cast<int>(peers_.size()) >= options_.connections_max) {
        ::close(socket);
        continue;
      }
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      Peer& peer = peers_.emplace_back();
      peer.socket = socket;
      peer.thread = std::thread([this, &peer] { serve(peer); });
    }
  }

  void forget_ended() {
    for (auto peer = peers_.begin(); peer != peers_.end();) {
      if (!peer->done) {
        ++peer;
        continue;
      }
      peer->thread.join();
      ::close(peer->socket);
      peer = peers_.erase(peer);
    }
  }

  void serve(Peer& peer) {
    {
      HttpConnection connection(peer.socket, options_.tls ? options_.tls->new_session() : nullptr);
      while (connection.shake_hands() && serve_one(connection)) {
      }
    }
    // The client must see the end now; the descriptor itself is closed by its owner.
    ::shutdown(peer.socket, SHUT_RDWR);
    const std::lock_guard lock(mutex_);
    peer.done = true;
  }

  bool serve_one(HttpConnection& connection) {
    HttpRequest request;
    int refusal = 0;
    switch (connection.read(request, refusal)) {
      case HttpConnection::Read::closed:
        return false;
      case HttpConnection::Read::broken:
        connection.write(refused(refusal), /*keep_open=*/false, /*head_only=*/false);
        return false;
      case HttpConnection::Read::request:
        break;
    }
    request.port = port_;
    HttpAnswer answer = handler_(request);
    pack(request, answer);
    if (answer.delay_ms > 0 && !waited(answer.delay_ms)) return false;
    const bool keep_open = !request.headers.has_token("Connection", "close");
    return connection.write(answer, keep_open, request.method == "HEAD") && keep_open;
  }

  // False: the server is being stopped.
  bool waited(int delay_ms) {
    std::unique_lock lock(mutex_);
    return !stopped_.wait_for(lock, std::chrono::milliseconds(delay_ms),
                              [this] { return stopping_; });
  }

  int listener_;
  int port_;
  Options options_;
  Handler handler_;
  std::thread acceptor_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  std::list<Peer> peers_;
  bool stopping_ = false;
};

Error failed(int port, const char* doing) {
  return Error{
      ErrorKind::io, fmt::format("{} 127.0.0.1:{}: {}", doing, port, std::strerror(errno)), {}};
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const Options& options, Handler handler) {
  // A client that hangs up while OpenSSL writes to it must not end the whole org.
  std::signal(SIGPIPE, SIG_IGN);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return failed(options.port, "open a socket for");
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(options.port));
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, kBacklog) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    const Error error = failed(options.port, "listen on");
    ::close(listener);
    return error;
  }
  return std::unique_ptr<HttpServer>(
      new Server(listener, ntohs(address.sin_port), options, std::move(handler)));
}

}  // namespace upselld::sandbox
