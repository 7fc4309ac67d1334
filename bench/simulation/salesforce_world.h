// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bench/simulation/world.h"
#include "sandbox/salesforce/service.h"

namespace upselld::simulation {

namespace sf = sandbox::salesforce;

// A small Salesforce org.
class SalesforceWorld final : public World {
 public:
  SalesforceWorld(std::uint64_t seed, Instant now);

  const char* name() const override { return "salesforce"; }
  Connection connect(const std::string& url, sandbox::Random& random) override;
  int calls_a_day_max() const override { return service_.limits.requests_max; }
  Duration before_quiet_run(int number) const override { return number < 3 ? hours(1) : hours(24); }
  int quiet_runs_least() const override { return 1; }
  sandbox::HttpAnswer answer(const sandbox::HttpRequest& request) override {
    return service_.answer(request);
  }
  Asked asked(const sandbox::HttpRequest& request) const override;
  bool can_happen(Mishap mishap) const override;
  void let_end(const sandbox::HttpRequest& request, Dice& dice) override;
  void disturb(const sandbox::HttpRequest& request, Dice& dice) override;
  std::optional<sandbox::HttpAnswer> refuse(const sandbox::HttpRequest& request,
                                            Dice& dice) override;
  void calm_down() override;
  void somebody_works() override;
  std::uint64_t digest_of_others() const override { return digest(/*only_touched_tasks=*/false); }
  std::uint64_t digest_of_touched_tasks() const override {
    return digest(/*only_touched_tasks=*/true);
  }
  std::string text(const std::string& account, Field field) const override;
  bool is_gone(const std::string& account) const override;
  std::vector<std::string> task_keys() const override;
  std::vector<std::string> written_accounts() const override;

 private:
  void write_by_hand(const std::string& account, Field field, const std::string& value) override;
  void add_fields();
  void add_people();
  void add_account();
  void add_deal(const std::string& account, bool is_won);
  void add_usage(const std::string& account);
  void answer_task();
  void work_on(const std::string& account);
  void commit_late(const sandbox::HttpRequest& request, Dice& dice);
  std::string put(const char* object, const std::vector<std::pair<std::string, sf::Value>>& cells) {
    return service_.org.put(object, cells).id();
  }
  void edit(const std::string& object, const std::string& id, const nlohmann::ordered_json& fields,
            bool deletes = false);
  std::uint64_t digest(bool only_touched_tasks) const;

  sf::Service service_;
  std::vector<std::string> reps_;
  std::string product_;
  int made_ = 0;
};

}  // namespace upselld::simulation
