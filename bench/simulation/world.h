// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sandbox/random.h"
#include "sandbox/salesforce/service.h"

namespace upselld::simulation {

namespace sf = sandbox::salesforce;

// A value that a person put into one of our fields.
struct OwnEdit {
  std::string account, field, value;
  // True when upselld has read the account after it, or had not read it yet: it must stay.
  bool must_stay = true;
};

// A small Salesforce org that is prepared for upselld, and the people who work in it. Not safe to
// share between threads: whoever holds the simulation's lock uses it.
class World {
 public:
  World(std::uint64_t seed, Instant now);

  sf::Service& service() { return service_; }
  sandbox::VirtualClock& clock() { return clock_; }
  sandbox::Random& random() { return random_; }

  // Somebody works: sells, talks, reports a case, moves an account, answers or deletes a task.
  void somebody_works();
  // Somebody puts his own words into one of our fields. `is_read`: upselld has just looked at that
  // account and has not written yet.
  void edit_our_field(const std::string& account, bool is_read);
  std::string some_account();
  // upselld reads these accounts now: what stands there is known to it from here on.
  void is_read(const std::vector<std::string>& accounts);
  const std::vector<OwnEdit>& own_edits() const { return own_edits_; }

  // Everything but our fields, our tasks and stamps; equal digests, nothing was touched.
  std::uint64_t digest_of_others() const;
  // Our tasks that a person has closed, changed or deleted, as they stand.
  std::uint64_t digest_of_touched_tasks() const;
  // The text of a cell; empty: null or no such record.
  std::string text(const std::string& id, const std::string& field) const;

 private:
  void add_fields();
  void add_people();
  void add_account();
  void add_deal(const std::string& account, bool is_won);
  void add_usage(const std::string& account);
  void answer_task();
  void work_on(const std::string& account);
  std::string put(const char* object, const std::vector<std::pair<std::string, sf::Value>>& cells) {
    return service_.org.put(object, cells).id();
  }
  void edit(const std::string& object, const std::string& id, const nlohmann::ordered_json& fields,
            bool deletes = false);
  std::uint64_t digest(bool only_touched_tasks) const;

  sandbox::VirtualClock clock_;
  sf::Service service_;
  sandbox::Random random_;
  std::vector<std::string> reps_, accounts_;
  std::string product_;
  std::vector<OwnEdit> own_edits_;
  int made_ = 0;
};

}  // namespace upselld::simulation
