// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "core/time_zone.h"
#include "plugins/http/pace.h"
#include "plugins/hubspot/hubspot_faults.h"
#include "plugins/hubspot/hubspot_login.h"

namespace upselld::plugins::hubspot {

struct Call {
  std::string method = "GET";
  std::string path = {};
  std::string body = {};  // JSON
  bool is_search = false;
  bool repeatable = true;
  bool is_write = false;
  Duration wait_before = {};
  std::optional<Duration> not_after = {};  // steady time: nothing is sent after it
};

// An answer: success (200 to 299, so also a batch of which parts failed), or what is wrong with it.
struct Reply {
  HttpResponse response;
  std::optional<Fault> fault;
};

struct Account {
  std::string portal, kind, zone_name, currency;
  TimeZone zone = TimeZone::utc();
};

// Requests at the pace that the account allows. A token that ended is renewed once and the request
// sent again; too many requests and locked records are waited for. Used by one thread.
class Client {
 public:
  Client(const HubspotSettings& settings, Host& host);

  // An Error where there is no answer to judge: no connection, no login, the day's calls used up,
  // stopped. `doing` stands in front of its message. rate_limited: it would have had to wait until
  // after its `not_after`; with the time.
  Result<Reply> call(const std::string& doing, const Call& call);
  // The same with every fault as an Error.
  Result<HttpResponse> fetch(const std::string& doing, const Call& call);
  Result<nlohmann::json> fetch_json(const std::string& doing, const Call& call);

  // Which account this is: asked once.
  Result<Account> account();
  // What the token may do, as HubSpot tells it; nothing where it does not tell.
  std::optional<std::vector<std::string>> granted_scopes();
  // By the server's clock, to the second.
  Instant server_now() const { return host_.clock().now() + login_.clock_ahead(); }
  Duration clock_ahead() const { return login_.clock_ahead(); }
  const Paths& paths() const { return paths_; }
  Host& host() { return host_; }

 private:
  Result<Reply> send(const std::string& doing, const Call& call);
  Result<HttpResponse> send_once(const std::string& doing, const Call& call, Duration wait);
  bool is_too_late(const Call& call, Duration wait) const;
  Error too_late(const std::string& doing, Duration wait) const;
  void learn_pace(const HttpResponse& response);
  // Nothing: not worth another try.
  std::optional<Duration> pause_after(const Fault& fault, const HttpResponse& response, int tried);
  Instant next_midnight();

  const std::string address_;
  const Paths paths_;
  Host& host_;
  Login login_;
  Pace general_, search_;
  std::optional<Account> account_;
};

// What every list and batch answers with, which may be empty. corrupt: without it an answer says
// nothing, and must not be taken for an empty one.
Result<const nlohmann::json*> results_of(const nlohmann::json& answer, const std::string& doing);

// For addresses: "a%2Cb".
std::string query_of(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace upselld::plugins::hubspot
