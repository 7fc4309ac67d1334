// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/instant.h"
#include "sandbox/http_message.h"

// What every face of the sandbox answers with.
namespace upselld::sandbox {

HttpAnswer json_answer(int status, std::string body);
HttpAnswer empty_answer(int status);
// As the Date header writes it.
std::string http_date(Instant at);

}  // namespace upselld::sandbox
