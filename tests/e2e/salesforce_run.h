// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sandbox/salesforce/serve.h"
#include "tests/e2e/programs.h"

namespace upselld::e2e {

// An org of the sandbox on a port of its own, over TLS, with a generated history, and upselld set
// up for it by config/examples/demo-salesforce.yaml, with `write: fields_and_tasks`. Both live in
// the time that the file `clock` holds.
class SalesforceRun {
 public:
  explicit SalesforceRun(HistorySize size = {.accounts = 150, .months = 14, .seed = 7},
                         sandbox::ServerCertificate certificate = sandbox::ServerCertificate::good);
  ~SalesforceRun();
  SalesforceRun(const SalesforceRun&) = delete;
  SalesforceRun& operator=(const SalesforceRun&) = delete;

  // Runs upselld; `input` is its standard input.
  Ended upselld(const std::vector<std::string>& arguments, const std::string& input = {}) const;
  // With other settings of this folder.
  Ended upselld_with(const std::string& settings, const std::vector<std::string>& arguments,
                     const std::string& input = {}) const;
  // The same with --json and an exit code that is not a failure.
  nlohmann::json answer(std::vector<std::string> arguments) const;
  // Makes our fields as the org's admin.
  Ended prepare(std::vector<std::string> more = {}) const;
  std::string admin_session() const;

  nlohmann::json control(const std::string& name, const nlohmann::json& body) const;
  nlohmann::json counters() const;
  // Records of an object, deleted ones too, as the API would write their fields.
  std::vector<nlohmann::json> records(const std::string& object) const;
  // Of an object by id; fails the test when there is none.
  nlohmann::json record(const std::string& object, const std::string& id) const;

  void set_clock(const std::string& time) const;
  std::string clock() const { return folder_.read("clock"); }
  void edit_settings(const std::string& from, const std::string& to) const;
  const Folder& folder() const { return folder_; }
  const std::string& url() const { return serving_->instance_url(); }

  // A weekday after the generated history, after the hour of tasks.
  static constexpr const char* kMonday = "2026-11-02T09:00:00Z";

 private:
  sandbox::HttpRequest request(const std::string& method, const std::string& name) const;

  Folder folder_;
  std::unique_ptr<sandbox::salesforce::Serving> serving_;
};

}  // namespace upselld::e2e
