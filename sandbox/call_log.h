// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/instant.h"
#include "sandbox/http_message.h"

namespace upselld::sandbox {

// Counts of what arrived, believed instead of any client's own.
class CallLog {
 public:
  // `kind`: method and kind of path, such as "PATCH composite/sobjects".
  void note(const HttpRequest& request, const std::string& kind, int status, Instant at);
  const std::map<std::string, int>& kinds() const { return kinds_; }
  nlohmann::ordered_json kinds_json() const;
  // The last ones: method, path, status, at.
  nlohmann::ordered_json requests_json() const;

 private:
  struct Entry {
    std::string method, path;
    int status = 0;
    Instant at;
  };
  std::map<std::string, int> kinds_;
  std::deque<Entry> entries_;
};

}  // namespace upselld::sandbox
