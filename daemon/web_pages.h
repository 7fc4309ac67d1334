// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/host.h"
#include "daemon/app.h"
#include "daemon/service_door.h"
#include "daemon/shared_answers.h"
#include "daemon/web_access.h"
#include "daemon/web_request.h"
#include "daemon/web_routes.h"

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
  WebAnswer made(const WebRoute& route, const WebRequest& request) const;
  Result<std::unique_ptr<App>> open(Access access) const;

  WebAccess& access_;
  ServiceDoor& door_;
  const Invocation& invocation_;
  const Clock& clock_;
  SharedAnswers shared_{clock_};
};

}  // namespace upselld::daemon
