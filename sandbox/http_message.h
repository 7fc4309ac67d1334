// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace upselld::sandbox {

// Header lines in their order. Names are compared without regard to case.
class HttpHeaders {
 public:
  // Null: not there.
  const std::string* find(std::string_view name) const;
  std::string_view get(std::string_view name) const;  // empty: not there
  // True when a comma-separated header names `token`, without regard to case.
  bool has_token(std::string_view name, std::string_view token) const;
  void set(std::string_view name, std::string value);
  void add(std::string name, std::string value);
  const std::vector<std::pair<std::string, std::string>>& all() const { return lines_; }

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

using HttpParameters = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string path;  // as sent, still percent-encoded, without the query
  HttpParameters query;
  HttpHeaders headers;
  std::string body;
  int port = 0;  // on which it arrived

  // Null: not there. The first of several.
  const std::string* parameter(std::string_view name) const;
};

// What goes back, and what is done to it on the way.
struct HttpAnswer {
  int status = 200;
  HttpHeaders headers;
  std::string body;
  // The connection is closed after so many bytes of the answer; 0: before the first one.
  std::optional<std::size_t> cut_after_bytes;
  bool chunked = false;
  int delay_ms = 0;
};

// `+` becomes a blank only where `plus_is_blank`. Nothing when an escape is broken.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank);
// "a=b&c=d", as in queries and forms; broken escapes stay as they are.
HttpParameters parse_parameters(std::string_view text);
std::string lower(std::string_view text);
bool equal_without_case(std::string_view a, std::string_view b);
std::vector<std::string> split(std::string_view text, char at);
std::string_view trimmed(std::string_view text);
const char* reason_phrase(int status);
std::string gzipped(std::string_view bytes);
// Nothing when the bytes are no gzip data or decompress to more than `bytes_max`.
std::optional<std::string> gunzipped(std::string_view bytes, std::size_t bytes_max);

}  // namespace upselld::sandbox
