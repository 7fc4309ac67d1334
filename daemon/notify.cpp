// SPDX-License-Identifier: Apache-2.0
#include "daemon/notify.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/secret_source.h"
#include "daemon/interrupt.h"
#include "daemon/notify_command.h"
#include "daemon/service_notice.h"
#include "plugins/http/wire.h"

namespace upselld::daemon {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kAnswerBytesMax = 64 * 1'024;

// Stops when time is over, or when the program is to stop.
class Deadline {
 public:
  explicit Deadline(Duration time)
      : at_stop_(stop_signal(), [this] { over_.request_stop(); }),
        timer_([this, time](const std::stop_token& no_longer) {
          std::mutex mutex;
          std::condition_variable_any never;
          std::unique_lock lock(mutex);
          never.wait_for(lock, no_longer, std::chrono::milliseconds(time.ms), [] { return false; });
          if (!no_longer.stop_requested()) over_.request_stop();
        }) {}
  std::stop_token token() const { return over_.get_token(); }

 private:
  std::stop_source over_;
  std::stop_callback<std::function<void()>> at_stop_;
  std::jthread timer_;
};

Result<void> post(const Clock& clock, const Node& webhook, const std::string& json) {
  const auto address = read_secret(webhook);
  if (!address) return in_context("notify: webhook", address.error());
  const Deadline deadline(kNotifyTimeMax);
  const auto wire = plugins::make_wire({.ca_file = {},
                                        .connect_timeout = seconds(10),
                                        .read_timeout = seconds(10),
                                        .total_timeout = kNotifyTimeMax,
                                        .response_bytes_max = kAnswerBytesMax},
                                       clock, deadline.token());
  HttpRequest request;
  request.method = "POST";
  request.url = std::string(address->reveal());
  request.headers = {{"Content-Type", "application/json"}};
  request.body = json;
  const auto answer = wire->exchange(request);
  if (!answer) {
    return Error{answer.error().kind,
                 std::string("notify: the webhook was not reached (") +
                     upselld::to_text(answer.error().kind) +
                     "); is its address right, https, and its certificate trusted?",
                 {}};
  }
  if (answer->status >= 200 && answer->status < 300) return {};
  return Error{ErrorKind::unavailable,
               "notify: the webhook answered HTTP " + std::to_string(answer->status),
               {}};
}

}  // namespace

Result<void> send_notice(const App& app, const std::string& text, const std::string& json) {
  const DaemonSettings& settings = app.settings();
  if (settings.notify_webhook) return post(app.clock(), *settings.notify_webhook, json);
  if (settings.notify_command.empty()) {
    return Error{
        ErrorKind::invalid_config, "notify: the settings name neither a webhook nor a command", {}};
  }
  const Deadline deadline(kNotifyTimeMax);
  return run_notify_command(settings.notify_command, text, deadline.token());
}

void notify(const App& app, const std::vector<Finding>& findings) {
  const DaemonSettings& settings = app.settings();
  if (!settings.notify_webhook && settings.notify_command.empty()) return;
  const Instant now = app.clock().now();
  std::vector<std::string> names;
  for (const ConnectionSettings& each : settings.connections) names.push_back(each.name);
  Notices notices = Notices::open(settings.state);
  notices.keep_only(names);
  notices.note(findings, now);
  // Before anything is sent too: a kill in between must not lose a cause.
  Result<void> done = notices.save();
  for (const Notice& notice : notices.due()) {
    if (!done) break;
    done = send_notice(app, text_of(settings.instance, notice), json_of(settings.instance, notice));
    if (!done) break;
    notices.sent(notice);
    done = notices.save();
  }
  if (!done) {
    log_event(LogPriority::warning, now, "notify_failed",
              {{"why", done.error().message}, {"then", "tried again after the next run"}});
  }
}

std::string text_of(const std::string& instance, const Notice& notice) {
  const std::string who = notice.connection.empty() ? instance : instance + " " + notice.connection;
  const std::string since = std::string(to_text(notice.kind)) + ", since " + to_text(notice.since);
  return who + ": " + (notice.is_over ? "over: " : "") + notice.text + " (" + since + ")";
}

std::string json_of(const std::string& instance, const Notice& notice) {
  const Json out = {{"text", text_of(instance, notice)},
                    {"instance", instance},
                    {"cause", to_text(notice.kind)},
                    {"connection", notice.connection},
                    {"over", notice.is_over},
                    {"since", to_text(notice.since)}};
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace upselld::daemon
