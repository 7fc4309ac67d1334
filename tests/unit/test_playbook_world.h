// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "playbook/choose.h"
#include "playbook/frame.h"
#include "playbook/playbook.h"

// The names that test playbooks may use, as scoring and the settings would deliver them.
const upselld::playbook::Names& test_names();

// Loads or fails the test with the errors.
std::unique_ptr<const upselld::playbook::Playbook> playbook_of(const std::string& yaml);
// All error messages, a line each.
std::string errors_of(const std::string& yaml, const std::string& file = "playbook.yaml");

// One invented account. Values that are not set are missing.
class TestAccount {
 public:
  explicit TestAccount(const std::string& id);
  TestAccount(const TestAccount&) = delete;
  TestAccount& operator=(const TestAccount&) = delete;

  TestAccount& feature(const std::string& name, double value);
  TestAccount& attribute(const std::string& name, const std::string& text);
  TestAccount& attribute(const std::string& name, double number);
  // Rank value and likelihood are the same.
  TestAccount& likelihood(double probability);
  TestAccount& ranked(double rank_value);  // by rules-1
  TestAccount& reason(const std::string& group, double contribution, const std::string& text);

  upselld::playbook::Candidate candidate() const;

  upselld::AccountFacts facts;
  std::vector<float> features;
  std::optional<upselld::Score> score;
  std::string not_scored;
  upselld::AccountMemory memory;
  std::vector<upselld::ContactFacts> contacts;
  std::string parent_group;
  bool group_has_open_task = false;
  bool is_task_unsent = false;
  bool is_task_kept = false;
  std::optional<upselld::playbook::Approval> approval;
};

// Mon 23 Nov 2026, 07:00 in Berlin; data of 06:58; base rate 2.4 %.
upselld::playbook::Today test_today();
// The same hour on another day.
upselld::playbook::Today test_today(upselld::Day day);

// A salt under which the account is (not) held out at 5 %.
std::string salt_for(const upselld::AccountFacts& account, bool held_out);

// Everybody at once.
upselld::playbook::Frame frame_of(const upselld::playbook::Playbook& playbook,
                                  const std::deque<TestAccount>& accounts,
                                  const upselld::playbook::Today& today);
// An account alone: it is the best of its segment and, unless the floor forbids, in band high.
upselld::playbook::Choice choose_alone(const upselld::playbook::Playbook& playbook,
                                       const TestAccount& account,
                                       const upselld::playbook::Today& today);

// The seed of a random test: UPSELLD_SEED, else `standard`. Printed when the test fails.
unsigned test_seed(unsigned standard);
