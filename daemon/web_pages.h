// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/host.h"
#include "daemon/app.h"
#include "daemon/service_door.h"
#include "daemon/web_access.h"
#include "daemon/web_request.h"

namespace upselld::daemon {

// From a request to its answer: who may ask, which page answers, and what every answer says to
// browsers. Each request opens the store for itself, so that nothing is held between requests. Any
// thread may call it.
class WebPages {
 public:
  // All outlive the object.
  WebPages(WebAccess& access, ServiceDoor& door, const Invocation& invocation, const Clock& clock)
      : access_(access), door_(door), invocation_(invocation), clock_(clock) {}

  WebAnswer answer(WebRequest request);

 private:
  WebAnswer routed(const WebRequest& request);
  WebAnswer session(const WebRequest& request);
  WebAnswer file(const std::string& name, int status) const;
  WebAnswer page(const WebRequest& request);
  WebAnswer ready();
  WebAnswer metrics();
  WebAnswer asked(const WebRequest& request);
  WebAnswer api(const WebRequest& request);
  Result<std::unique_ptr<App>> open(Access access) const;

  // What every open page asks again and again is the same for all: made once a second.
  std::optional<WebAnswer> kept(const WebRequest& request);
  void keep(const WebRequest& request, const WebAnswer& answer);

  struct Kept {
    WebAnswer answer;
    Duration until;
  };
  WebAccess& access_;
  ServiceDoor& door_;
  const Invocation& invocation_;
  const Clock& clock_;
  std::mutex mutex_;                  // of what follows
  std::map<std::string, Kept> kept_;  // by path
};

}  // namespace upselld::daemon
