// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "plugins/salesforce/salesforce_faults.h"
#include "plugins/salesforce/salesforce_login.h"

namespace upselld::plugins::salesforce {

struct Call {
  std::string method = "GET";
  std::string path = {};  // behind /services/data/vNN.N, or whole where it begins with /services/
  std::string body = {};
  std::string content_type = "application/json; charset=UTF-8";
  std::string accept = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  bool repeatable = true;
  bool is_write = false;
  Duration wait_before = {};
};

// An answer: success, or what is wrong with it.
struct Reply {
  HttpResponse response;
  std::optional<Fault> fault;
};

// Requests as the integration user. A session that ended is renewed once and the request sent
// again, at the instance that the new login names. Used by one thread.
class Client {
 public:
  Client(const SalesforceSettings& settings, Host& host);

  // An Error where there is no answer to judge: no connection, no login, the day's calls used up,
  // stopped. `doing` stands in front of its message.
  Result<Reply> call(const std::string& doing, const Call& call);
  // The same with every fault as an Error.
  Result<HttpResponse> fetch(const std::string& doing, const Call& call);
  Result<nlohmann::json> fetch_json(const std::string& doing, const Call& call);

  // By the server's clock, to the second.
  Instant server_now() const;
  Duration clock_ahead() const { return login_.clock_ahead(); }
  Result<Session> session() { return login_.session(); }
  const std::string& version() const { return version_; }
  Host& host() { return host_; }

 private:
  Result<Reply> send(const std::string& doing, const Call& call);
  Result<HttpResponse> send_once(const std::string& doing, const Call& call, Duration wait);

  const std::string version_;
  Host& host_;
  Login login_;
};

}  // namespace upselld::plugins::salesforce
