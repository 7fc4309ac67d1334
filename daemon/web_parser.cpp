// SPDX-License-Identifier: Apache-2.0
#include "daemon/web_parser.h"

#include <httplib.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace upselld::daemon {
namespace {

// A request that has come whole, and the answer that grows.
class Bytes : public httplib::Stream {
 public:
  Bytes(const std::string& in, const std::string& peer) : in_(in), peer_(peer) {}

  bool is_readable() const override { return at_ < in_.size(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, size_t size) override {
    const std::size_t count = std::min(size, in_.size() - at_);
    std::memcpy(to, in_.data() + at_, count);
    at_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* from, size_t size) override {
    out_.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = peer_;
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  socket_t socket() const override { return -1; }
  std::string take() { return std::move(out_); }

 private:
  const std::string& in_;
  const std::string& peer_;
  std::size_t at_ = 0;
  std::string out_;
};

WebRequest request_of(const httplib::Request& from) {
  WebRequest request;
  request.method = from.method == "HEAD" ? "GET" : from.method;
  request.path = from.path;
  for (const auto& [name, value] : from.params) request.query.try_emplace(name, value);
  for (const auto& [name, value] : from.headers) {
    std::string lowered = name;
    for (char& c : lowered) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    request.headers.try_emplace(lowered, value);
  }
  request.body = from.body;
  request.peer = from.remote_addr;
  return request;
}

}  // namespace

class WebParser::Library : public httplib::Server {
 public:
  explicit Library(Answerer answerer) : answerer_(std::move(answerer)) {
    set_exception_handler([](const httplib::Request&, httplib::Response& to, std::exception_ptr) {
      to.status = 500;
    });
    set_pre_routing_handler([this](const httplib::Request& from, httplib::Response& to) {
      WebAnswer answer = answerer_(request_of(from));
      to.status = answer.status;
      for (const auto& [name, value] : answer.headers) to.headers.emplace(name, value);
      to.body = std::move(answer.body);
      to.headers.emplace("Content-Type", answer.type);
      return HandlerResponse::Handled;
    });
  }

  std::string answer(const std::string& bytes, const std::string& peer) {
    Bytes stream(bytes, peer);
    bool closed = false;
    const std::size_t head = bytes.find("\r\n\r\n");
    process_request(stream, /*close_connection=*/true, closed, [&](httplib::Request& request) {
      request.body = bytes.substr(std::min(head + 4, bytes.size()));
    });
    return stream.take();
  }

 private:
  const Answerer answerer_;
};

WebParser::WebParser(Answerer answerer)
    : library_(std::make_unique<Library>(std::move(answerer))) {}
WebParser::~WebParser() = default;

std::string WebParser::answer(const std::string& bytes, const std::string& peer) {
  return library_->answer(bytes, peer);
}

}  // namespace upselld::daemon
