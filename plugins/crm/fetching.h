// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/host.h"
#include "core/result.h"
#include "plugins/json/json_reading.h"

// Calls of which every fault is an Error. `Client` has call(doing, call), whose reply holds the
// response or a fault; the CRM's error_of(doing, fault) says what the fault means.
namespace upselld::plugins {

template <typename Client, typename Call>
Result<HttpResponse> fetched(Client& client, const std::string& doing, const Call& call) {
  auto reply = client.call(doing, call);
  if (!reply) return reply.error();
  if (reply->fault) return error_of(doing, *reply->fault);
  return std::move(reply->response);
}

template <typename Client, typename Call>
Result<nlohmann::json> fetched_json(Client& client, const std::string& doing, const Call& call) {
  const auto response = fetched(client, doing, call);
  if (!response) return response.error();
  return parse_json(response->body, doing);
}

}  // namespace upselld::plugins
