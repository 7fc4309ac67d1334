// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/http_message.h"

namespace upselld::sandbox {

// Something that goes wrong with a request on purpose. Rules are tried in their order; the first
// that fits is used up once.
struct Fault {
  std::string method;  // empty: any
  std::string path;    // a part of the path; empty: any
  std::string body;    // a part of the request's body; empty: any
  int skip = 0;        // so many requests that fit pass first
  int times = 1;
  int every = 1;  // of those that fit, each so-many-th

  // Instead of an answer of the CRM: `status` with `answer_body`. The request does nothing, unless
  // `after`.
  int status = 0;
  bool after = false;
  std::string answer_body, content_type = "application/json;charset=UTF-8";
  // The connection ends without an answer: before the request did anything, or after.
  bool drop_before = false, drop_after = false;
  std::optional<std::size_t> cut_after_bytes;  // of the answer
  bool garbage = false;                        // the answer's body is no JSON any more
  int delay_ms = 0;
  // What the CRM itself does before it looks at the request: "expire_sessions", or an edit of a
  // record as the control interface takes it.
  std::string before;
  std::string edit;  // JSON
};

class Faults {
 public:
  // Null: none fits. Valid until the next call.
  const Fault* match(const HttpRequest& request);
  void add(Fault fault) { faults_.push_back(std::move(fault)); }
  void clear() { faults_.clear(); }
  int used() const { return used_; }

 private:
  std::vector<Fault> faults_;
  int used_ = 0;
};

// Throws std::invalid_argument, naming an unknown key.
Fault fault_of(const nlohmann::json& rule);
// What a fault makes of an answer that the CRM has given.
void apply(const Fault& fault, HttpAnswer& answer);

}  // namespace upselld::sandbox
