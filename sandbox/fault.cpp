// SPDX-License-Identifier: Apache-2.0
#include "sandbox/fault.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace upselld::sandbox {

const Fault* Faults::match(const HttpRequest& request) {
  for (Fault& fault : faults_) {
    const bool fits = fault.times > 0 && (fault.method.empty() || fault.method == request.method) &&
                      request.path.find(fault.path) != std::string::npos &&
                      (fault.body.empty() || request.body.find(fault.body) != std::string::npos);
    if (!fits) continue;
    if (fault.skip > 0) {
      --fault.skip;
      continue;
    }
    --fault.times;
    fault.skip = fault.every - 1;
    ++used_;
    return &fault;
  }
  return nullptr;
}

Fault fault_of(const nlohmann::json& rule) {
  Fault fault;
  for (const auto& [key, value] : rule.items()) {
    if (key == "method")
      fault.method = value.get<std::string>();
    else if (key == "path")
      fault.path = value.get<std::string>();
    else if (key == "body")
      fault.body = value.get<std::string>();
    else if (key == "skip")
      fault.skip = value.get<int>();
    else if (key == "times")
      fault.times = value.get<int>();
    else if (key == "every")
      fault.every = value.get<int>();
    else if (key == "status")
      fault.status = value.get<int>();
    else if (key == "after")
      fault.after = value.get<bool>();
    else if (key == "answer_body")
      fault.answer_body = value.get<std::string>();
    else if (key == "content_type")
      fault.content_type = value.get<std::string>();
    else if (key == "drop_before")
      fault.drop_before = value.get<bool>();
    else if (key == "drop_after")
      fault.drop_after = value.get<bool>();
    else if (key == "cut_after_bytes")
      fault.cut_after_bytes = value.get<std::size_t>();
    else if (key == "garbage")
      fault.garbage = value.get<bool>();
    else if (key == "delay_ms")
      fault.delay_ms = value.get<int>();
    else if (key == "before")
      fault.before = value.get<std::string>();
    else if (key == "edit")
      fault.edit = value.dump();
    else
      throw std::invalid_argument("a fault has no key " + key);
  }
  if (fault.every < 1) throw std::invalid_argument("every: at least 1");
  return fault;
}

void apply(const Fault& fault, HttpAnswer& answer) {
  if (fault.drop_after) answer.cut_after_bytes = 0;
  if (fault.cut_after_bytes) answer.cut_after_bytes = fault.cut_after_bytes;
  if (fault.garbage) answer.body = "\xff\xfe{" + answer.body.substr(0, answer.body.size() / 2);
  answer.delay_ms = fault.delay_ms;
}

}  // namespace upselld::sandbox
