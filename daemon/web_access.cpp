// SPDX-License-Identifier: Apache-2.0
#include "daemon/web_access.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/digest.h"
#include "core/file_io.h"
#include "daemon/settings_values.h"

namespace upselld::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTokenTextMax = 200;
constexpr std::size_t kNameMax = 100;
constexpr std::size_t kFileBytesMax = 1'000;
constexpr const char* kFolder = "dashboard";
constexpr const char* kAddressFile = "address";

std::string digest_text(const std::string& token) {
  return hex(sha256(token));
}

// "operate 123456789": role and steady time in milliseconds.
std::string link_text(WebRole role, Duration until) {
  return std::string(to_text(role)) + " " + std::to_string(until.ms) + "\n";
}

std::optional<std::pair<WebRole, Duration>> read_link(const std::string& text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string::npos) return std::nullopt;
  const std::string word = text.substr(0, blank);
  const WebRole role = word == to_text(WebRole::operate) ? WebRole::operate
                       : word == to_text(WebRole::view)  ? WebRole::view
                                                         : WebRole::nobody;
  Duration until;
  const auto read = std::from_chars(text.data() + blank + 1, text.data() + text.size(), until.ms);
  if (role == WebRole::nobody || read.ec != std::errc()) return std::nullopt;
  return std::pair(role, until);
}

std::string host_of(const std::string& url) {
  const std::size_t at = url.find("://");
  return at == std::string::npos ? std::string() : url.substr(at + 3);
}

std::string in_url(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

std::string lowered(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

}  // namespace

const char* to_text(WebRole role) {
  switch (role) {
    case WebRole::nobody:
      return "nobody";
    case WebRole::view:
      return "view";
    case WebRole::operate:
      return "operate";
  }
  return "?";
}

WebAccess::WebAccess(WebSettings settings, fs::path state, const Clock& clock)
    : settings_(std::move(settings)), folder_(std::move(state) / kFolder), clock_(clock) {}

Result<void> WebAccess::open(int port) {
  port_ = port;
  std::error_code failure;
  fs::remove_all(folder_, failure);
  fs::create_directories(folder_, failure);
  if (!failure) fs::permissions(folder_, fs::perms::owner_all, failure);
  if (failure) {
    return Error{ErrorKind::io, "make " + folder_.string() + ": " + failure.message(), {}};
  }
  const std::string url = settings_.public_address.empty()
                              ? "http://" + in_url(settings_.address) + ":" + std::to_string(port)
                              : settings_.public_address;
  return write_file_atomically(folder_ / kAddressFile, url + "\n");
}

bool WebAccess::is_meant_for_us(const WebRequest& request) const {
  const bool is_of_proxy = request.peer == settings_.proxy_address;
  if (!is_loopback(settings_.address) && !is_of_proxy) return false;
  const std::string host = lowered(request.header("host"));
  if (!settings_.public_address.empty() && host == lowered(host_of(settings_.public_address))) {
    return true;
  }
  const std::string port = ":" + std::to_string(port_);
  return host == in_url(settings_.address) + port || host == "localhost" + port ||
         host == "127.0.0.1" + port || host == "[::1]" + port;
}

bool WebAccess::is_of_our_page(const WebRequest& request) {
  const std::string origin = host_of(request.header("origin"));
  return !origin.empty() && lowered(origin) == lowered(request.header("host"));
}

WebUser WebAccess::user_of(const WebRequest& request) {
  if (!settings_.proxy_address.empty() && request.peer == settings_.proxy_address) {
    const std::string name = request.header(lowered(settings_.proxy_header)).substr(0, kNameMax);
    if (!name.empty()) {
      const auto& all = settings_.operators;
      const bool operates = std::find(all.begin(), all.end(), name) != all.end();
      return {operates ? WebRole::operate : WebRole::view, name};
    }
  }
  const std::string value = cookie_of(request);
  if (value.empty() || value.size() > kTokenTextMax) return {};
  const std::lock_guard lock(mutex_);
  const auto at = sessions_.find(digest_text(value));
  if (at == sessions_.end()) return {};
  if (clock_.steady() >= at->second.until) {
    sessions_.erase(at);
    return {};
  }
  return {at->second.role, "dashboard"};
}

std::optional<std::string> WebAccess::log_in(const std::string& token) {
  if (token.empty() || token.size() > kTokenTextMax) return std::nullopt;
  const fs::path file = folder_ / (digest_text(token) + ".link");
  const auto text = read_file(file, kFileBytesMax);
  // Of several who come at the same time, one removes it.
  std::error_code ignored;
  if (!text || !fs::remove(file, ignored)) return std::nullopt;
  const auto link = read_link(*text);
  if (!link || clock_.steady() >= link->second) return std::nullopt;
  const std::string value = hex(random_bytes(kTokenBytes));
  const std::lock_guard lock(mutex_);
  if (sessions_.size() >= kSessionsMax) {
    sessions_.erase(std::min_element(
        sessions_.begin(), sessions_.end(),
        [](const auto& a, const auto& b) { return a.second.until < b.second.until; }));
  }
  sessions_[digest_text(value)] = {link->first, Duration{clock_.steady().ms + kSessionHolds.ms}};
  return cookie(value, kSessionHolds);
}

std::string WebAccess::log_out(const WebRequest& request) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(digest_text(cookie_of(request)));
  return cookie("", Duration{0});
}

// Browsers keep cookies by host alone: two services on one machine must not end one another's.
std::string WebAccess::cookie_of(const WebRequest& request) const {
  const std::string name = "upselld_" + std::to_string(port_) + "=";
  const std::string all = "; " + request.header("cookie");
  const std::size_t at = all.find("; " + name);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + 2 + name.size();
  return all.substr(begin, all.find(';', begin) - begin);
}

std::string WebAccess::cookie(const std::string& value, Duration holds) const {
  const bool is_secure = settings_.public_address.starts_with("https://");
  return "upselld_" + std::to_string(port_) + "=" + value + "; Path=/; HttpOnly; SameSite=Strict" +
         "; Max-Age=" + std::to_string(holds.ms / 1000) + (is_secure ? "; Secure" : "");
}

void forget_login_links(const fs::path& state) {
  std::error_code ignored;
  fs::remove_all(state / kFolder, ignored);
}

Result<std::string> make_login_link(const fs::path& state, WebRole role, const Clock& clock) {
  const auto url = read_file(state / kFolder / kAddressFile, kFileBytesMax);
  if (!url) {
    return Error{ErrorKind::not_found,
                 "no web server runs on " + state.string() +
                     ": put web: {listen: 127.0.0.1:8710} into the settings and start upselld run",
                 {}};
  }
  const std::string token = hex(random_bytes(kTokenBytes));
  const Duration until{clock.steady().ms + kLinkHolds.ms};
  const fs::path file = state / kFolder / (digest_text(token) + ".link");
  const auto written = write_file_atomically(file, link_text(role, until));
  if (!written) return in_context("make a link", written.error());
  // Behind the # it is sent to no server and stands in no log: the page hands it in.
  return url->substr(0, url->find('\n')) + "/login#" + token;
}

}  // namespace upselld::daemon
