// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/support/fake_host.h"

namespace upselld::tests {

// A CRM that answers by a list: each answer of the case serves the requests whose "METHOD path
// body" it is part of, in the order of the list, once or as often as it says. What no answer of the
// case takes gets that of a small well-behaved CRM. All requests are written down, decoded.
class ScriptedCrm : public Transport {
 public:
  ScriptedCrm(nlohmann::json answers, FakeClock& clock)
      : clock_(clock), answers_(std::move(answers)) {}

  Result<HttpResponse> send(const HttpRequest& request) override;
  std::vector<std::string> take_lines() { return std::exchange(lines_, {}); }
  // Answers of the case that were never asked for.
  std::vector<std::string> unused() const;

 protected:
  // With the headers that every answer of this CRM has.
  virtual HttpResponse made(int status, const std::string& body) const = 0;
  virtual HttpResponse usual(const HttpRequest& request, const std::string& path) const = 0;
  // Where logins end: their bodies hold nothing but secrets.
  virtual bool is_login(const std::string& path) const = 0;

  FakeClock& clock_;

 private:
  Result<HttpResponse> scripted(nlohmann::json& answer);

  nlohmann::json answers_;
  std::vector<std::string> lines_;
};

class ScriptedHost final : public Host {
 public:
  explicit ScriptedHost(std::filesystem::path scratch) : scratch_(std::move(scratch)) {
    fake_clock.time = Instant{1'795'348'800'000};  // 2026-11-22T12:00:00Z
  }
  FakeClock fake_clock;
  // Outlives the host's last use.
  void give(ScriptedCrm& crm) { crm_ = &crm; }
  ScriptedCrm& crm() { return *crm_; }
  Transport& transport() override { return *crm_; }
  const Clock& clock() const override { return fake_clock; }
  FakeLog& log() override { return log_; }
  const std::filesystem::path& scratch_dir() const override { return scratch_; }
  std::stop_token stop() const override { return stopper_.get_token(); }

 private:
  FakeLog log_;
  std::filesystem::path scratch_;
  std::stop_source stopper_;
  ScriptedCrm* crm_ = nullptr;
};

// "%2C" back to ",".
std::string decoded(std::string_view text);

}  // namespace upselld::tests
