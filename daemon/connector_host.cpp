// SPDX-License-Identifier: Apache-2.0
#include "daemon/connector_host.h"

#include <atomic>
#include <cstdio>
#include <utility>

#include "core/time_zone.h"
#include "plugins/http/transport.h"
#include "plugins/http/wire.h"

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

// Waits as the daemon does, so that a rehearsal's clock moves.
class ClockPauser : public plugins::Pauser {
 public:
  ClockPauser(const WaitableClock& clock, Progress& progress, std::stop_token stop)
      : clock_(clock), progress_(progress), stop_(std::move(stop)) {}
  bool pause(Duration time) override {
    progress_.step();
    return clock_.wait_until(clock_.now() + time, stop_);
  }

 private:
  const WaitableClock& clock_;
  Progress& progress_;
  std::stop_token stop_;
};

class BudgetMeter : public plugins::CallMeter {
 public:
  BudgetMeter(const Clock& clock, Progress& progress) : clock_(clock), progress_(progress) {}
  void count_against(store::Budget& budget) { budget_ = &budget; }
  std::int64_t calls() const { return calls_; }
  std::optional<store::BudgetStatus> status() const {
    if (budget_ == nullptr) return std::nullopt;
    auto known = budget_->status(today());
    return known ? std::optional(std::move(*known)) : std::nullopt;
  }
  Instant resets_at() const { return Instant{(today() + 1).number * days(1).ms}; }

  Result<void> take(bool is_write) override {
    if (budget_ != nullptr) {
      const auto use = is_write ? store::BudgetUse::write : store::BudgetUse::read;
      auto paid = budget_->take(use, today(), resets_at());
      if (!paid) return paid;
    }
    ++calls_;
    progress_.step();
    return {};
  }
  void told(const plugins::ReportedUsage& usage) override {
    if (budget_ == nullptr) return;
    // What cannot be noted now is told again with the next answer.
    static_cast<void>(budget_->report(today(), {{}, usage.used, usage.limit}));
  }

 private:
  Day today() const { return TimeZone::utc().day_of(clock_.now()); }

  const Clock& clock_;
  Progress& progress_;
  store::Budget* budget_ = nullptr;
  // Read by the thread that reports while another one pulls.
  std::atomic<std::int64_t> calls_ = 0;
};

class NetworkHost : public ConnectorHost {
 public:
  NetworkHost(const HostSettings& settings, const WaitableClock& clock, Progress& progress,
              std::stop_token stop)
      : clock_(clock),
        log_(make_stderr_log(settings.connection, settings.quiet)),
        scratch_dir_(settings.scratch_dir),
        stop_(std::move(stop)),
        wire_(plugins::make_wire({.ca_file = settings.ca_file}, clock_, stop_)),
        pauser_(clock, progress, stop_),
        meter_(clock_, progress),
        transport_(plugins::make_transport(*wire_, {}, clock_, pauser_, *log_, &meter_)) {}

  Transport& transport() override { return *transport_; }
  const Clock& clock() const override { return clock_; }
  Log& log() override { return *log_; }
  const std::filesystem::path& scratch_dir() const override { return scratch_dir_; }
  std::stop_token stop() const override { return stop_; }
  void count_against(store::Budget& budget) override { meter_.count_against(budget); }
  std::int64_t calls() const override { return meter_.calls(); }
  std::optional<store::BudgetStatus> budget() const override { return meter_.status(); }
  Instant budget_resets_at() const override { return meter_.resets_at(); }

 private:
  const Clock& clock_;
  std::unique_ptr<Log> log_;
  std::filesystem::path scratch_dir_;
  std::stop_token stop_;
  std::unique_ptr<plugins::Wire> wire_;
  ClockPauser pauser_;
  BudgetMeter meter_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace

std::unique_ptr<Log> make_stderr_log(const std::string& connection, bool quiet) {
  return std::make_unique<StderrLog>(connection, quiet);
}

std::unique_ptr<ConnectorHost> make_host(const HostSettings& settings, const WaitableClock& clock,
                                         Progress& progress, std::stop_token stop) {
  return std::make_unique<NetworkHost>(settings, clock, progress, std::move(stop));
}

}  // namespace upselld::daemon
