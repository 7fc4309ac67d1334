// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sandbox/salesforce/serve.h"
#include "tests/e2e/rehearsed_run.h"

namespace upselld::e2e {

// An org of the sandbox on a port of its own, over TLS, and upselld set up for it by
// config/examples/demo-salesforce.yaml, with `write: fields_and_tasks`.
class SalesforceRun final : public RehearsedRun {
 public:
  explicit SalesforceRun(HistorySize size = {.accounts = 150, .months = 14, .seed = 7},
                         sandbox::ServerCertificate certificate = sandbox::ServerCertificate::good);

  // Makes our fields as the org's admin.
  Ended prepare(std::vector<std::string> more = {}) const;
  std::string admin_session() const;

  nlohmann::json control(const std::string& name, const nlohmann::json& body) const;
  nlohmann::json counters() const;
  // Records of an object, deleted ones too, as the API would write their fields.
  std::vector<nlohmann::json> records(const std::string& object) const;
  // Of an object by id; fails the test when there is none.
  nlohmann::json record(const std::string& object, const std::string& id) const;

  void set_clock(const std::string& time) const override;
  const std::string& url() const { return serving_->instance_url(); }

 private:
  sandbox::HttpRequest request(const std::string& method, const std::string& name) const;

  std::unique_ptr<sandbox::salesforce::Serving> serving_;
};

}  // namespace upselld::e2e
