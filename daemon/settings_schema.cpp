// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/assertions.h"
#include "daemon/settings_sample.h"
#include "daemon/settings_tables.h"

namespace upselld::daemon {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDialect = "http://json-schema.org/draft-07/schema#";
constexpr const char* kSharePattern = "^[0-9]+(\\.[0-9]+)?%$";
constexpr const char* kDurationPattern = "^[0-9]+[dhms]$";

Json object_schema(const SettingTable& table);

Json pattern(const char* expression) {
  return {{"type", "string"}, {"pattern", expression}};
}

// Editors read "yes" as a text or as a truth value, depending on their YAML.
Json scalar_type() {
  return {{"type", Json::array({"string", "number", "boolean"})}};
}

Json numeric(const Setting& setting, const char* type) {
  Json schema = {{"type", type}};
  if (setting.least) schema["minimum"] = *setting.least;
  if (setting.most) schema["maximum"] = *setting.most;
  return schema;
}

Json secret_schema() {
  Json schema = {{"type", "object"}};
  for (const char* source : {"file", "credential", "env"}) {
    schema["properties"][source] = {{"type", "string"}};
  }
  schema["additionalProperties"] = false;
  schema["minProperties"] = 1;
  schema["maxProperties"] = 1;
  return schema;
}

Json value_schema(const Setting& setting) {
  switch (setting.kind) {
    case SettingKind::text:
      return scalar_type();
    case SettingKind::path:
      return {{"type", "string"}};
    case SettingKind::word:
      return {{"enum", setting.words}};
    case SettingKind::yes_no:
      return {{"enum", Json::array({"yes", "no", true, false})}};
    case SettingKind::integer:
      return numeric(setting, "integer");
    case SettingKind::number:
      return numeric(setting, "number");
    case SettingKind::share:
      return {{"anyOf", Json::array({pattern(kSharePattern),
                                     {{"type", "number"}, {"minimum", 0}, {"maximum", 1}}})}};
    case SettingKind::duration:
      return pattern(kDurationPattern);
    case SettingKind::secret:
      return secret_schema();
    case SettingKind::text_list:
      return {
          {"anyOf", Json::array({scalar_type(), {{"type", "array"}, {"items", scalar_type()}}})}};
    case SettingKind::group:
      return object_schema(*setting.group);
    case SettingKind::group_list:
      return {{"type", "array"}, {"items", object_schema(*setting.group)}};
    case SettingKind::free_map: {
      Json schema = {{"type", Json::array({"object", "null"})}};
      if (setting.group != nullptr) schema["additionalProperties"] = object_schema(*setting.group);
      return schema;
    }
    case SettingKind::node: {
      if (setting.group == nullptr) return Json::object();
      const Json one = object_schema(*setting.group);
      return {{"anyOf", Json::array({one, {{"type", "array"}, {"items", one}}})}};
    }
  }
  UPSELLD_ASSERT(false);
  return {};
}

Json object_schema(const SettingTable& table) {
  Json schema = {{"type", Json::array({"object", "null"})}};
  Json required = Json::array();
  schema["properties"] = Json::object();
  for (const Setting& setting : table.settings) {
    Json value = {{"description", setting.help}};
    if (setting.default_text != nullptr) {
      value["description"] = std::string(setting.help) + " Default: " + setting.default_text;
    }
    value.update(value_schema(setting));
    schema["properties"][setting.name] = std::move(value);
    if (setting.required) required.push_back(setting.name);
  }
  if (!required.empty()) {
    schema["required"] = std::move(required);
    schema["type"] = "object";
  }
  schema["additionalProperties"] = false;
  return schema;
}

// A connection's options depend on its plugin.
Json connection_schema(const std::vector<PluginHelp>& plugins) {
  Json schema = {{"type", "object"}, {"required", Json::array({"plugin"})}};
  Json names = Json::array();
  Json cases = Json::array();
  for (const PluginHelp& plugin : plugins) {
    names.push_back(plugin.name);
    SettingTable table = connection_table();
    table.settings.insert(table.settings.end(), plugin.table->settings.begin(),
                          plugin.table->settings.end());
    Json if_plugin;
    if_plugin["properties"]["plugin"]["const"] = plugin.name;
    cases.push_back({{"if", if_plugin}, {"then", object_schema(table)}});
  }
  schema["properties"]["plugin"] = {{"enum", names}};
  schema["allOf"] = std::move(cases);
  return schema;
}

std::string document(const std::string& title, Json schema) {
  Json whole = {{"$schema", kDialect}, {"title", title}};
  whole.update(schema);
  return whole.dump(1) + "\n";
}

}  // namespace

std::string config_schema(const std::vector<PluginHelp>& plugins) {
  Json schema = object_schema(root_table());
  schema["properties"]["connections"]["additionalProperties"] = connection_schema(plugins);
  return document("upselld.yaml", std::move(schema));
}

std::string table_schema(const std::string& title, const SettingTable& table) {
  return document(title, object_schema(table));
}

}  // namespace upselld::daemon
