// SPDX-License-Identifier: Apache-2.0
#include "core/settings.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "core/assertions.h"
#include "core/secret_source.h"
#include "core/time_zone.h"

namespace upselld {

Settings::Settings(const Node& map, const SettingTable& table) : map_(&map), table_(&table) {}

const Setting& Settings::spec(std::string_view name) const {
  for (const Setting& setting : table_->settings) {
    if (name == setting.name) return setting;
  }
  UPSELLD_ASSERT(false && "the table has no option of this name");
  std::abort();
}

bool Settings::has(std::string_view name) const {
  return node(name) != nullptr;
}

const Node* Settings::node(std::string_view name) const {
  static_cast<void>(spec(name));
  return map_->find(name);
}

std::string Settings::text(std::string_view name) const {
  const Setting& setting = spec(name);
  const Node* written = map_->find(name);
  if (written != nullptr && written->kind == Node::Kind::scalar) return written->text;
  return setting.default_text == nullptr ? std::string() : setting.default_text;
}

bool Settings::yes(std::string_view name) const {
  return parse_yes_no(text(name)).value_or(false);
}

std::int64_t Settings::integer(std::string_view name) const {
  const std::string digits = text(name);
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

double Settings::number(std::string_view name) const {
  return parse_number(text(name)).value_or(0);
}

double Settings::share(std::string_view name) const {
  return parse_share(text(name)).value_or(0);
}

Duration Settings::duration(std::string_view name) const {
  return parse_duration(text(name)).value_or(Duration{});
}

std::string Settings::path(std::string_view name) const {
  const std::string written = text(name);
  if (written.empty()) return {};
  const std::filesystem::path folder = std::filesystem::path(place(name).file).parent_path();
  return std::filesystem::absolute(folder / written).lexically_normal().string();
}

std::vector<std::string> Settings::texts(std::string_view name) const {
  const Node* written = node(name);
  if (written == nullptr || written->kind != Node::Kind::list) {
    const std::string one = text(name);
    return one.empty() ? std::vector<std::string>() : std::vector<std::string>{one};
  }
  std::vector<std::string> all;
  for (const Node& item : written->items) all.push_back(item.text);
  return all;
}

Result<Secret> Settings::secret(std::string_view name) const {
  const Node* written = node(name);
  if (written == nullptr)
    return error_at(place(name), std::string(name) + " is missing; write " + std::string(name) +
                                     ": {file: PATH}");
  auto value = read_secret(*written);
  if (!value) return error_at(written->place, std::string(name) + ": " + value.error().message);
  return value;
}

std::optional<Settings> Settings::group(std::string_view name) const {
  const Setting& setting = spec(name);
  UPSELLD_ASSERT(setting.kind == SettingKind::group && setting.group != nullptr);
  const Node* written = map_->find(name);
  if (written == nullptr) return std::nullopt;
  return Settings(*written, *setting.group);
}

std::vector<Settings> Settings::groups(std::string_view name) const {
  const Setting& setting = spec(name);
  UPSELLD_ASSERT(setting.kind == SettingKind::group_list && setting.group != nullptr);
  std::vector<Settings> all;
  const Node* written = map_->find(name);
  if (written == nullptr) return all;
  for (const Node& item : written->items) all.emplace_back(item, *setting.group);
  return all;
}

Place Settings::place(std::string_view name) const {
  static_cast<void>(spec(name));
  for (const Node::Entry& entry : map_->entries) {
    if (entry.key == name) return entry.place;
  }
  return map_->place;
}

}  // namespace upselld
