// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/digest.h"
#include "plugins/crm/refresh_token.h"
#include "plugins/http/url.h"

namespace upselld::plugins::hubspot {

namespace {

// Changes when the same settings and records begin to give other pages.
constexpr const char* kReadingVersion = "1";

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
  const auto take = [&](const char* name, Secret& into) -> Result<void> {
    if (!settings.has(name)) {
      return error_at(settings.place(name),
                      fmt::format("auth: {} needs {}", settings.text("auth"), name));
    }
    // Whoever checks settings may not be the user that can read the secret.
    auto secret = settings.secret(name);
    if (secret)
      into = std::move(*secret);
    else if (!out.unreadable)
      out.unreadable = secret.error();
    return {};
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

// One named map or field after the other; the first that is wrong is told.
Result<void> read_mapped(const Settings& settings, const ConnectorContext& context,
                         HubspotSettings& out) {
  auto attributes = read_attributes(settings, naming());
  if (!attributes) return attributes.error();
  out.attributes = std::move(*attributes);
  auto activities = read_activities(settings, naming());
  if (!activities) return activities.error();
  out.activities = std::move(*activities);
  auto scope = read_scope(settings, naming());
  if (!scope) return scope.error();
  out.scope = std::move(*scope);
  auto constants = read_constants(settings, "task_constants", naming());
  if (!constants) return constants.error();
  out.task_constants = std::move(*constants);
  auto kinds = read_order_kinds(settings, context.upsell_types);
  if (!kinds) return kinds.error();
  out.order_kinds = std::move(*kinds);
  for (const auto& [option, into] :
       {std::pair{"opted_out", &out.opted_out_field}, std::pair{"no_mail", &out.no_mail},
        std::pair{"no_call", &out.no_call}, std::pair{"no_profile", &out.no_profile}}) {
    auto field = read_field(settings, option, naming());
    if (!field) return field.error();
    *into = std::move(*field);
  }
  return {};
}

std::string fingerprint_of(const HubspotSettings& s, const ConnectorContext& context) {
  std::string text = std::string(kReadingVersion) + context.zone.name() + context.prefix;
  text += fingerprint_text(s.scope, s.attributes, s.order_kinds);
  text += s.orders_are_won ? "|orders" : "";
  for (const std::string& priority : s.escalated_priorities) text += "|" + priority;
  text += "|" + s.opted_out_field + "|" + s.no_mail + "|" + s.no_call + "|" + s.no_profile;
  return fmt::format("{:016x}", keyed_hash(0, text));
}

}  // namespace

bool HubspotSettings::leaves_out(const std::string& stream) const {
  return std::find(leave_out.begin(), leave_out.end(), stream) != leave_out.end();
}

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
  if (auto read = read_mapped(settings, context, out); !read) return read.error();
  out.version = settings.text("version");
  out.orders_are_won = settings.text("won_orders") == "orders";
  out.leave_out = settings.texts("leave_out");
  out.escalated_priorities = settings.texts("escalated_priorities");
  out.overlap = settings.duration("overlap");
  out.safety_lag = settings.duration("safety_lag");
  out.look_back = settings.duration("look_back");
  out.refresh = settings.duration("refresh_links");
  out.fallback_owner = settings.text("fallback_owner");
  out.task_priority = settings.text("task_priority");
  if (settings.text("task_keys") == "at_most_once") out.task_keys = TaskKeys::at_most_once;
  out.fingerprint = fingerprint_of(out, context);
  return out;
}

}  // namespace upselld::plugins::hubspot
