// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <set>

#include "bench/simulation/world.h"
#include "sandbox/hubspot/service.h"
#include "sandbox/serving.h"

namespace upselld::simulation {

namespace hs = sandbox::hubspot;

// A small HubSpot account.
class HubspotWorld final : public World {
 public:
  HubspotWorld(std::uint64_t seed, Instant now);

  const char* name() const override { return "hubspot"; }
  Connection connect(const std::string& url, sandbox::Random& random) override;
  int calls_a_day_max() const override { return calls_a_day_max_; }
  // What was archived is looked for once a day. Rest comes in hours: from day to day segments move.
  Duration before_quiet_run(int number) const override {
    return number < 2 || number > 4 ? hours(24) : hours(1);
  }
  int quiet_runs_least() const override { return 3; }
  sandbox::HttpAnswer answer(const sandbox::HttpRequest& request) override;
  Asked asked(const sandbox::HttpRequest& request) const override;
  bool can_happen(Mishap mishap) const override;
  void let_end(const sandbox::HttpRequest& request, Dice& dice) override;
  void disturb(const sandbox::HttpRequest& request, Dice& dice) override;
  std::optional<sandbox::HttpAnswer> refuse(const sandbox::HttpRequest& request,
                                            Dice& dice) override;
  void calm_down() override;
  void somebody_works() override;
  std::uint64_t digest_of_others() const override;
  std::uint64_t digest_of_touched_tasks() const override;
  std::string text(const std::string& account, Field field) const override;
  bool is_gone(const std::string& account) const override;
  std::vector<std::string> task_keys() const override;
  std::vector<std::string> written_accounts() const override;

 private:
  void write_by_hand(const std::string& account, Field field, const std::string& value) override;
  void add_properties();
  void add_people();
  void add_account();
  void add_deal(const std::string& account, bool is_won);
  void add_usage(const std::string& account);
  void answer_task();
  void merge(const std::string& account, const std::string& other);
  void work_on(const std::string& account);
  void lock_or_refuse_rows(const Asked& asked, Dice& dice);
  const hs::ObjectType& type(const char* object) const;
  // Its id; of a record that is not given one, the new one. Empty: it was refused.
  std::string edit(const char* object, const std::string& id,
                   const nlohmann::ordered_json& properties, const char* more = nullptr);
  // A new record that belongs to another, by this kind of association; 0: the usual one.
  std::string put(const char* object, const nlohmann::ordered_json& properties, const char* to,
                  const std::string& to_id, int kind = 0);
  std::string record_text(const hs::ObjectType& type, const hs::Record& record) const;

  mutable hs::Service service_;
  // The file that $UPSELLD_EXCHANGES names, as in the tests; or none.
  std::unique_ptr<sandbox::ExchangeLog> exchanges_;
  std::vector<std::string> reps_;
  std::string product_;
  std::set<hs::RecordId> touched_tasks_;
  std::set<std::string> written_since_read_;
  bool is_oauth_ = false;
  int calls_a_day_max_ = 0;
  int made_ = 0;
};

}  // namespace upselld::simulation
