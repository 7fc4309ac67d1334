// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/golden/scripted.h"

namespace upselld::tests {

// What no answer of the case takes gets that of an org that logs in, describes its objects, counts
// nothing and has no records.
class ScriptedOrg final : public ScriptedCrm {
 public:
  // `org` describes the objects in short; see org.json.
  ScriptedOrg(nlohmann::json org, nlohmann::json answers, FakeClock& clock)
      : ScriptedCrm(std::move(answers), clock), org_(std::move(org)) {}

 private:
  HttpResponse made(int status, const std::string& body) const override;
  HttpResponse usual(const HttpRequest& request, const std::string& path) const override;
  bool is_login(const std::string& path) const override { return path.ends_with("/oauth2/token"); }
  nlohmann::json describe(const std::string& object) const;

  nlohmann::json org_;
};

}  // namespace upselld::tests
