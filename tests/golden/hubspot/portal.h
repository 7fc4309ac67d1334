// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/golden/scripted.h"

namespace upselld::tests {

// What no answer of the case takes gets that of an account without records that has our
// properties and two owners.
class ScriptedPortal final : public ScriptedCrm {
 public:
  // `portal` lists properties by object in short; see portal.json.
  ScriptedPortal(nlohmann::json portal, nlohmann::json answers, FakeClock& clock)
      : ScriptedCrm(std::move(answers), clock), portal_(std::move(portal)) {}
  // So many companies, 1 and on, that a bulk job has changed in one second.
  void crowd(int companies) { crowd_ = companies; }

 private:
  HttpResponse made(int status, const std::string& body) const override;
  HttpResponse usual(const HttpRequest& request, const std::string& path) const override;
  bool is_login(const std::string& path) const override { return path.ends_with("/token"); }
  nlohmann::json properties(const std::string& object) const;

  HttpResponse crowd_search(const nlohmann::json& body) const;
  HttpResponse crowd_read(const nlohmann::json& body) const;
  HttpResponse no_links(const nlohmann::json& body) const;

  nlohmann::json portal_;
  int crowd_ = 0;
};

}  // namespace upselld::tests
