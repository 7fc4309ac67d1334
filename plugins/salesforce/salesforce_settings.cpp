// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/activity_name.h"
#include "core/digest.h"
#include "core/settings_check.h"
#include "plugins/http/url.h"

namespace upselld::plugins::salesforce {

namespace {

// Changes when the same settings and records begin to give other pages.
constexpr const char* kReadingVersion = "1";
constexpr int kVersionMin = 58, kVersionMax = 68;

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::vector<std::string> texts_of(const Node& node) {
  if (node.kind == Node::Kind::scalar) return {node.text};
  std::vector<std::string> texts;
  for (const Node& item : node.items) texts.push_back(item.text);
  return texts;
}

const SettingTable& attribute_table() {
  static const SettingTable table = {{
      {.name = "field", .required = true},
      {.name = "kind",
       .kind = SettingKind::word,
       .words = {"number", "text", "instant", "boolean"}},
      {.name = "order", .kind = SettingKind::text_list},
      {.name = "static", .kind = SettingKind::yes_no, .default_text = "no"},
  }};
  return table;
}

const SettingTable& activity_table() {
  static const SettingTable table = {{
      {.name = "object", .required = true},
      {.name = "account", .required = true},
      {.name = "at", .required = true},
      {.name = "kind"},
      {.name = "kind_field"},
      {.name = "value"},
  }};
  return table;
}

Result<std::string> checked_path(const std::string& path, const Place& place) {
  if (is_field_path(path)) return path;
  return error_at(place, fmt::format("\"{:.60}\" is no field name", path));
}

AttributeKind kind_named(const std::string& word) {
  if (word == "number") return AttributeKind::number;
  if (word == "instant") return AttributeKind::instant;
  if (word == "boolean") return AttributeKind::boolean;
  return AttributeKind::text;
}

Result<AttributeField> read_attribute(const Node::Entry& entry) {
  if (!is_activity_name(entry.key)) {
    return error_at(entry.place, fmt::format("attribute \"{}\": a name has small letters, digits "
                                             "and _",
                                             entry.key));
  }
  AttributeField attribute;
  attribute.spec.name = entry.key;
  std::string path = entry.value.text;
  if (entry.value.kind != Node::Kind::scalar) {
    const std::vector<Error> findings = check(entry.value, attribute_table());
    if (!findings.empty()) return findings.front();
    const Settings settings(entry.value, attribute_table());
    path = settings.text("field");
    attribute.spec.kind = kind_named(settings.text("kind"));
    attribute.spec.order = settings.texts("order");
    attribute.spec.is_static = settings.yes("static");
    if (!attribute.spec.order.empty()) {
      if (attribute.spec.kind != AttributeKind::text) {
        return error_at(entry.place,
                        fmt::format("attribute {}: only text has an order", entry.key));
      }
      attribute.spec.kind = AttributeKind::ordered_text;
    }
  }
  auto good = checked_path(path, entry.place);
  if (!good) return good.error();
  attribute.field = std::move(*good);
  return attribute;
}

Result<std::vector<AttributeField>> read_attributes(const Settings& settings) {
  std::vector<AttributeField> all;
  const Node* map = settings.node("attributes");
  if (map != nullptr) {
    for (const Node::Entry& entry : map->entries) {
      auto attribute = read_attribute(entry);
      if (!attribute) return attribute.error();
      all.push_back(std::move(*attribute));
    }
  }
  for (const auto& [name, field] :
       {std::pair{"industry", "Industry"}, {"region", "BillingCountry"}}) {
    const bool is_named = std::any_of(all.begin(), all.end(), [name = name](const auto& attribute) {
      return attribute.spec.name == name;
    });
    if (!is_named) all.push_back({field, {name, AttributeKind::text, {}, false}});
  }
  return all;
}

Result<std::vector<ActivityObject>> read_activities(const Settings& settings) {
  std::vector<ActivityObject> all;
  const Node* node = settings.node("activities");
  if (node == nullptr) return all;
  std::vector<const Node*> maps;
  if (node->kind == Node::Kind::map) maps.push_back(node);
  for (const Node& item : node->items) maps.push_back(&item);
  for (const Node* map : maps) {
    const std::vector<Error> findings = check(*map, activity_table());
    if (!findings.empty()) return findings.front();
    const Settings one(*map, activity_table());
    ActivityObject made = {"",
                           one.text("object"),
                           one.text("account"),
                           one.text("at"),
                           one.text("kind"),
                           one.text("value"),
                           one.text("kind_field")};
    for (const std::string* path : {&made.object, &made.account, &made.at}) {
      if (auto good = checked_path(*path, map->place); !good) return good.error();
    }
    for (const std::string* path : {&made.value, &made.kind_field}) {
      if (!path->empty() && !is_field_path(*path)) {
        return error_at(map->place, fmt::format("\"{:.60}\" is no field name", *path));
      }
    }
    if (made.kind.empty() == made.kind_field.empty()) {
      return error_at(map->place, "name kind, or kind_field, the field that holds it");
    }
    if (!made.kind.empty() && !is_activity_name(made.kind)) {
      return error_at(map->place, "kind: a name of small letters, digits and _");
    }
    made.stream = lower(made.object) + "_" + lower(made.kind + made.kind_field);
    const bool is_twice = std::any_of(all.begin(), all.end(), [&](const ActivityObject& other) {
      return other.stream == made.stream;
    });
    if (is_twice) return error_at(map->place, "activities: " + made.stream + " is mapped twice");
    all.push_back(std::move(made));
  }
  return all;
}

Result<void> read_order_kinds(const Settings& settings, SalesforceSettings& out) {
  const Node* map = settings.node("order_kinds");
  if (map == nullptr) return {};
  for (const Node::Entry& entry : map->entries) {
    OrderKind kind = OrderKind::other;
    if (!parse(entry.key, kind)) {
      return error_at(entry.place, "order_kinds: \"" + entry.key +
                                       "\" is not new_business, renewal, upsell, cross_sell or "
                                       "other");
    }
    for (const std::string& type : texts_of(entry.value)) out.order_kinds[lower(type)] = kind;
  }
  return {};
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
  if (const Node* node = settings.node("refresh_token"); node != nullptr) {
    if (const Node* file = node->find("file"); file != nullptr) {
      const auto folder = std::filesystem::path(file->place.file).parent_path();
      out.refresh_token_file = std::filesystem::absolute(folder / file->text).lexically_normal();
    }
  }
  return take("refresh_token", out.refresh_token);
}

std::string without_slash(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
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

Result<void> read_maps(const Settings& settings, SalesforceSettings& out) {
  if (const Node* map = settings.node("accounts"); map != nullptr) {
    for (const Node::Entry& entry : map->entries) {
      auto field = checked_path(entry.key, entry.place);
      if (!field) return field.error();
      out.scope.push_back({std::move(*field), texts_of(entry.value)});
    }
  }
  if (const Node* map = settings.node("task_constants"); map != nullptr) {
    for (const Node::Entry& entry : map->entries) {
      auto field = checked_path(entry.key, entry.place);
      if (!field) return field.error();
      out.task_constants[*field] = entry.value.text;
    }
  }
  if (settings.has("opted_out")) {
    auto field = checked_path(settings.text("opted_out"), settings.place("opted_out"));
    if (!field) return field.error();
    out.opted_out_field = std::move(*field);
  }
  return read_order_kinds(settings, out);
}

std::string fingerprint_of(const SalesforceSettings& s, const ConnectorContext& context) {
  std::string text = std::string(kReadingVersion) + context.zone.name() + context.prefix;
  for (const FieldValuesWanted& one : s.scope) {
    text += "|" + one.field;
    for (const std::string& value : one.values) text += "," + value;
  }
  for (const AttributeField& one : s.attributes) {
    text += fmt::format("|{}:{}:{}", one.spec.name, one.field, static_cast<int>(one.spec.kind));
  }
  for (const auto& [type, kind] : s.order_kinds) text += "|" + type + "=" + to_text(kind);
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
  const auto read = read_attributes(settings);
  if (!read) return read.error();
  std::vector<AttributeSpec> specs;
  for (const AttributeField& attribute : *read) specs.push_back(attribute.spec);
  return specs;
}

Result<SalesforceSettings> read_settings(const Settings& settings,
                                         const ConnectorContext& context) {
  SalesforceSettings out;
  for (const std::string& type : context.upsell_types) {
    out.order_kinds[lower(type)] = OrderKind::upsell;
  }
  if (auto read = read_login(settings, out.credentials); !read) return read.error();
  auto version = read_version(settings);
  if (!version) return version.error();
  out.version = std::move(*version);
  auto attributes = read_attributes(settings);
  if (!attributes) return attributes.error();
  out.attributes = std::move(*attributes);
  auto activities = read_activities(settings);
  if (!activities) return activities.error();
  out.activities = std::move(*activities);
  if (auto read = read_maps(settings, out); !read) return read.error();
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
