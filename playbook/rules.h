// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/decision.h"
#include "core/instant.h"
#include "playbook/condition.h"
#include "playbook/text.h"

namespace upselld::playbook {

// What a playbook says, read and checked. Made by load(); read by everything else in this folder.

struct Segments {
  std::string measure;            // days_since_order | days_since_touch
  std::optional<Key> feature;     // of the measure; nullopt: nobody delivers it
  std::optional<Key> last_order;  // days_since_order: without it there was no purchase
  std::vector<double> starts;     // in days, rising from 0; same order as RuleNames::segments()
};

struct Tag {
  std::string name;
  Condition when;
};

struct BandRules {
  double high_top = 0.10, medium_top = 0.30;
  bool within_segment = false;
  bool floor_written = false;
  double floor_times = 2;  // of the base rate; 0: none
  double floor_share = 0;  // likelihood at least; 0: none
};

struct HoldTest {
  std::string name;
  Condition when;
};

struct OwnerRule {
  std::optional<Condition> when;
  std::string to;  // empty: the account's owner
};

struct Cooldowns {
  Duration standard = days(30), not_now = days(90), wrong_suggestion = days(180),
           declined = days(180);
};

struct TaskRules {
  std::string create;  // schedule, read by the daemon
  std::int64_t per_rep_and_week = 5;
  Cooldowns cooldown;
  std::vector<OwnerRule> owners;
  Duration due = hours(48);
  Duration expire = days(14);
  std::map<std::string, Template> texts;  // the lines upselld adds, by their key in tasks.texts
};

struct TaskRule {
  std::string type;  // call, email, todo
  Duration due;
  Template subject;
  Template body;
};

struct Action {
  std::string name;
  std::string label;
  Condition when;
  std::optional<TaskRule> task;
  bool approve = false;
  Place place;
};

struct Example {
  std::vector<Literal> given;
  std::string expect;  // an action, or "none"
  Place place;
};

struct Rules {
  Segments segments;
  std::vector<Tag> tags;
  std::size_t cut_count = 0;  // {top} and {bottom} tests in tags
  BandRules bands;
  std::vector<HoldTest> hold_tests;  // upsell_already_open .. bought_recently, then the admin's own
  TaskRules tasks;
  std::vector<Action> actions;
  std::vector<Example> examples;
  double holdout = 0.05;
  std::optional<Condition> pilot, never;
  Duration too_old_data = hours(48);
};

}  // namespace upselld::playbook
