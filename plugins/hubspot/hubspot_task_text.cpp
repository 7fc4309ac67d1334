// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_task_text.h"

#include "plugins/crm/our_tasks.h"
#include "plugins/crm/record_text.h"

namespace upselld::plugins::hubspot {

namespace {

constexpr std::size_t kBodyMax = 60'000;
constexpr const char* kMark = "ref: upselld";

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\n')
      out += "<br>";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string html_body(const std::string& text, const std::string& key) {
  std::string body = escaped(cut_to(text, kBodyMax / 6));
  if (!key.empty()) body += std::string("<br>") + kMark + " " + escaped(in_lower_case(key));
  return body;
}

std::string withdrawn_body(const std::string& body, const std::string& why) {
  const std::string line = kWithdrawn + escaped(why);
  return body.size() + line.size() < kBodyMax ? body + "<br>" + line : line;
}

bool holds_key(std::string_view body, const std::string& key) {
  const std::string escaped_key = escaped(in_lower_case(key));
  const std::size_t at = body.find(escaped_key);
  if (at == std::string_view::npos) return false;
  // Not the beginning of a longer one.
  const std::size_t end = at + escaped_key.size();
  return end == body.size() || body[end] == '<' || body[end] == ' ' || body[end] == '\n';
}

bool holds_mark(std::string_view body) {
  return body.find(kMark) != std::string_view::npos ||
         body.find(kWithdrawn) != std::string_view::npos;
}

std::string company_of_key(const std::string& key) {
  const std::size_t date = key.rfind('.');
  if (date == std::string::npos || date == 0) return {};
  const std::size_t action = key.rfind('.', date - 1);
  if (action == std::string::npos || action == 0) return {};
  const std::size_t account = key.rfind('.', action - 1);
  return account == std::string::npos ? std::string()
                                      : key.substr(account + 1, action - account - 1);
}

}  // namespace upselld::plugins::hubspot
