// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "daemon/web_access.h"
#include "daemon/web_connections.h"
#include "daemon/web_parser.h"
#include "daemon/web_reading.h"

using namespace upselld;
using namespace upselld::daemon;

namespace {

constexpr int kPort = 8710;

class StandingClock : public Clock {
 public:
  Instant now() const override { return {0}; }
  Duration steady() const override { return {0}; }
};

void must(bool holds) {
  if (!holds) __builtin_trap();
}

bool has_large(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Our own names only: no page of another site reaches us by one of its own.
bool is_name_of_ours(std::string host) {
  std::transform(host.begin(), host.end(), host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::array kOurs = {"127.0.0.1:8710", "localhost:8710", "[::1]:8710"};
  return std::find(kOurs.begin(), kOurs.end(), host) != kOurs.end();
}

// A number is one that was written, cut to what is taken; all else is refused.
void read_parameters(const WebRequest& request) {
  constexpr std::size_t kMost = 1'000, kOtherwise = 50;
  for (const auto& [name, text] : request.query) {
    if (name.find('\0') != std::string::npos) continue;
    const auto number = number_of(request, name.c_str(), kOtherwise, kMost);
    const bool is_digits =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    must(!number || (is_digits && *number <= kMost));
    if (text.empty()) must(number && *number == kOtherwise);
    if (text.empty() || !is_digits || text.size() > 9) continue;
    must(number && *number == std::min<std::size_t>(std::stoul(text), kMost));
  }
}

void read_body(const WebRequest& request) {
  const auto object = object_of(request);
  if (!object) return;
  for (const auto& [key, value] : object->items()) must(!value.is_structured());
  text_of(*object, "token");
  object->dump(-1, ' ', false, Json::error_handler_t::replace);
}

// A server of our own on its port, at which nobody has a link.
WebAccess& server() {
  static const StandingClock clock;
  static WebAccess made({.address = "127.0.0.1", .port = kPort},
                        std::filesystem::temp_directory_path() / "upselld-fuzz-web", clock);
  static const bool is_open = static_cast<bool>(made.open(kPort));
  must(is_open);
  return made;
}

WebAnswer look_at(const WebRequest& request) {
  for (const auto& [name, value] : request.headers) must(!has_large(name));
  must(!server().is_meant_for_us(request) || is_name_of_ours(request.header("host")));
  WebAccess::is_of_our_page(request);
  // Nobody ever logged in.
  must(server().user_of(request).role == WebRole::nobody);
  must(!server().log_in(request.body));
  read_parameters(request);
  read_body(request);
  return {.status = 404, .body = request.path};
}

}  // namespace

// What a client sends is gathered, refused or taken for one request, and nobody gets in by it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static WebParser parser([](const WebRequest& request) { return look_at(request); });
  const std::string all(reinterpret_cast<const char*>(bytes), size);
  const WebLimits limits{.head_bytes_max = 2'000, .body_bytes_max = 1'000};
  const Arrived whole = arrived(all, limits);
  if (whole.what != Arrival::whole) return 0;
  must(whole.bytes <= all.size());
  // As it is whole, so is the beginning that holds it, and none that does not.
  const std::string request = all.substr(0, whole.bytes);
  must(arrived(request, limits).bytes == whole.bytes);
  must(arrived(request.substr(0, whole.bytes - 1), limits).what == Arrival::unfinished);
  const std::string answer = parser.answer(request, "127.0.0.1");
  must(answer.empty() || answer.starts_with("HTTP/1.1 "));
  return 0;
}
