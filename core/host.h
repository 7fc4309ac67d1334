// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/instant.h"
#include "core/result.h"

namespace upselld {

// The only door to wall time. Server-corrected where a CRM tells its own.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  // Never goes back; only differences mean anything.
  virtual Duration steady() const = 0;
};

enum class LogLevel { debug, info, warning, error };

// One line per event. Ids, never names; texts are escaped by the sink.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message) = 0;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // absolute; https, or http to loopback
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool repeatable = true;  // false: never sent twice by the transport itself
  // 429 is given out at once: the caller knows the limits of the API, and which of them it met.
  bool judges_limits = false;
  bool is_write = false;  // paid from the share of the budget that is kept for writes
  // Let this time pass first: how a connector tries again later without sleeping.
  Duration wait_before = {};
};
struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
};

// HTTP with TLS, retry, pacing, redaction and budget already applied. Honours deadline and stop
// within one second.
class Transport {
 public:
  virtual ~Transport() = default;
  // Any HTTP status is a success here; no answer is an error (timed_out when the request may have
  // arrived).
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

// What a connector may use of the world. Outlives the connector.
class Host {
 public:
  virtual ~Host() = default;
  virtual Transport& transport() = 0;
  virtual const Clock& clock() const = 0;
  virtual Log& log() = 0;
  // A private folder that may vanish between runs.
  virtual const std::filesystem::path& scratch_dir() const = 0;
  virtual std::stop_token stop() const = 0;
};

}  // namespace upselld
