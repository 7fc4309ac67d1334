// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sandbox/answers.h"
#include "sandbox/call_log.h"
#include "sandbox/fault.h"
#include "sandbox/http_message.h"
#include "sandbox/hubspot/api_error.h"
#include "sandbox/hubspot/auth.h"
#include "sandbox/hubspot/limits.h"
#include "sandbox/hubspot/paths.h"
#include "sandbox/hubspot/portal.h"

namespace upselld::sandbox::hubspot {

using Json = nlohmann::ordered_json;

// One request, let in.
struct Call {
  const HttpRequest& request;
  const ApiPath& path;
  const Token& token;

  const std::string& part(std::size_t at) const { return path.parts[at]; }
  // The first parameter of this name; empty: not there.
  std::string parameter(std::string_view name) const;
  // All of them, and what stands between commas in each.
  std::vector<std::string> list(std::string_view name) const;
  bool flag(std::string_view name) const { return parameter(name) == "true"; }
};

// One HubSpot account as the world sees it. Many threads may call; requests are answered one after
// another.
class Service {
 public:
  Service(VirtualClock& clock, std::uint64_t seed);

  HttpAnswer answer(const HttpRequest& request);
  // The control interface: /__sandbox/...
  HttpAnswer control(const HttpRequest& request);

  // Below: for the handlers, and for tests that build an account by hand before anybody calls.
  Portal portal;
  Auth auth;
  Limits limits;
  Faults faults;
  CallLog log;
  Duration date_skew{0};        // of the Date header
  double trouble_share = 0;     // of requests that meet a fault by chance
  bool applies_trouble = true;  // half of the writes among them are done all the same
  int edits_refused = 0;        // of those that faults carry

 private:
  HttpAnswer answer_unfaulted(const HttpRequest& request);
  HttpAnswer let_in(const HttpRequest& request, const ApiPath& path, std::string& kind);
  HttpAnswer refused(Limits::Verdict verdict);
  HttpAnswer error_answer(const ApiError& error);
  Fault chance_trouble(const HttpRequest& request);
  std::string next_correlation_id();
  void edit(const std::string& edit);

  std::mutex mutex_;
  std::uint64_t answers_ = 0;
};

// The request's body; throws ApiError 400, or 415 without the right Content-Type.
Json json_body(const Call& call);
// The inputs of a batch. Throws ApiError 400 where there are none or more than `most`.
Json batch_inputs(const Json& body, std::size_t most);
// Throws ApiError 404 for an object that does not exist, 403 for one the token may not touch.
ObjectType& known_object(Service& service, const Call& call, const std::string& name,
                         bool for_writing);

}  // namespace upselld::sandbox::hubspot
