// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sandbox/answers.h"
#include "sandbox/call_log.h"
#include "sandbox/fault.h"
#include "sandbox/http_message.h"
#include "sandbox/salesforce/auth.h"
#include "sandbox/salesforce/bulk_jobs.h"
#include "sandbox/salesforce/cursors.h"
#include "sandbox/salesforce/deploys.h"
#include "sandbox/salesforce/limits.h"
#include "sandbox/salesforce/org.h"

namespace upselld::sandbox::salesforce {

// One request to /services/data/vNN.N/..., let in.
struct Call {
  const HttpRequest& request;
  std::string user;
  std::string version;            // "62.0"
  std::vector<std::string> path;  // decoded parts behind the version
  double version_number() const { return std::stod(version); }
};

// One org as the world sees it: a token endpoint and the REST interfaces on top of an Org. Many
// threads may call; requests are answered one after another.
class Service {
 public:
  Service(VirtualClock& clock, std::uint64_t seed, std::uint64_t number)
      : org(clock, seed, number), auth(org), cursors(org), jobs(org, limits), deploys(org) {}

  // The login host's token endpoint; true in `is_known` when the app is one of this org's.
  HttpAnswer login(const HttpRequest& request);
  // Everything on the org's own address.
  HttpAnswer answer(const HttpRequest& request);
  // The control interface: /__sandbox/...
  HttpAnswer control(const HttpRequest& request);

  // Below: for the handlers, and for tests that build an org by hand before anybody calls.
  Org org;
  Auth auth;
  Limits limits;
  Cursors cursors;
  BulkJobs jobs;
  Deploys deploys;
  Faults faults;
  CallLog log;
  std::string required_host;  // other Host headers get 404; empty: any
  // A handler by path: throws ApiError.
  HttpAnswer route(const Call& call);
  void edit(const nlohmann::ordered_json& edit);

 private:
  HttpAnswer answer_unfaulted(const HttpRequest& request);
  HttpAnswer versioned(const HttpRequest& request, const std::vector<std::string>& parts);
  void add_usage(HttpAnswer& answer);
  void note(const HttpRequest& request, const std::string& kind, int status);

  std::mutex mutex_;
};

inline constexpr int kOldestVersion = 31;  // below: retired
inline constexpr int kNewestVersion = 68;

// A refusal in the platform's form.
HttpAnswer error_answer(const ApiError& error);
// The request's body; throws ApiError JSON_PARSER_ERROR, or 415 without the right Content-Type.
nlohmann::ordered_json json_body(const Call& call);
// Throws ApiError 404 where the user may not know that there is such an object.
const ObjectType& known_object(const Service& service, const Call& call, const std::string& name);

}  // namespace upselld::sandbox::salesforce
