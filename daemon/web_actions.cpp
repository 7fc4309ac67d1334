// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "daemon/approval_answer.h"
#include "daemon/pause_change.h"
#include "daemon/web_routes.h"

namespace upselld::daemon {
namespace {

constexpr std::size_t kWhyBytesMax = 500;

Result<WebAnswer> set_pause(const WebContext& context, bool paused) {
  const auto body = object_of(context.request);
  if (!body) return body.error();
  App& app = context.app;
  const std::string connection = text_of(*body, "connection");
  if (!connection.empty() && app.settings().connection(connection) == nullptr) {
    return Error{
        ErrorKind::invalid_config, "there is no connection " + connection + " in the settings", {}};
  }
  const PauseChange change = {connection, paused, context.request.user.name,
                              text_of(*body, "why").substr(0, kWhyBytesMax)};
  const auto answer = change_pause(app.ledger(), change, app.clock().now());
  if (!answer) return answer.error();
  return json_answer(json_of(change, *answer));
}

}  // namespace

Result<WebAnswer> pause_action(const WebContext& context) {
  return set_pause(context, true);
}

Result<WebAnswer> resume_action(const WebContext& context) {
  return set_pause(context, false);
}

Result<WebAnswer> approval_action(const WebContext& context) {
  const auto body = object_of(context.request);
  if (!body) return body.error();
  const std::string answer = text_of(*body, "answer");
  if (answer != "yes" && answer != "no") {
    return Error{ErrorKind::invalid_config, "answer: yes or no", {}};
  }
  const std::string key = text_of(*body, "key");
  const auto state =
      answer == "yes" ? store::ApprovalState::approved : store::ApprovalState::declined;
  const auto answered = answer_approval(context.app, key, state, context.request.user.name);
  if (!answered) return answered.error();
  return json_answer({{"key", key}, {"state", store::to_text(state)}});
}

}  // namespace upselld::daemon
