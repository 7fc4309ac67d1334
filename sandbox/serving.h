// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <memory>
#include <mutex>
#include <string>

#include "core/result.h"
#include "sandbox/http_server.h"
#include "sandbox/http_tls.h"
#include "sandbox/virtual_clock.h"

// What serving a CRM needs whichever it is.
namespace upselld::sandbox {

struct ServeOptions {
  int port = 0;  // the CRM's own address; 0: any free one
  int control_port = 0;
  bool tls = false;
  ServerCertificate server_certificate = ServerCertificate::good;
  std::string data;   // a folder; empty: a CRM without records
  std::string clock;  // a time at which the clock stands still; empty: it runs from now
  // A file that holds the time, as $UPSELLD_CLOCK names one: read before each request, so that the
  // CRM and the daemon live in one time.
  std::string clock_file;
  std::uint64_t seed = 1;
  std::string out;        // folder for authority.pem and sandbox.json; empty: none are written
  std::string exchanges;  // file for every request and its answer; empty: none is written
};

Result<std::string> text_of(const std::string& path);
// Makes the folder; the file is its owner's alone.
Result<void> write_text(const std::string& folder, const std::string& name,
                        const std::string& text);

// A clock as the options want it, and the file it follows.
class ServedClock {
 public:
  // invalid_config: what is given is no time.
  static Result<std::unique_ptr<ServedClock>> start(const ServeOptions& options);
  VirtualClock& clock() { return clock_; }
  // Takes over the time of the file, where there is one and it can be read.
  void follow_file();

 private:
  ServedClock(Instant at, std::string file) : clock_(at), file_(std::move(file)) {}
  VirtualClock clock_;
  std::string file_;
};

// Every request with its answer, a JSON object per line: method, path, query, status, and the
// bodies as JSON where they are. Without headers and what else is secret: in exchanges of logins
// each text that may be one is "<secret>". Safe to share between threads.
class ExchangeLog {
 public:
  // An empty path: nothing is written.
  static Result<std::unique_ptr<ExchangeLog>> open(const std::string& path);
  void note(const HttpRequest& request, const HttpAnswer& answer);

 private:
  std::mutex mutex_;
  std::ofstream out_;
};

}  // namespace upselld::sandbox
