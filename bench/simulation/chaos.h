// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "bench/simulation/world.h"
#include "sandbox/http_server.h"

namespace upselld::simulation {

// The CRM's network: lets a seed's mishaps happen to requests, and looks at what each request does
// to the CRM. One request at a time.
class Chaos final : private Dice {
 public:
  // `clock_file`: what $UPSELLD_CLOCK names for upselld. `disorder`: how much more likely than
  // usual each mishap is.
  Chaos(World& world, std::filesystem::path clock_file, double disorder);

  // Starts the server; its address.
  std::string open();
  void begin_disorder() { is_calm_ = false; }
  // Ends what still goes on in the CRM, and a clock that is wrong.
  void calm_down();
  // What is killed by a mishap: 0, nobody.
  void set_child(int pid);
  // upselld's clock, and the CRM's with it.
  Instant now() const;
  void move_clock(Duration by);
  // Between two runs.
  void people_act(int times);

  const MishapCounts& counts() const { return counts_; }
  // What no request may do.
  const std::set<std::string>& violations() const { return violations_; }
  // The greatest number of calls in one UTC day.
  int calls_a_day_max() const;

 private:
  sandbox::HttpAnswer answer(const sandbox::HttpRequest& request);
  sandbox::HttpAnswer exchange(const sandbox::HttpRequest& request);
  std::optional<sandbox::HttpAnswer> instead_of_an_answer(const sandbox::HttpRequest& request);
  void spoil(sandbox::HttpAnswer& answer);
  void disturb(const sandbox::HttpRequest& request);
  void look_at(const Asked& asked);
  void follow_clock();
  bool may_happen(Mishap mishap, double chance) override;
  sandbox::Random& random() override { return random_; }
  void happened(Mishap mishap) { ++counts_[static_cast<std::size_t>(mishap)]; }

  World& world_;
  sandbox::Random random_;
  const std::filesystem::path clock_file_;
  const double disorder_;
  mutable std::mutex mutex_;
  bool is_calm_ = true;
  int child_ = 0;
  Duration apart_;  // the CRM's clock ahead of upselld's
  std::set<std::string> read_not_written_;
  std::set<std::string> written_;  // and not read back
  MishapCounts counts_{};
  std::set<std::string> violations_;
  std::map<std::int32_t, int> calls_;  // by day
  std::unique_ptr<sandbox::HttpServer> server_;
};

}  // namespace upselld::simulation
