// SPDX-License-Identifier: Apache-2.0
#include "plugins/http/headers.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/time_zone.h"

namespace upselld::plugins {

namespace {

bool read_number(std::string_view text, std::uint64_t& out) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  return code == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._-~+/=!%").find(c) != std::string_view::npos;
}

// What stands before a secret in the texts of CRMs and of OAuth.
constexpr std::string_view kMarks[] = {"Bearer ",        "Basic ",         "OAuth ",
                                       "assertion=",     "refresh_token=", "access_token=",
                                       "client_secret=", "code=",          "sid="};

// A session id ("00Dxx0000000001!AQc..."), a service key ("pat-eu1-..."), or a token in three parts
// ("eyJ...").
bool is_token(std::string_view word) {
  if (word.size() > 12 && word.starts_with("pat-")) return true;
  if (word.size() > 18 && word.starts_with("00D") && word.find('!') < 19) return true;
  return word.size() > 20 && word.starts_with("eyJ");
}

}  // namespace

std::string_view header(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

std::optional<Instant> parse_http_date(std::string_view text) {
  const std::size_t comma = text.find(", ");
  if (comma == std::string_view::npos || !text.ends_with(" GMT")) return std::nullopt;
  text = text.substr(comma + 2, text.size() - comma - 6);
  return parse_instant(text, "%d %b %Y %H:%M:%S", TimeZone::utc());
}

std::optional<Instant> server_date(const HttpResponse& response) {
  return parse_http_date(header(response, "date"));
}

std::optional<Duration> retry_after(const HttpResponse& response, Instant now) {
  const std::string_view text = trimmed(header(response, "retry-after"));
  if (text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  if (read_number(text, number)) {
    return std::min(seconds(static_cast<std::int64_t>(std::min<std::uint64_t>(number, 86'400))),
                    days(1));
  }
  const auto at = parse_http_date(text);
  if (!at) return std::nullopt;
  return std::clamp(*at - now, Duration{}, days(1));
}

std::optional<ReportedUsage> reported_usage(const HttpResponse& response) {
  std::string_view rest = header(response, "sforce-limit-info");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view pair = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!pair.starts_with("api-usage=")) continue;
    const std::string_view figures = pair.substr(10);
    const std::size_t slash = figures.find('/');
    ReportedUsage usage;
    if (slash != std::string_view::npos && read_number(figures.substr(0, slash), usage.used) &&
        read_number(figures.substr(slash + 1), usage.limit)) {
      return usage;
    }
  }
  ReportedUsage usage;
  std::uint64_t left = 0;
  if (read_number(trimmed(header(response, "x-hubspot-ratelimit-daily")), usage.limit) &&
      read_number(trimmed(header(response, "x-hubspot-ratelimit-daily-remaining")), left) &&
      left <= usage.limit) {
    usage.used = usage.limit - left;
    return usage;
  }
  return std::nullopt;
}

std::string redacted(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (std::size_t at = 0; at < text.size() && out.size() < bytes_max + 4;) {
    const auto mark = std::find_if(std::begin(kMarks), std::end(kMarks), [&](std::string_view m) {
      return text.substr(at).starts_with(m);
    });
    std::size_t begin = at;
    if (mark != std::end(kMarks)) {
      out += *mark;
      begin += mark->size();
    }
    std::size_t end = begin;
    while (end < text.size() && is_token_character(text[end])) ++end;
    if (mark != std::end(kMarks) || is_token(text.substr(begin, end - begin))) {
      if (end > begin) out += "<secret>";
      at = end;
      continue;
    }
    // Up to the end of the word, or one character that is in no word.
    end = std::max(end, begin + 1);
    // A mark may begin inside a word only after a sign such as & or ?, which ends words here.
    for (; at < end; ++at) {
      const auto byte = static_cast<unsigned char>(text[at]);
      out += byte < 0x20 || byte == 0x7f ? ' ' : text[at];
    }
  }
  if (out.size() <= bytes_max) return out;
  std::size_t cut = bytes_max;
  while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xc0) == 0x80) --cut;
  return out.substr(0, cut) + "...";
}

}  // namespace upselld::plugins
