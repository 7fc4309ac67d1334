// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace upselld::sandbox::salesforce {

// Points of the protocol that are not certain, or differ between orgs: each has two positions, and
// a client must work with either.
struct Switch {
  const char* name;
  bool on;  // at start
  const char* help;
};
std::span<const Switch> all_switches();

class Switches {
 public:
  Switches();
  bool is_on(std::string_view name) const;
  // False: no such switch.
  bool set(std::string_view name, bool on);
  const std::map<std::string, bool, std::less<>>& all() const { return positions_; }

 private:
  std::map<std::string, bool, std::less<>> positions_;
};

}  // namespace upselld::sandbox::salesforce
