// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/host.h"
#include "core/result.h"
#include "daemon/settings.h"
#include "daemon/web_request.h"

namespace upselld::daemon {

inline constexpr Duration kLinkHolds = minutes(10);
inline constexpr Duration kSessionHolds = hours(12);
inline constexpr std::size_t kSessionsMax = 200;

// Who may see the pages. A link logs in once: its token is kept as a digest, in a file of the state
// directory that is removed by the first who comes with it. Sessions are kept in memory and end
// with the service. Times are steady, so that a clock that is set moves none of them; they begin
// anew with the machine, so a starting service removes links that were left. Any thread may call
// it.
class WebAccess {
 public:
  // `clock` outlives the object.
  WebAccess(WebSettings settings, std::filesystem::path state, const Clock& clock);

  // Once the port is known: links of a former service are removed, and the address is written down
  // for `upselld dashboard`.
  Result<void> open(int port);

  // Whether the Host header is one of ours, and the peer one who may ask at all: against pages of
  // other sites that reach us by a name of theirs.
  bool is_meant_for_us(const WebRequest& request) const;
  // Whether a page of ours sent it: its Origin is the host it was sent to.
  static bool is_of_our_page(const WebRequest& request);
  WebUser user_of(const WebRequest& request);

  // The value for Set-Cookie, once for each link; nothing: no such link, used, or too old.
  std::optional<std::string> log_in(const std::string& token);
  // The value for Set-Cookie that takes the cookie away.
  std::string log_out(const WebRequest& request);

 private:
  struct Session {
    WebRole role = WebRole::nobody;
    Duration until;
  };
  std::string cookie_of(const WebRequest& request) const;
  std::string cookie(const std::string& value, Duration holds) const;

  const WebSettings settings_;
  const std::filesystem::path folder_;
  const Clock& clock_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, Session> sessions_;  // by digest of the cookie
};

// Links and address of a web server that is gone: nobody is to be led to them.
void forget_login_links(const std::filesystem::path& state);

// For `upselld dashboard`: a link that logs in with that role, once, within kLinkHolds. not_found:
// no web server was ever started on this state directory.
Result<std::string> make_login_link(const std::filesystem::path& state, WebRole role,
                                    const Clock& clock);

}  // namespace upselld::daemon
