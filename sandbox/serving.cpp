// SPDX-License-Identifier: Apache-2.0
#include "sandbox/serving.h"

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "core/file_io.h"
#include "sandbox/control.h"

namespace upselld::sandbox {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Instant machine_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

// False: `text` is no time, and `out` stays.
bool read_time(const std::string& text, Instant& out) {
  try {
    out = instant_of(std::string(trimmed(text)));
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

Json body_json(const std::string& body) {
  if (body.empty()) return nullptr;
  Json out = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  return out.is_discarded() ? Json("no JSON") : out;
}

}  // namespace

Result<std::string> text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return Error{ErrorKind::io, "read " + path, {}};
  return text.str();
}

Result<void> write_text(const std::string& folder, const std::string& name,
                        const std::string& text) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) return Error{ErrorKind::io, "make " + folder + ": " + code.message(), {}};
  // Whoever waits for the file finds it whole; nobody else can read it at any moment.
  return write_file_atomically(fs::path(folder) / name, text, 0600);
}

Result<std::unique_ptr<ServedClock>> ServedClock::start(const ServeOptions& options) {
  Instant at = machine_now();
  if (!options.clock.empty() && !read_time(options.clock, at)) {
    return Error{ErrorKind::invalid_config,
                 "--clock " + options.clock + ": write a time as 2026-11-22T06:00:00Z",
                 {}};
  }
  if (!options.clock_file.empty()) {
    const auto text = text_of(options.clock_file);
    if (!text || !read_time(*text, at)) {
      return Error{ErrorKind::invalid_config,
                   "--clock-file " + options.clock_file + ": it holds no time",
                   {}};
    }
  }
  std::unique_ptr<ServedClock> made(new ServedClock(at, options.clock_file));
  if (options.clock.empty() && options.clock_file.empty()) made->clock_.run();
  return made;
}

void ServedClock::follow_file() {
  if (file_.empty()) return;
  const auto text = text_of(file_);
  Instant at;
  if (text && read_time(*text, at)) clock_.set(at);
}

Result<std::unique_ptr<ExchangeLog>> ExchangeLog::open(const std::string& path) {
  auto log = std::make_unique<ExchangeLog>();
  if (path.empty()) return log;
  log->out_.open(path, std::ios::binary | std::ios::app);
  if (!log->out_) return Error{ErrorKind::io, "write " + path, {}};
  return log;
}

void ExchangeLog::note(const HttpRequest& request, const HttpAnswer& answer) {
  const std::lock_guard lock(mutex_);
  if (!out_.is_open() || request.path.find("/oauth") != std::string::npos) return;
  Json query = Json::object();
  for (const auto& [name, value] : request.query) query[name] = value;
  const Json line = {{"method", request.method},
                     {"path", request.path},
                     {"query", query},
                     {"request", body_json(request.body)},
                     {"status", answer.status},
                     {"answer", body_json(answer.body)},
                     {"broken", answer.cut_after_bytes.has_value()}};
  out_ << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n' << std::flush;
}

}  // namespace upselld::sandbox
