// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bench/simulation/mishap.h"
#include "core/decision.h"
#include "sandbox/http_message.h"
#include "sandbox/virtual_clock.h"

namespace upselld::simulation {

// A value that a person put into one of our fields.
struct OwnEdit {
  std::string account;
  Field field = Field::next_action;
  std::string value;
  // True when upselld has read the account after it, or had not read it yet: it must stay.
  bool must_stay = true;
  // A value of ours that came from another account by a merge: it may stay or go.
  bool is_ours = false;
};

// What a request asks for, as far as the simulation looks at it.
struct Asked {
  bool reads_fields = false, writes_fields = false;  // ours, of `accounts`
  bool reads_tasks = false;                          // ours, by their keys
  bool counts = false;                               // against the calls of the day
  std::vector<std::string> accounts;
};

// How upselld is connected: the connection's name, what stands in it, and files that it names.
struct Connection {
  std::string name;
  std::string settings;
  std::map<std::string, std::string> files;
};

// A small CRM that is prepared for upselld, and the people who work in it. Not safe to share
// between threads: whoever holds the simulation's lock uses it.
class World {
 public:
  World(std::uint64_t seed, Instant now);
  virtual ~World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  std::uint64_t seed() const { return seed_; }
  sandbox::VirtualClock& clock() { return clock_; }
  const sandbox::VirtualClock& clock() const { return clock_; }

  // Of its kind of CRM, and of upselld's connection to it.
  virtual const char* name() const = 0;
  // The CRM at an address, in one of its forms.
  virtual Connection connect(const std::string& url, sandbox::Random& random) = 0;
  // Of the day, everybody's; the share of upselld is its own matter.
  virtual int calls_a_day_max() const = 0;
  // How long before each quiet run, and how many there must be before all that people did can be
  // known.
  virtual Duration before_quiet_run(int number) const = 0;
  virtual int quiet_runs_least() const = 0;

  virtual sandbox::HttpAnswer answer(const sandbox::HttpRequest& request) = 0;
  virtual Asked asked(const sandbox::HttpRequest& request) const = 0;

  virtual bool can_happen(Mishap mishap) const = 0;
  // What ends before the CRM looks at a request: sessions, places in long answers.
  virtual void let_end(const sandbox::HttpRequest& request, Dice& dice) = 0;
  // What else the CRM does before it looks at it.
  virtual void disturb(const sandbox::HttpRequest& request, Dice& dice) = 0;
  // A refusal in the CRM's words, instead of an answer.
  virtual std::optional<sandbox::HttpAnswer> refuse(const sandbox::HttpRequest& request,
                                                    Dice& dice) = 0;
  // Ends what the CRM still does: locks, rules, transactions, delays.
  virtual void calm_down() = 0;

  // Somebody works: sells, talks, reports a case, moves an account, answers or deletes a task.
  virtual void somebody_works() = 0;
  // Somebody puts his own words into one of our fields. `is_read`: upselld has just looked at that
  // account and has not written yet.
  void edit_our_field(const std::string& account, bool is_read);
  std::string some_account();
  // upselld reads these accounts now: what stands there is known to it from here on.
  void is_read(const std::vector<std::string>& accounts);
  const std::vector<OwnEdit>& own_edits() const { return own_edits_; }
  // upselld looks our tasks up now; another run of it knows none.
  void tasks_are_read();
  void run_begins();

  // Everything but our fields, our tasks and stamps; equal digests, nothing was touched.
  virtual std::uint64_t digest_of_others() const = 0;
  // Our tasks that a person has closed, changed or deleted, as they stand; those apart that were
  // touched after this run's last look, before which upselld could not know it.
  virtual std::uint64_t digest_of_touched_tasks() const = 0;
  // What stands in one of our fields; empty: nothing, or no such account.
  virtual std::string text(const std::string& account, Field field) const = 0;
  virtual bool is_gone(const std::string& account) const = 0;
  // Of all tasks of ours, deleted ones too.
  virtual std::vector<std::string> task_keys() const = 0;
  // The accounts that bear a status of ours.
  virtual std::vector<std::string> written_accounts() const = 0;

 protected:
  // A person does something to a task of ours.
  void touch_task(const std::string& task);
  bool is_touched_since_look(const std::string& task) const {
    return touched_since_look_.contains(task);
  }
  // A person writes; refused where the account is gone.
  virtual void write_by_hand(const std::string& account, Field field, const std::string& value) = 0;

  const std::uint64_t seed_;
  sandbox::VirtualClock clock_;
  sandbox::Random random_;
  std::vector<std::string> accounts_;
  std::vector<OwnEdit> own_edits_;

 private:
  bool has_looked_ = false;  // this run, at tasks
  std::set<std::string> touched_since_look_;
};

// `crm`: salesforce or hubspot; null for any other.
std::unique_ptr<World> make_world(const std::string& crm, std::uint64_t seed, Instant now);

// An answer of whoever stands before a CRM.
sandbox::HttpAnswer made_answer(int status, std::string body,
                                const char* type = "application/json");
bool has(const sandbox::HttpRequest& request, const char* part);

}  // namespace upselld::simulation
