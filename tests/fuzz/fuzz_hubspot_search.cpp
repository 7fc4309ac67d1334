// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "sandbox/hubspot/api_error.h"
#include "sandbox/hubspot/paths.h"
#include "sandbox/hubspot/portal.h"
#include "sandbox/hubspot/search.h"

namespace hs = upselld::sandbox::hubspot;

namespace {

constexpr std::size_t kPageMax = 200;

void must(bool holds) {
  if (!holds) __builtin_trap();
}

// Some companies, one of which the index does not know as it is.
hs::Portal& portal() {
  static upselld::sandbox::VirtualClock clock(upselld::Instant{1'795'348'800'000});
  static hs::Portal made(clock, /*seed=*/3);
  const hs::ObjectType& type = *made.schema.find("companies");
  if (made.table(type).records().empty()) {
    for (const std::string name : {"Acme", "Globex", "Initech", ""}) {
      made.insert(type, {{type.column("name"), name}}, clock.now() - upselld::days(1));
    }
    made.change(type, made.table(type).records().front(), {{type.column("name"), "Acme Two"}},
                clock.now(), "CRM_UI");
  }
  return made;
}

void look_at_answer(const nlohmann::ordered_json& answer) {
  const auto& results = answer.at("results");
  must(results.size() <= kPageMax && results.size() <= answer.at("total"));
  const hs::ObjectType& type = *portal().schema.find("companies");
  for (const auto& record : results) {
    must(portal().find(type, std::stoll(record.at("id").get<std::string>())) != nullptr);
  }
}

}  // namespace

// A path of the API is read or is none; a search is answered with records that there are, or
// refused with a reason.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  upselld::sandbox::HttpRequest request;
  request.path = "/" + text.substr(0, end);
  if (const auto path = hs::api_path(request)) must(!path->version.empty() && !path->parts.empty());
  try {
    const auto type = portal().schema.find("companies");
    look_at_answer(hs::search(portal(), *type, text.substr(std::min(end + 1, text.size()))));
  } catch (const hs::ApiError& error) {
    must(error.status >= 400 && !error.message.empty());
  } catch (const nlohmann::json::exception&) {
    // A part of the body has another form: the service refuses it as that.
  }
  return 0;
}
