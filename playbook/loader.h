// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/settings.h"
#include "playbook/playbook.h"

namespace upselld::playbook {

// Reads the parts of a playbook one after the other and collects every finding. Used by load()
// only.
class Loader {
 public:
  Loader(const Node& root, const Names& names);
  Loaded finish();

 private:
  // loader.cpp: what accounts are.
  std::vector<std::string> read_segments(const Names& known);
  void read_tags(const Names& known, const std::vector<std::string>& segments);
  void read_bands();
  void read_examples();
  void check_tag_name(const std::string& name, const Place& place, const Names& known);
  // loader_tasks.cpp: what is done.
  void read_holds();
  void read_tasks();
  void read_owners();
  void read_owner(const Node& node);
  void read_texts();
  void read_actions();
  void read_action(const Node& node);
  void read_task(const Node& node, Action& action);
  void check_subject(const Action& action);
  // loader_warnings.cpp: what cannot be meant.
  void check_reach();
  void warn();

  Settings group(const char* name) const;
  Condition read_condition(const Node& map);
  // A test that upselld brings: off, with a warning, when nobody delivers `feature`.
  bool add_built_in(const char* owner, const char* feature, Test test, Condition& condition);
  void fail(const Place& place, const std::string& message);
  void warn_at(const Place& place, const std::string& message);

  const Node& root_;
  Node nothing_;
  Settings settings_;
  std::vector<Error> errors_;
  bool is_sound_ = true;  // as far as the settings table can tell
  std::vector<std::string> warnings_;
  Rules rules_;
  RuleNames names_;
};

}  // namespace upselld::playbook
