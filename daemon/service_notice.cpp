// SPDX-License-Identifier: Apache-2.0
#include "daemon/service_notice.h"

#include <cstdio>
#include <cstdlib>

#ifdef UPSELLD_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

namespace upselld::daemon {
namespace {

std::string quoted(std::string_view value) {
  const bool is_plain =
      !value.empty() && value.find_first_of(" \"=\\\n\r\t") == std::string_view::npos;
  if (is_plain) return std::string(value);
  std::string out = "\"";
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

}  // namespace

void log_event(LogPriority priority, Instant at, std::string_view event,
               const std::vector<std::pair<std::string, std::string>>& values) {
  const bool is_journald = std::getenv("JOURNAL_STREAM") != nullptr;
  std::string line = is_journald ? "<" + std::to_string(static_cast<int>(priority)) + ">"
                                 : "at=" + to_text(at) + " ";
  line += "event=" + quoted(event);
  for (const auto& [name, value] : values) line += " " + name + "=" + quoted(value);
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void tell_service_manager([[maybe_unused]] const std::string& state) {
#ifdef UPSELLD_SYSTEMD
  // Fails only where nobody listens any more.
  sd_notify(/*unset_environment=*/0, state.c_str());
#endif
}

}  // namespace upselld::daemon
