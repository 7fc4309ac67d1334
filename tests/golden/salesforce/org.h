// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/support/fake_host.h"

namespace upselld::tests {

// An org that answers by a list: each answer of the case serves the requests whose "METHOD path" it
// is part of, in the order of the list, once or as often as it says. What no answer of the case
// takes gets that of a small well-behaved org: it logs in, describes its objects, counts nothing
// and has no records. All requests are written down, decoded.
class ScriptedOrg final : public Transport {
 public:
  // `org` describes the objects in short; see org.json.
  ScriptedOrg(nlohmann::json org, nlohmann::json answers, FakeClock& clock)
      : org_(std::move(org)), answers_(std::move(answers)), clock_(clock) {}

  Result<HttpResponse> send(const HttpRequest& request) override;
  std::vector<std::string> take_lines() { return std::exchange(lines_, {}); }
  // Answers of the case that were never asked for.
  std::vector<std::string> unused() const;

 private:
  Result<HttpResponse> scripted(nlohmann::json& answer);
  HttpResponse usual(const HttpRequest& request, const std::string& path) const;
  nlohmann::json describe(const std::string& object) const;
  HttpResponse made(int status, const std::string& body) const;

  nlohmann::json org_, answers_;
  FakeClock& clock_;
  std::vector<std::string> lines_;
};

class OrgHost final : public Host {
 public:
  OrgHost(std::filesystem::path scratch, nlohmann::json org, nlohmann::json answers)
      : scratch_(std::move(scratch)), org_(std::move(org), std::move(answers), clock_) {
    clock_.time = Instant{1'795'348'800'000};  // 2026-11-22T12:00:00Z
  }
  Transport& transport() override { return org_; }
  const Clock& clock() const override { return clock_; }
  FakeLog& log() override { return log_; }
  const std::filesystem::path& scratch_dir() const override { return scratch_; }
  std::stop_token stop() const override { return stopper_.get_token(); }
  ScriptedOrg& org() { return org_; }

 private:
  FakeClock clock_;
  FakeLog log_;
  std::filesystem::path scratch_;
  std::stop_source stopper_;
  ScriptedOrg org_;
};

// "%2C" back to ",".
std::string decoded(std::string_view text);

}  // namespace upselld::tests
