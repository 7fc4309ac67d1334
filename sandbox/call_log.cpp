// SPDX-License-Identifier: Apache-2.0
#include "sandbox/call_log.h"

#include <nlohmann/json.hpp>

namespace upselld::sandbox {
namespace {
constexpr std::size_t kEntriesMax = 10'000;
}

void CallLog::note(const HttpRequest& request, const std::string& kind, int status, Instant at) {
  ++kinds_[kind];
  if (entries_.size() == kEntriesMax) entries_.pop_front();
  entries_.push_back({request.method, request.path, status, at});
}

nlohmann::ordered_json CallLog::kinds_json() const {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  for (const auto& [kind, count] : kinds_) out[kind] = count;
  return out;
}

nlohmann::ordered_json CallLog::requests_json() const {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const Entry& entry : entries_) {
    out.push_back({{"method", entry.method},
                   {"path", entry.path},
                   {"status", entry.status},
                   {"at", to_text(entry.at)}});
  }
  return out;
}

}  // namespace upselld::sandbox
