// SPDX-License-Identifier: Apache-2.0
#include "plugins/http/url.h"

#include <algorithm>
#include <charconv>

namespace upselld::plugins {

namespace {

constexpr std::size_t kUrlBytesMax = 16 * 1024;

Error bad_url(const std::string& what, const std::string& why) {
  return {ErrorKind::invalid_config, what + ": " + why, {}};
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_' || c == ':';
}

}  // namespace

std::string Url::origin() const {
  const bool is_usual = port == (scheme == "https" ? 443 : 80);
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return scheme + "://" + name + (is_usual ? "" : ":" + std::to_string(port));
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  if (!host.starts_with("127.")) return false;
  return std::all_of(host.begin(), host.end(),
                     [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

Result<Url> parse_url(std::string_view text, const std::string& what) {
  Url url;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || text.size() > kUrlBytesMax) {
    return bad_url(what, "write an address such as https://acme.example");
  }
  url.scheme = text.substr(0, colon);
  if (url.scheme != "https" && url.scheme != "http") {
    return bad_url(what, "the address must begin with https://");
  }
  text.remove_prefix(colon + 3);
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  std::string_view authority = text.substr(0, end);
  url.target = text.substr(end);
  if (url.target.empty() || url.target[0] != '/') url.target.insert(0, "/");
  if (url.target.find('#') != std::string::npos || authority.find('@') != std::string_view::npos) {
    return bad_url(what, "the address may hold no user name and no #");
  }
  url.port = url.scheme == "https" ? 443 : 80;
  const bool is_bracketed = authority.starts_with('[');
  const std::size_t bracket = is_bracketed ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return bad_url(what, "a [ is never closed");
  const std::size_t port = authority.find(':', bracket);
  if (port != std::string_view::npos) {
    const std::string_view digits = authority.substr(port + 1);
    const auto [stop, code] =
        std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    const bool is_good = code == std::errc() && stop == digits.data() + digits.size();
    if (!is_good || url.port < 1 || url.port > 65'535) return bad_url(what, "the port is no port");
    authority = authority.substr(0, port);
  }
  if (is_bracketed) authority = authority.substr(1, authority.size() - 2);
  url.host = authority;
  if (url.host.empty() || !std::all_of(url.host.begin(), url.host.end(), is_host_character)) {
    return bad_url(what, "the address names no host");
  }
  if (url.scheme == "http" && !is_loopback(url.host)) {
    return bad_url(what,
                   "http without encryption is only for this machine; use https://" + url.host);
  }
  return url;
}

std::string percent_encoded(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::string form_encoded(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += percent_encoded(name) + "=" + percent_encoded(value);
  }
  return out;
}

}  // namespace upselld::plugins
