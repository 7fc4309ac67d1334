// SPDX-License-Identifier: Apache-2.0
#include "sandbox/http_connection.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>

namespace upselld::sandbox {
namespace {

constexpr std::size_t kReadBytes = 1 << 16;
constexpr std::size_t kChunkBytes = 4'000;  // of a chunked answer

bool parse_size(std::string_view text, int base, std::size_t& out) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return code == std::errc() && end == text.data() + text.size() && !text.empty();
}

// False: not an HTTP/1 request line.
bool parse_request_line(const std::string& line, HttpRequest& request) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string::npos || first == last) return false;
  if (line.substr(last + 1, 7) != "HTTP/1.") return false;
  request.method = line.substr(0, first);
  const std::string target = line.substr(first + 1, last - first - 1);
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  request.query =
      mark == std::string::npos ? HttpParameters() : parse_parameters(target.substr(mark + 1));
  return !request.path.empty() && request.path[0] == '/';
}

std::string head_of(const HttpAnswer& answer, bool keep_open, bool chunked) {
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", answer.status, reason_phrase(answer.status));
  for (const auto& [name, value] : answer.headers.all()) out += name + ": " + value + "\r\n";
  if (answer.status == 204 || answer.status == 304) {
    // These have no body and no length.
  } else if (chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else {
    out += fmt::format("Content-Length: {}\r\n", answer.body.size());
  }
  out += keep_open ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return out;
}

std::string in_chunks(std::string_view body) {
  std::string out;
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, kChunkBytes);
    out += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
    body.remove_prefix(piece.size());
  }
  return out + "0\r\n\r\n";
}

}  // namespace

HttpConnection::HttpConnection(int socket, ssl_st* session) : socket_(socket), session_(session) {
  if (session_ != nullptr) SSL_set_fd(session_, socket_);
}

HttpConnection::~HttpConnection() {
  if (session_ != nullptr) SSL_free(session_);
}

bool HttpConnection::shake_hands() {
  return session_ == nullptr || SSL_accept(session_) == 1;
}

bool HttpConnection::fill() {
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  }
  const std::size_t had = buffer_.size();
  buffer_.resize(had + kReadBytes);
  const auto got = session_ != nullptr
                       ? SSL_read(session_, buffer_.data() + had, static_cast<int>(kReadBytes))
                       : static_cast<int>(::recv(socket_, buffer_.data() + had, kReadBytes, 0));
  buffer_.resize(had + static_cast<std::size_t>(std::max(got, 0)));
  return got > 0;
}

bool HttpConnection::read_line(std::string& line, std::size_t bytes_max) {
  for (;;) {
    const std::size_t end = buffer_.find('\n', at_);
    if (end != std::string::npos) {
      line = buffer_.substr(at_, end - at_);
      if (line.ends_with('\r')) line.pop_back();
      at_ = end + 1;
      return true;
    }
    if (buffer_.size() - at_ > bytes_max || !fill()) return false;
  }
}

bool HttpConnection::read_exactly(std::string& out, std::size_t count) {
  while (buffer_.size() - at_ < count) {
    if (!fill()) return false;
  }
  out.append(buffer_, at_, count);
  at_ += count;
  return true;
}

bool HttpConnection::read_chunks(std::string& out) {
  std::string line;
  for (;;) {
    std::size_t size = 0;
    if (!read_line(line, 1'024)) return false;
    if (!parse_size(trimmed(std::string_view(line).substr(0, line.find(';'))), 16, size)) {
      return false;
    }
    if (out.size() + size > kHttpBodyBytesMax || !read_exactly(out, size)) return false;
    if (!read_line(line, 1'024)) return false;
    if (size == 0) return true;
  }
}

HttpConnection::Read HttpConnection::read(HttpRequest& request, int& refusal) {
  std::string line;
  refusal = 0;
  if (!read_line(line, 4 * kHttpHeadBytesMax)) {
    if (buffer_.size() - at_ > kHttpTargetBytesMax) refusal = 414;
    return refusal == 0 ? Read::closed : Read::broken;
  }
  request = {};
  std::size_t head_bytes = line.size();
  if (!parse_request_line(line, request)) {
    refusal = 400;
    return Read::broken;
  }
  const bool target_fits = line.size() - request.method.size() <= kHttpTargetBytesMax;
  for (;;) {
    if (!read_line(line, 4 * kHttpHeadBytesMax)) return Read::closed;
    if (line.empty()) break;
    head_bytes += line.size() + 2;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) {
      refusal = 400;
      return Read::broken;
    }
    request.headers.add(line.substr(0, colon),
                        std::string(trimmed(std::string_view(line).substr(colon + 1))));
  }
  if (!target_fits) refusal = 414;
  if (refusal == 0 && head_bytes > kHttpHeadBytesMax) refusal = 431;
  return refusal != 0 ? Read::broken : read_body(request, refusal);
}

HttpConnection::Read HttpConnection::read_body(HttpRequest& request, int& refusal) {
  if (request.headers.has_token("Expect", "100-continue")) {
    send_all("HTTP/1.1 100 Continue\r\n\r\n");
  }
  std::size_t length = 0;
  if (request.headers.has_token("Transfer-Encoding", "chunked")) {
    if (!read_chunks(request.body)) return Read::closed;
  } else if (const std::string* text = request.headers.find("Content-Length")) {
    if (!parse_size(*text, 10, length) || length > kHttpBodyBytesMax) {
      refusal = length > kHttpBodyBytesMax ? 413 : 400;
      return Read::broken;
    }
    if (!read_exactly(request.body, length)) return Read::closed;
  }
  if (request.headers.has_token("Content-Encoding", "gzip")) {
    auto plain = gunzipped(request.body, kHttpBodyBytesMax);
    if (!plain) {
      refusal = 400;
      return Read::broken;
    }
    request.body = std::move(*plain);
  }
  return Read::request;
}

bool HttpConnection::send_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const int piece = static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20));
    const int sent = session_ != nullptr
                         ? SSL_write(session_, bytes.data(), piece)
                         : static_cast<int>(::send(socket_, bytes.data(),
                                                   static_cast<std::size_t>(piece), MSG_NOSIGNAL));
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool HttpConnection::write(const HttpAnswer& answer, bool keep_open, bool head_only) {
  const bool bodiless = answer.status == 204 || answer.status == 304 || head_only;
  const bool chunked = answer.chunked && !bodiless;
  std::string bytes = head_of(answer, keep_open, chunked);
  if (!bodiless) bytes += chunked ? in_chunks(answer.body) : answer.body;
  if (answer.cut_after_bytes) {
    send_all(std::string_view(bytes).substr(0, *answer.cut_after_bytes));
    return false;
  }
  return send_all(bytes);
}

}  // namespace upselld::sandbox
