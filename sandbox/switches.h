// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

namespace upselld::sandbox {

// Points of a protocol that are not certain, or differ between accounts: each has two positions,
// and a client must work with either.
struct Switch {
  const char* name;
  bool on;  // at start
  const char* help;
};

class Switches {
 public:
  explicit Switches(std::span<const Switch> known);
  // Asking for one that is not known is a programmer's mistake.
  bool is_on(std::string_view name) const;
  // False: no such switch.
  bool set(std::string_view name, bool on);
  // {"name": true}; answers with the positions of all. Throws std::invalid_argument.
  nlohmann::ordered_json set_all(const nlohmann::ordered_json& positions);

 private:
  std::map<std::string, bool, std::less<>> positions_;
};

}  // namespace upselld::sandbox
