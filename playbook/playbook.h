// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/settings.h"
#include "playbook/names.h"
#include "playbook/rules.h"

namespace upselld::playbook {

struct ExampleResult {
  Place place;
  std::string expected, got;  // action names, or "none"
  bool ok = false;
  std::string message;  // one line for `check`
};

// The admin's rules, checked. Immutable: any number of threads may read it.
class Playbook {
 public:
  Playbook(RuleNames names, Rules rules, std::vector<std::string> warnings);

  const Rules& rules() const { return rules_; }
  const RuleNames& names() const { return names_; }
  // What is allowed but probably not meant, each with its place.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // The first action whose `when` holds; nullptr: none.
  const Action* first_match(const ValueSource& values) const;
  const Action* action(const std::string& name) const;
  // Decides every example as if it were an account, without holds.
  std::vector<ExampleResult> run_examples() const;
  // When to make tasks, as written: "weekdays at 07:00".
  const std::string& create_schedule() const { return rules_.tasks.create; }

 private:
  RuleNames names_;
  Rules rules_;
  std::vector<std::string> warnings_;
};

// Either a playbook or at least one error. Every finding is there, not only the first, each with
// its place. `root` may be empty (no playbook file): then everything is as by default.
struct Loaded {
  std::unique_ptr<const Playbook> playbook;
  std::vector<Error> errors;
};
Loaded load(const Node& root, const Names& names);

// "segment dormant holds 81 % of all accounts...": when one segment holds more than 70 %.
std::vector<std::string> segment_warnings(const std::map<std::string, std::size_t>& accounts);

// The label a segment or tag has in the CRM: "at_risk" -> "At risk".
std::string label_of(const std::string& word);

}  // namespace upselld::playbook
