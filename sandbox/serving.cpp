// SPDX-License-Identifier: Apache-2.0
#include "sandbox/serving.h"

#include <algorithm>
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

// A name that stands there twice, as in a=1&a=2, is one list.
Json parameters_json(const HttpParameters& parameters) {
  Json out = Json::object();
  for (const auto& [name, value] : parameters) {
    out[name] = out.contains(name) ? out[name].get<std::string>() + "," + value : value;
  }
  return out;
}

Json body_json(const std::string& body, std::string_view content_type) {
  if (body.empty()) return nullptr;
  if (content_type.find("x-www-form-urlencoded") != std::string_view::npos) {
    return parameters_json(parse_parameters(body));
  }
  Json out = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  return out.is_discarded() ? Json("no JSON") : out;
}

// Texts that bear no secret where logins are asked for and given; every other one may.
constexpr std::string_view kNoSecrets[] = {
    "grant_type",        "token_type", "token_use", "token_type_hint", "error",
    "error_description", "status",     "message",   "category",        "correlationId"};

void hide_secrets(Json& body) {
  if (!body.is_object()) return;
  for (auto& [name, value] : body.items()) {
    const bool is_plain =
        std::find(std::begin(kNoSecrets), std::end(kNoSecrets), name) != std::end(kNoSecrets);
    if (value.is_string() && !is_plain) value = "<secret>";
  }
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
  if (!out_.is_open()) return;
  Json query = parameters_json(request.query);
  Json asked = body_json(request.body, request.headers.get("Content-Type"));
  Json said = body_json(answer.body, answer.headers.get("Content-Type"));
  if (request.path.find("/oauth") != std::string::npos) {
    // The old paths have the token in them.
    if (request.path.find("-tokens/") != std::string::npos) return;
    for (Json* part : {&query, &asked, &said}) hide_secrets(*part);
  }
  const Json line = {{"method", request.method},
                     {"path", request.path},
                     {"query", query},
                     {"request", asked},
                     {"status", answer.status},
                     {"answer", said},
                     {"broken", answer.cut_after_bytes.has_value()}};
  out_ << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n' << std::flush;
}

}  // namespace upselld::sandbox
