// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "daemon/settings_values.h"

namespace upselld::daemon {
namespace {

constexpr int kPortMax = 65'535;

// "127.0.0.1:8710" or "[::1]:8710".
bool read_listen(const std::string& text, WebSettings& out) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return false;
  std::string address = text.substr(0, colon);
  if (address == "localhost") address = "127.0.0.1";
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + colon + 1, end, out.port);
  if (read.ec != std::errc() || read.ptr != end || out.port < 0 || out.port > kPortMax) {
    return false;
  }
  out.address = address;
  return is_address(address);
}

bool is_header_name(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_public_address(const std::string& text) {
  const std::size_t begin = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  return begin > 0 && text.size() > begin &&
         text.find_first_of("/?#@ \t\"", begin) == std::string::npos;
}

}  // namespace

bool is_address(const std::string& text) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, text.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1";
}

WebSettings read_web(const Settings& group, Findings& findings) {
  WebSettings out;
  const auto wrong = [&](const char* name, const std::string& why) {
    findings.push_back({group.place(name), std::string(name) + ": " + why});
  };
  if (!group.has("listen")) {
    for (const char* name : {"public_address", "proxy", "proxy_header", "operators"}) {
      if (group.has(name)) wrong(name, "nothing listens without listen: 127.0.0.1:8710");
    }
    return out;
  }
  if (!read_listen(group.text("listen"), out)) {
    wrong("listen", "write an address and a port: 127.0.0.1:8710");
  }
  out.public_address = group.text("public_address");
  if (!out.public_address.empty() && !is_public_address(out.public_address)) {
    wrong("public_address", "write https://HOST or https://HOST:PORT, without a path");
  }
  out.proxy_address = group.text("proxy");
  if (!out.proxy_address.empty() && !is_address(out.proxy_address)) {
    wrong("proxy", "write the proxy's IP address");
  }
  out.proxy_header = group.text("proxy_header");
  if (!is_header_name(out.proxy_header)) wrong("proxy_header", "is no name of a header");
  out.operators = group.texts("operators");
  if (!out.address.empty() && !is_loopback(out.address) && out.proxy_address.empty()) {
    wrong("listen", out.address +
                        " is reached from other machines: name the proxy that stands in "
                        "front, or listen at 127.0.0.1");
  }
  return out;
}

}  // namespace upselld::daemon
