// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "sandbox/hubspot/serve.h"
#include "tests/e2e/rehearsed_run.h"

namespace upselld::e2e {

// A HubSpot account of the sandbox on a port of its own, over TLS, with the generated history of a
// folder. Its limits are wide: it measures them in real time, and in a rehearsal nobody waits.
class SandboxPortal {
 public:
  explicit SandboxPortal(const Folder& folder);

  nlohmann::json control(const std::string& name, const nlohmann::json& body) const;
  // A professional account's, also while upselld's waits only move the clock.
  void keep_its_limits() const;
  nlohmann::json counters() const;
  // The last ones: method, path, status, at.
  nlohmann::json requests() const;
  // Records of an object, archived ones too, by id.
  std::map<std::string, nlohmann::json> records(const std::string& object) const;
  const std::string& url() const { return serving_->base_url(); }

 private:
  nlohmann::json look(const std::string& name, const std::string& object) const;

  std::unique_ptr<sandbox::hubspot::Serving> serving_;
};

// upselld set up for it by config/examples/demo-hubspot.yaml, with `write: fields_and_tasks`.
class HubspotRun final : public RehearsedRun {
 public:
  explicit HubspotRun(HistorySize size = {.accounts = 150, .months = 14, .seed = 7});
  const SandboxPortal& portal() const { return portal_; }
  void set_clock(const std::string& time) const override;

 private:
  SandboxPortal portal_;
};

}  // namespace upselld::e2e
