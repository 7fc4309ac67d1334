// SPDX-License-Identifier: Apache-2.0
#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/app.h"
#include "daemon/command_list.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const std::string& connection, const PrepareReport& report) {
  return {{"connection", connection}, {"steps", report.steps}, {"left_to_do", report.left_to_do}};
}

void print(const std::string& connection, const PrepareReport& report) {
  for (const std::string& step : report.steps) std::cout << connection << "  " << step << "\n";
  if (report.left_to_do.empty()) return;
  std::cout << "left to do by a person:\n";
  for (const std::string& step : report.left_to_do) std::cout << "  - " << step << "\n";
}

// One line of standard input. A person who types it is asked, and does not see it.
Result<Secret> read_admin_session() {
  const bool is_person = ::isatty(STDIN_FILENO) == 1;
  termios before{};
  if (is_person) {
    std::cerr << "access token of an admin's session: " << std::flush;
    ::tcgetattr(STDIN_FILENO, &before);
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  std::string line;
  std::getline(std::cin, line);
  if (is_person) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::cerr << "\n";
  }
  while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
  Secret session(std::move(line));
  if (!session.empty()) return session;
  return Error{ErrorKind::invalid_config,
               "prepare --direct reads the access token of an admin's session from standard input, "
               "and there was none",
               {}};
}

}  // namespace

Result<int> prepare_command(const Invocation& invocation) {
  auto app = App::open(invocation, Access::settings_only);
  if (!app) return app.error();
  const std::string wanted =
      invocation.arguments.empty() ? std::string() : invocation.arguments.front();
  PrepareRequest request = {invocation.has("--dry-run"), invocation.has("--remove")};
  if (invocation.has("--direct")) {
    if (wanted.empty()) {
      return Error{ErrorKind::invalid_config,
                   "prepare --direct: name the connection; an admin's session is for one CRM only",
                   {}};
    }
    auto session = read_admin_session();
    if (!session) return session.error();
    request.admin_session = std::move(*session);
  }
  Json all = Json::array();
  bool is_found = false;
  for (Link& link : (*app)->links()) {
    if (!wanted.empty() && wanted != link.name()) continue;
    is_found = true;
    const auto report = link.connector->prepare(request);
    // A connection that needs nothing is no failure, unless it was asked for by name.
    if (!report && report.error().kind == ErrorKind::unsupported && wanted.empty()) continue;
    if (!report) return report.error();
    all.push_back(to_json(link.name(), *report));
    if (!invocation.json) print(link.name(), *report);
  }
  if (!is_found) {
    return Error{ErrorKind::invalid_config, "there is no connection " + wanted, {}};
  }
  if (invocation.json) std::cout << Json({{"connections", all}}).dump(2) << "\n";
  if (!invocation.json && all.empty()) std::cout << "no connection needs to be prepared\n";
  return kDone;
}

}  // namespace upselld::daemon
