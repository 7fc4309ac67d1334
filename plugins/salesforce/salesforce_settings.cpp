// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_settings.h"

#include <fmt/format.h>

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
  const auto take = [&](const char* option, Secret& into) {
    return take_secret(settings, option, into, out.unreadable);
  };
  if (out.flow == Flow::jwt) {
    if (out.username.empty())
      return error_at(settings.place("username"), "auth: jwt needs username");
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

}  // namespace

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
  if (auto read = read_mapped(settings, naming(), context, out); !read) return read.error();
  out.may_use_bulk = settings.yes("bulk");
  out.bulk_rows = settings.integer("bulk_rows");
  out.bulk_writes = settings.integer("bulk_writes");
  out.task_status = settings.text("task_status");
  out.withdrawn_status = settings.text("withdrawn_status");
  out.package_folder = settings.path("package");
  out.fingerprint = fingerprint_of(out, context, kReadingVersion, "|" + out.opted_out_field);
  return out;
}

}  // namespace upselld::plugins::salesforce
