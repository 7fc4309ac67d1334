// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stop_token>
#include <string>

#include "plugins/http/wire.h"

namespace upselld::tests {

// Cardbox, the CRM that docs/example-connector speaks to, without a network: what its README says
// of the protocol is what it does. Lives in the test's time.
class CardboxCrm final : public plugins::Wire {
 public:
  using Json = nlohmann::json;

  // `at_its_worst`: pages are small, lists fail now and then, answers to writes are lost after the
  // work was done, or leave out a row of it. `clock` outlives the CRM.
  CardboxCrm(const Clock& clock, std::stop_token stop, bool at_its_worst);

  Result<HttpResponse> exchange(const HttpRequest& request) override;

  // As people do: makes or changes a row of "accounts", "orders" ...
  void put(const std::string& kind, const std::string& id, Json row);
  void edit_field(const std::string& account, const std::string& field, const std::string& value);
  // Changes a task, and its version with it.
  void edit_task(const std::string& key, const Json& changes);

 private:
  Json answer(const std::string& path, const Json& body);
  Json list(const std::string& kind, const Json& question) const;
  Json read_accounts(const Json& ids) const;
  Json write_accounts(const Json& rows);
  Json create_tasks(const Json& rows);
  Json read_tasks(const Json& keys) const;
  Json close_tasks(const Json& rows);
  bool is_every(int nth);

  const Clock& clock_;
  std::stop_token stop_;
  bool at_its_worst_;
  int requests_ = 0;
  std::map<std::string, std::map<std::string, Json>> rows_;  // by kind and id
  std::map<std::string, Json> fields_;                       // of ours, by account
  std::map<std::string, int> versions_;                      // of accounts
  std::set<std::string> names_;                              // of our fields
  std::map<std::string, Json> tasks_;                        // by key; never forgotten
};

}  // namespace upselld::tests
