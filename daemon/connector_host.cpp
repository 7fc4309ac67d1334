// SPDX-License-Identifier: Apache-2.0
#include "daemon/connector_host.h"

#include <cstdio>
#include <utility>

namespace upselld::daemon {
namespace {

class StderrLog : public Log {
 public:
  StderrLog(std::string connection, bool quiet)
      : connection_(std::move(connection)), quiet_(quiet) {}

  void write(LogLevel level, std::string_view message) override {
    if (level == LogLevel::debug || (quiet_ && level == LogLevel::info)) return;
    const char* word = "info";
    if (level == LogLevel::warning) word = "warning";
    if (level == LogLevel::error) word = "error";
    std::string line = std::string(word) + ": " + connection_ + ": ";
    // Text of a CRM must not move the cursor or colour a terminal.
    for (const char c : message.substr(0, 2000)) {
      const auto byte = static_cast<unsigned char>(c);
      line += byte < 0x20 || byte == 0x7f ? '?' : c;
    }
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
  }

 private:
  std::string connection_;
  bool quiet_;
};

class RefusingTransport : public Transport {
 public:
  Result<HttpResponse> send(const HttpRequest&) override {
    return Error{ErrorKind::unsupported, "this connection has no network", {}};
  }
};

class ConnectorHost : public Host {
 public:
  ConnectorHost(const std::string& connection, const Clock& clock,
                std::filesystem::path scratch_dir, std::stop_token stop, bool quiet)
      : clock_(clock),
        log_(make_stderr_log(connection, quiet)),
        scratch_dir_(std::move(scratch_dir)),
        stop_(std::move(stop)) {}

  Transport& transport() override { return transport_; }
  const Clock& clock() const override { return clock_; }
  Log& log() override { return *log_; }
  const std::filesystem::path& scratch_dir() const override { return scratch_dir_; }
  std::stop_token stop() const override { return stop_; }

 private:
  const Clock& clock_;
  std::unique_ptr<Log> log_;
  std::filesystem::path scratch_dir_;
  std::stop_token stop_;
  RefusingTransport transport_;
};

}  // namespace

std::unique_ptr<Log> make_stderr_log(const std::string& connection, bool quiet) {
  return std::make_unique<StderrLog>(connection, quiet);
}

std::unique_ptr<Host> make_host(const std::string& connection, const Clock& clock,
                                const std::filesystem::path& scratch_dir, std::stop_token stop,
                                bool quiet) {
  return std::make_unique<ConnectorHost>(connection, clock, scratch_dir, std::move(stop), quiet);
}

}  // namespace upselld::daemon
