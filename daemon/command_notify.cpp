// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <nlohmann/json.hpp>

#include "daemon/command_list.h"
#include "daemon/notify.h"
#include "daemon/text_table.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

Result<int> notify_command(const Invocation& invocation) {
  const auto app = App::open(invocation, Access::settings_only);
  if (!app) return app.error();
  Json rows = Json::array();
  TextTable table({"CAUSE", "CONNECTION", "SINCE", "WHAT"});
  for (const Notice& notice : Notices::open((*app)->settings().state).open_causes()) {
    const std::string connection = notice.connection.empty() ? "all" : notice.connection;
    table.add({to_text(notice.kind), connection, to_text(notice.since), printable(notice.text)});
    rows.push_back({{"cause", to_text(notice.kind)},
                    {"connection", connection},
                    {"since", to_text(notice.since)},
                    {"text", notice.text}});
  }
  if (invocation.json) {
    std::cout << Json({{"causes", rows}}).dump(2, ' ', false, Json::error_handler_t::replace)
              << "\n";
  } else if (table.empty()) {
    std::cout << "nothing that anybody has to be told\n";
  } else {
    std::cout << table.text();
  }
  return kDone;
}

Result<int> notify_test_command(const Invocation& invocation) {
  const auto app = App::open(invocation, Access::settings_only);
  if (!app) return app.error();
  const std::string& instance = (*app)->settings().instance;
  const std::string text = instance + ": a test message of upselld; nothing is wrong";
  const Json json = {{"text", text}, {"instance", instance}, {"cause", "test"}};
  if (const auto sent = send_notice(**app, text, json.dump()); !sent) return sent.error();
  if (invocation.json) {
    std::cout << Json({{"sent", true}}).dump(2) << "\n";
  } else {
    std::cout << "sent: " << text << "\n";
  }
  return kDone;
}

}  // namespace upselld::daemon
