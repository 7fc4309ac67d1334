// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/mapped_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/activity_name.h"
#include "core/digest.h"
#include "core/our_field.h"
#include "core/settings_check.h"
#include "plugins/crm/record_text.h"

namespace upselld::plugins {

namespace {

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

SettingTable make_activity_table(bool names_account) {
  return {{
      {.name = "object", .required = true},
      {.name = "account", .required = names_account},
      {.name = "at", .required = true},
      {.name = "kind"},
      {.name = "kind_field"},
      {.name = "value"},
  }};
}

const SettingTable& activity_table(const FieldNaming& naming) {
  static const SettingTable with_account = make_activity_table(true);
  static const SettingTable without_account = make_activity_table(false);
  return naming.activities_name_account ? with_account : without_account;
}

Result<std::string> checked_path(const FieldNaming& naming, const std::string& path,
                                 const Place& place) {
  if (naming.is_field(path)) return path;
  return error_at(place, fmt::format("\"{:.60}\" is no field name", path));
}

AttributeKind kind_named(const std::string& word) {
  if (word == "number") return AttributeKind::number;
  if (word == "instant") return AttributeKind::instant;
  if (word == "boolean") return AttributeKind::boolean;
  return AttributeKind::text;
}

Result<AttributeField> read_attribute(const Node::Entry& entry, const FieldNaming& naming) {
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
  auto good = checked_path(naming, path, entry.place);
  if (!good) return good.error();
  attribute.field = std::move(*good);
  return attribute;
}

Result<std::vector<ActivityObject>> read_activities(const Settings& settings,
                                                    const FieldNaming& naming) {
  std::vector<ActivityObject> all;
  const Node* node = settings.node("activities");
  if (node == nullptr) return all;
  std::vector<const Node*> maps;
  if (node->kind == Node::Kind::map) maps.push_back(node);
  for (const Node& item : node->items) maps.push_back(&item);
  for (const Node* map : maps) {
    const std::vector<Error> findings = check(*map, activity_table(naming));
    if (!findings.empty()) return findings.front();
    const Settings one(*map, activity_table(naming));
    ActivityObject made = {"",
                           one.text("object"),
                           one.text("account"),
                           one.text("at"),
                           one.text("kind"),
                           one.text("value"),
                           one.text("kind_field")};
    for (const std::string* path : {&made.object, &made.at}) {
      if (auto good = checked_path(naming, *path, map->place); !good) return good.error();
    }
    for (const std::string* path : {&made.account, &made.value, &made.kind_field}) {
      if (!path->empty() && !naming.is_field(*path)) {
        return error_at(map->place, fmt::format("\"{:.60}\" is no field name", *path));
      }
    }
    if (made.kind.empty() == made.kind_field.empty()) {
      return error_at(map->place, "name kind, or kind_field, the field that holds it");
    }
    if (!made.kind.empty() && !is_activity_name(made.kind)) {
      return error_at(map->place, "kind: a name of small letters, digits and _");
    }
    made.stream = in_lower_case(made.object) + "_" + in_lower_case(made.kind + made.kind_field);
    const bool is_twice = std::any_of(all.begin(), all.end(), [&](const ActivityObject& other) {
      return other.stream == made.stream;
    });
    if (is_twice) return error_at(map->place, "activities: " + made.stream + " is mapped twice");
    all.push_back(std::move(made));
  }
  return all;
}

Result<std::vector<FieldValuesWanted>> read_scope(const Settings& settings,
                                                  const FieldNaming& naming) {
  std::vector<FieldValuesWanted> scope;
  const Node* map = settings.node("accounts");
  if (map == nullptr) return scope;
  for (const Node::Entry& entry : map->entries) {
    auto field = checked_path(naming, entry.key, entry.place);
    if (!field) return field.error();
    scope.push_back({std::move(*field), texts_of(entry.value)});
  }
  return scope;
}

// What is always written.
Result<std::map<std::string, std::string>> read_constants(const Settings& settings,
                                                          const FieldNaming& naming) {
  std::map<std::string, std::string> constants;
  const Node* map = settings.node("task_constants");
  if (map == nullptr) return constants;
  for (const Node::Entry& entry : map->entries) {
    auto field = checked_path(naming, entry.key, entry.place);
    if (!field) return field.error();
    constants[*field] = entry.value.text;
  }
  return constants;
}

Result<OrderKinds> read_order_kinds(const Settings& settings,
                                    const std::vector<std::string>& upsell_types) {
  OrderKinds kinds;
  for (const std::string& type : upsell_types) kinds[in_lower_case(type)] = OrderKind::upsell;
  const Node* map = settings.node("order_kinds");
  if (map == nullptr) return kinds;
  for (const Node::Entry& entry : map->entries) {
    OrderKind kind = OrderKind::other;
    if (!parse(entry.key, kind)) {
      return error_at(entry.place, "order_kinds: \"" + entry.key +
                                       "\" is not new_business, renewal, upsell, cross_sell or "
                                       "other");
    }
    for (const std::string& type : texts_of(entry.value)) kinds[in_lower_case(type)] = kind;
  }
  return kinds;
}

// All that decides what is read, as text.
std::string text_of(const MappedSettings& settings) {
  std::string text;
  for (const FieldValuesWanted& one : settings.scope) {
    text += "|" + one.field;
    for (const std::string& value : one.values) text += "," + value;
  }
  for (const AttributeField& one : settings.attributes) {
    text += fmt::format("|{}:{}:{}", one.spec.name, one.field, static_cast<int>(one.spec.kind));
  }
  for (const auto& [type, kind] : settings.order_kinds) text += "|" + type + "=" + to_text(kind);
  text += settings.orders_are_won ? "|orders" : "";
  return text;
}

}  // namespace

Result<std::vector<AttributeField>> read_attributes(const Settings& settings,
                                                    const FieldNaming& naming) {
  std::vector<AttributeField> all;
  const Node* map = settings.node("attributes");
  if (map != nullptr) {
    for (const Node::Entry& entry : map->entries) {
      auto attribute = read_attribute(entry, naming);
      if (!attribute) return attribute.error();
      all.push_back(std::move(*attribute));
    }
  }
  for (const auto& [name, field] : naming.usual_attributes) {
    const bool is_named = std::any_of(all.begin(), all.end(), [name = name](const auto& attribute) {
      return attribute.spec.name == name;
    });
    if (!is_named) all.push_back({field, {name, AttributeKind::text, {}, false}});
  }
  return all;
}

std::vector<AttributeSpec> specs_of(const std::vector<AttributeField>& attributes) {
  std::vector<AttributeSpec> specs;
  for (const AttributeField& attribute : attributes) specs.push_back(attribute.spec);
  return specs;
}

Result<std::string> read_field(const Settings& settings, const char* option,
                               const FieldNaming& naming) {
  const std::string name = settings.text(option);
  return name.empty() ? name : checked_path(naming, name, settings.place(option));
}

bool MappedSettings::leaves_out(const std::string& stream) const {
  return std::find(leave_out.begin(), leave_out.end(), stream) != leave_out.end();
}

Result<void> read_mapped(const Settings& settings, const FieldNaming& naming,
                         const ConnectorContext& context, MappedSettings& out) {
  auto attributes = read_attributes(settings, naming);
  if (!attributes) return attributes.error();
  out.attributes = std::move(*attributes);
  for (const AttributeField& one : out.attributes) {
    auto good =
        refuse_our_field(settings.place("attributes"), one.spec.name, one.field, context.prefix);
    if (!good) return good;
  }
  auto activities = read_activities(settings, naming);
  if (!activities) return activities.error();
  out.activities = std::move(*activities);
  auto scope = read_scope(settings, naming);
  if (!scope) return scope.error();
  out.scope = std::move(*scope);
  auto constants = read_constants(settings, naming);
  if (!constants) return constants.error();
  out.task_constants = std::move(*constants);
  auto kinds = read_order_kinds(settings, context.upsell_types);
  if (!kinds) return kinds.error();
  out.order_kinds = std::move(*kinds);
  auto opted_out = read_field(settings, "opted_out", naming);
  if (!opted_out) return opted_out.error();
  out.opted_out_field = std::move(*opted_out);
  out.orders_are_won = settings.text("won_orders") == "orders";
  out.leave_out = settings.texts("leave_out");
  out.overlap = settings.duration("overlap");
  out.safety_lag = settings.duration("safety_lag");
  out.fallback_owner = settings.text("fallback_owner");
  out.task_priority = settings.text("task_priority");
  return {};
}

std::string fingerprint_of(const MappedSettings& settings, const ConnectorContext& context,
                           const std::string& version, const std::string& more) {
  const std::string text =
      version + context.zone.name() + context.prefix + text_of(settings) + more;
  return fmt::format("{:016x}", keyed_hash(0, text));
}

Result<void> take_secret(const Settings& settings, const char* option, Secret& into,
                         std::optional<Error>& unreadable) {
  if (!settings.has(option)) {
    return error_at(settings.place(option),
                    fmt::format("auth: {} needs {}; write {}: {{file: PATH}}",
                                settings.text("auth"), option, option));
  }
  auto secret = settings.secret(option);
  if (secret)
    into = std::move(*secret);
  else if (!unreadable)
    unreadable = secret.error();
  return {};
}

OrderKind kind_of_type(const OrderKinds& kinds, std::string_view type) {
  const auto found = kinds.find(in_lower_case(type));
  return found == kinds.end() ? OrderKind::other : found->second;
}

std::string without_slash(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

SettingTable joined(std::vector<std::vector<Setting>> parts) {
  SettingTable table;
  for (std::vector<Setting>& part : parts) {
    table.settings.insert(table.settings.end(), part.begin(), part.end());
  }
  return table;
}

}  // namespace upselld::plugins
