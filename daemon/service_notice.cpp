// SPDX-License-Identifier: Apache-2.0
#include "daemon/service_notice.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "daemon/text_table.h"

#ifdef UPSELLD_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

namespace upselld::daemon {
namespace {

constexpr std::size_t kValueWidthMax = 2'000;

// What a CRM says may hold anything: nothing that moves a terminal gets through.
std::string quoted(const std::string& value) {
  std::string out;
  std::size_t begin = 0;
  for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
    end = value.find('\n', begin);
    if (begin > 0) out += "\\n";
    for (const char c : printable(value.substr(begin, end - begin), kValueWidthMax)) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  const bool is_plain = !out.empty() && out.find_first_of(" \"=\\") == std::string::npos;
  return is_plain ? out : '"' + out + '"';
}

}  // namespace

std::string event_line(LogPriority priority, Instant at, const std::string& event,
                       const EventValues& values) {
  const bool is_journald = std::getenv("JOURNAL_STREAM") != nullptr;
  std::string line = is_journald ? "<" + std::to_string(static_cast<int>(priority)) + ">"
                                 : "at=" + to_text(at) + " ";
  line += "event=" + quoted(event);
  for (const auto& [name, value] : values) line += " " + name + "=" + quoted(value);
  return line + '\n';
}

void log_event(LogPriority priority, Instant at, const std::string& event,
               const EventValues& values) {
  const std::string line = event_line(priority, at, event, values);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void tell_service_manager([[maybe_unused]] const std::string& state) {
#ifdef UPSELLD_SYSTEMD
  // Fails only where nobody listens any more.
  sd_notify(/*unset_environment=*/0, state.c_str());
#endif
}

Duration watchdog_limit() {
#ifdef UPSELLD_SYSTEMD
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(/*unset_environment=*/0, &microseconds) > 0) {
    return milliseconds(static_cast<std::int64_t>(microseconds / 1000));
  }
#endif
  return {};
}

}  // namespace upselld::daemon
