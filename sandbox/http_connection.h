// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sandbox/http_message.h"

struct ssl_st;

namespace upselld::sandbox {

// What one side of a connection may weigh.
inline constexpr std::size_t kHttpTargetBytesMax = 16'384;
inline constexpr std::size_t kHttpHeadBytesMax = 16'384;  // target and headers together
inline constexpr std::size_t kHttpBodyBytesMax = 160'000'000;

// One accepted socket, plain or TLS. Used by its own thread only, but for shutdown() of the socket.
class HttpConnection {
 public:
  // Takes `session` (null: plain) and leaves the socket to its owner.
  HttpConnection(int socket, ssl_st* session);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // False: no TLS with this client.
  bool shake_hands();

  enum class Read { request, closed, broken };
  // `broken`: `refusal` holds the status to answer before the connection ends.
  Read read(HttpRequest& request, int& refusal);
  // False: the client is gone, or the answer was to be cut. `head_only`: no body is sent.
  bool write(const HttpAnswer& answer, bool keep_open, bool head_only);

 private:
  bool fill();
  bool read_line(std::string& line, std::size_t bytes_max);
  bool read_exactly(std::string& out, std::size_t count);
  bool read_chunks(std::string& out);
  Read read_body(HttpRequest& request, int& refusal);
  bool send_all(std::string_view bytes);

  int socket_;
  ssl_st* session_;
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace upselld::sandbox
