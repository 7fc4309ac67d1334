// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace upselld::sandbox::hubspot {

using Context = std::map<std::string, std::vector<std::string>>;

struct ErrorDetail {
  std::string message, code;
  Context context;
};

// A refusal as the API words it. Thrown inside this folder and turned into an answer in one place
// (service.cpp), or into an entry of a batch's `errors`: every step of reading a request can
// refuse, and nothing between has anything to add.
struct ApiError {
  int status = 400;
  std::string category = "VALIDATION_ERROR";
  std::string message;
  std::string sub_category = {};
  Context context = {};
  std::vector<ErrorDetail> errors = {};
};

// 400 VALIDATION_ERROR with one detail about a property, or with none where `code` is empty.
ApiError invalid(const std::string& message, const std::string& code = {},
                 const std::string& property = {});
ApiError not_found(const std::string& message);
// The body, without correlationId where that is empty.
nlohmann::ordered_json json_of(const ApiError& error, const std::string& correlation_id);

}  // namespace upselld::sandbox::hubspot
