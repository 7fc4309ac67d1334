// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/digest.h"
#include "plugins/crm/refresh_token.h"
#include "plugins/http/url.h"

namespace upselld::plugins::salesforce {

namespace {

// Changes when the same settings and records begin to give other pages.
constexpr const char* kReadingVersion = "1";
constexpr int kVersionMin = 58, kVersionMax = 68;

const FieldNaming& naming() {
  static const FieldNaming naming = {
      is_field_path, {{"industry", "Industry"}, {"region", "BillingCountry"}}, true};
  return naming;
}

Result<void> read_secrets(const Settings& settings, Credentials& out) {
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
  if (out.flow == Flow::jwt) {
    if (out.username.empty()) return error_at(settings.place("username"), "jwt needs username");
    return take("private_key", out.private_key);
  }
  if (auto taken = take("client_secret", out.client_secret); !taken) return taken;
  if (out.flow == Flow::client_credentials) return {};
  out.refresh_token_file = secret_file(settings, "refresh_token");
  return take("refresh_token", out.refresh_token);
}

Result<void> read_login(const Settings& settings, Credentials& out) {
  const std::string flow = settings.text("auth");
  if (flow == "client_credentials") out.flow = Flow::client_credentials;
  if (flow == "refresh_token") out.flow = Flow::refresh_token;
  const std::string host = without_slash(settings.text("host"));
  out.instance = host;
  out.host = settings.has("login_host") ? without_slash(settings.text("login_host")) : host;
  for (const auto& [name, address] : {std::pair{"host", host}, {"login_host", out.host}}) {
    if (const auto url = parse_url(address, name); !url) {
      return error_at(settings.place(name), url.error().message);
    }
  }
  const bool is_sandbox = host.find(".sandbox.") != std::string::npos ||
                          out.host.find("//test.salesforce.com") != std::string::npos;
  out.audience = settings.has("audience") ? without_slash(settings.text("audience"))
                 : is_sandbox             ? "https://test.salesforce.com"
                                          : "https://login.salesforce.com";
  out.username = settings.text("username");
  out.client_id = settings.text("client_id");
  return read_secrets(settings, out);
}

Result<std::string> read_version(const Settings& settings) {
  const std::string text = settings.text("version");
  const auto number = parse_number(text);
  const bool is_good = number && *number >= kVersionMin && *number <= kVersionMax &&
                       text.size() == 4 && text.ends_with(".0");
  if (is_good) return text;
  return error_at(settings.place("version"),
                  fmt::format("version is {}.0 to {}.0", kVersionMin, kVersionMax));
}

Result<void> read_maps(const Settings& settings, const ConnectorContext& context,
                       SalesforceSettings& out) {
  auto scope = read_scope(settings, naming());
  if (!scope) return scope.error();
  out.scope = std::move(*scope);
  auto constants = read_constants(settings, "task_constants", naming());
  if (!constants) return constants.error();
  out.task_constants = std::move(*constants);
  auto opted_out = read_field(settings, "opted_out", naming());
  if (!opted_out) return opted_out.error();
  out.opted_out_field = std::move(*opted_out);
  auto kinds = read_order_kinds(settings, context.upsell_types);
  if (!kinds) return kinds.error();
  out.order_kinds = std::move(*kinds);
  return {};
}

std::string fingerprint_of(const SalesforceSettings& s, const ConnectorContext& context) {
  std::string text = std::string(kReadingVersion) + context.zone.name() + context.prefix;
  text += fingerprint_text(s.scope, s.attributes, s.order_kinds);
  text += s.orders_are_won ? "|orders" : "";
  text += "|" + s.opted_out_field;
  return fmt::format("{:016x}", keyed_hash(0, text));
}

}  // namespace

bool SalesforceSettings::leaves_out(const std::string& stream) const {
  return std::find(leave_out.begin(), leave_out.end(), stream) != leave_out.end();
}

bool is_field_path(const std::string& text) {
  bool begins = true;
  for (const char c : text) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool is_other = (c >= '0' && c <= '9') || c == '_';
    if (c == '.' && !begins) {
      begins = true;
      continue;
    }
    if (!is_letter && (begins || !is_other)) return false;
    begins = false;
  }
  return !begins && text.size() <= 200;
}

Result<std::vector<AttributeSpec>> attributes_of(const Settings& settings) {
  const auto read = read_attributes(settings, naming());
  if (!read) return read.error();
  return specs_of(*read);
}

Result<SalesforceSettings> read_settings(const Settings& settings,
                                         const ConnectorContext& context) {
  SalesforceSettings out;
  if (auto read = read_login(settings, out.credentials); !read) return read.error();
  auto version = read_version(settings);
  if (!version) return version.error();
  out.version = std::move(*version);
  auto attributes = read_attributes(settings, naming());
  if (!attributes) return attributes.error();
  out.attributes = std::move(*attributes);
  auto activities = read_activities(settings, naming());
  if (!activities) return activities.error();
  out.activities = std::move(*activities);
  if (auto read = read_maps(settings, context, out); !read) return read.error();
  out.orders_are_won = settings.text("won_orders") == "orders";
  out.leave_out = settings.texts("leave_out");
  out.may_use_bulk = settings.yes("bulk");
  out.bulk_rows = settings.integer("bulk_rows");
  out.bulk_writes = settings.integer("bulk_writes");
  out.overlap = settings.duration("overlap");
  out.safety_lag = settings.duration("safety_lag");
  out.fallback_owner = settings.text("fallback_owner");
  out.task_status = settings.text("task_status");
  out.withdrawn_status = settings.text("withdrawn_status");
  out.task_priority = settings.text("task_priority");
  out.package_folder = settings.path("package");
  out.fingerprint = fingerprint_of(out, context);
  return out;
}

}  // namespace upselld::plugins::salesforce
