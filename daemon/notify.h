// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "daemon/app.h"
#include "daemon/notices.h"

namespace upselld::daemon {

// Sends one message where `notify` says: posted to the webhook over verified TLS, or given to the
// command on its standard input. Takes at most 30 seconds. Errors name neither address nor answer:
// the address of a webhook is a secret.
inline constexpr Duration kNotifyTimeMax = seconds(30);
Result<void> send_notice(const App& app, const std::string& text, const std::string& json);

// Notes what was found and tells what is due, where the settings have a `notify`. The caller has
// the right to write into the state directory. A failure is told in the log and harms nothing: what
// was not sent is due again after the next run.
void notify(const App& app, const std::vector<Finding>& findings);

// "upselld crm: nothing is written: ... (connection_broken, since 2026-11-02T10:00:00Z)".
std::string text_of(const std::string& instance, const Notice& notice);
// {"text": the same, "instance": ..., "cause": ..., "connection": ..., "over": ..., "since": ...}:
// chats that take a "text" show it, programs read the rest.
std::string json_of(const std::string& instance, const Notice& notice);

}  // namespace upselld::daemon
