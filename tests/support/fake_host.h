// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/host.h"

// The world as a test wants it: time moves when the test moves it, nothing is sent.
namespace upselld::tests {

// A folder that is gone when the test is.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "upselld-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  std::filesystem::path write(const std::string& name, std::string_view bytes) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }
  void append(const std::string& name, std::string_view bytes) const {
    std::ofstream(path_ / name, std::ios::binary | std::ios::app) << bytes;
  }
  std::string read(const std::string& name) const {
    std::ifstream in(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path path_;
};

class FakeClock final : public Clock {
 public:
  // Far from the day the test runs on, so that files made by the test are old.
  Instant time{Day::of_civil(2100, 1, 1).number * std::int64_t{86'400'000}};
  Instant now() const override { return time; }
  Duration steady() const override { return time - Instant{0}; }
};

class FakeLog final : public Log {
 public:
  std::vector<std::string> lines;
  void write(LogLevel, std::string_view message) override { lines.emplace_back(message); }
};

class NoTransport final : public Transport {
 public:
  Result<HttpResponse> send(const HttpRequest&) override {
    return Error{ErrorKind::unavailable, "send: there is no network here", {}};
  }
};

class FakeHost final : public Host {
 public:
  explicit FakeHost(std::filesystem::path scratch_dir) : scratch_dir_(std::move(scratch_dir)) {}
  FakeClock fake_clock;
  FakeLog fake_log;
  std::stop_source stopper;

  // For a connector that has somebody to talk to; outlives the host's last use.
  void give(Transport& transport) { given_ = &transport; }
  Transport& transport() override { return given_ == nullptr ? transport_ : *given_; }
  const Clock& clock() const override { return fake_clock; }
  Log& log() override { return fake_log; }
  const std::filesystem::path& scratch_dir() const override { return scratch_dir_; }
  std::stop_token stop() const override { return stopper.get_token(); }

 private:
  NoTransport transport_;
  Transport* given_ = nullptr;
  std::filesystem::path scratch_dir_;
};

}  // namespace upselld::tests
