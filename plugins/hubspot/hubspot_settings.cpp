// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_settings.h"

#include <algorithm>

#include "plugins/crm/refresh_token.h"
#include "plugins/http/url.h"

namespace upselld::plugins::hubspot {

namespace {

// Changes when the same settings and records begin to give other pages.
constexpr const char* kReadingVersion = "2";

const FieldNaming& naming() {
  static const FieldNaming naming = {
      is_name, {{"industry", "industry"}, {"region", "country"}}, false};
  return naming;
}

Result<void> read_credentials(const Settings& settings, Credentials& out) {
  out.is_oauth = settings.text("auth") == "refresh_token";
  out.host = without_slash(settings.text("host"));
  if (const auto url = parse_url(out.host, "host"); !url) {
    return error_at(settings.place("host"), url.error().message);
  }
  const auto take = [&](const char* option, Secret& into) {
    return take_secret(settings, option, into, out.unreadable);
  };
  if (!out.is_oauth) return take("token", out.token);
  out.client_id = settings.text("client_id");
  if (out.client_id.empty()) {
    return error_at(settings.place("client_id"), "auth: refresh_token needs client_id");
  }
  if (auto taken = take("client_secret", out.client_secret); !taken) return taken;
  out.refresh_token_file = secret_file(settings, "refresh_token");
  return take("refresh_token", out.refresh_token);
}

std::string fingerprint_of(const HubspotSettings& s, const ConnectorContext& context) {
  std::string more;
  for (const std::string& priority : s.escalated_priorities) more += "|" + priority;
  more += "|" + s.opted_out_field + "|" + s.no_mail + "|" + s.no_call + "|" + s.no_profile;
  return fingerprint_of(s, context, kReadingVersion, more);
}

}  // namespace

bool is_name(const std::string& text) {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 200 && std::all_of(text.begin(), text.end(), is_good);
}

Result<std::vector<AttributeSpec>> attributes_of(const Settings& settings) {
  const auto read = read_attributes(settings, naming());
  if (!read) return read.error();
  return specs_of(*read);
}

Result<HubspotSettings> read_settings(const Settings& settings, const ConnectorContext& context) {
  HubspotSettings out;
  if (auto read = read_credentials(settings, out.credentials); !read) return read.error();
  if (auto read = read_mapped(settings, naming(), context, out); !read) return read.error();
  for (const auto& [option, into] : {std::pair{"no_mail", &out.no_mail},
                                     {"no_call", &out.no_call},
                                     {"no_profile", &out.no_profile}}) {
    auto field = read_field(settings, option, naming());
    if (!field) return field.error();
    *into = std::move(*field);
  }
  out.version = settings.text("version");
  out.escalated_priorities = settings.texts("escalated_priorities");
  out.look_back = settings.duration("look_back");
  out.refresh = settings.duration("refresh_links");
  if (settings.text("task_keys") == "at_most_once") out.task_keys = TaskKeys::at_most_once;
  out.fingerprint = fingerprint_of(out, context);
  return out;
}

}  // namespace upselld::plugins::hubspot
