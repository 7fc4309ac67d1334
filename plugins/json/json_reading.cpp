// SPDX-License-Identifier: Apache-2.0
#include "plugins/json/json_reading.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/number_text.h"
#include "core/settings.h"

namespace upselld::plugins {

namespace {

using Json = nlohmann::json;

Error no_json(const std::string& what, std::size_t at) {
  return {ErrorKind::corrupt, what + ": the answer is no JSON from byte " + std::to_string(at), {}};
}

Result<Json> parse_with(std::string_view text, const std::string& what,
                        const Json::parser_callback_t& callback) {
  try {
    return Json::parse(text, callback);
  } catch (const Json::parse_error& fault) {
    return no_json(what, fault.byte);
  } catch (const Json::exception&) {
    return no_json(what, 0);
  }
}

}  // namespace

Result<Json> parse_json(std::string_view text, const std::string& what) {
  return parse_with(text, what, nullptr);
}

Result<Json> parse_each(std::string_view text, const std::string& what, std::string_view field,
                        const std::function<bool(const Json&)>& take) {
  bool is_in_array = false, is_good = true;
  std::string key;
  auto read = parse_with(text, what, [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth == 1 && event == Json::parse_event_t::key) key = parsed.get<std::string>();
    if (depth == 1 && event == Json::parse_event_t::array_start) is_in_array = key == field;
    if (depth == 1 && event == Json::parse_event_t::array_end) is_in_array = false;
    const bool is_element =
        is_in_array && depth == 2 &&
        (event == Json::parse_event_t::object_end || event == Json::parse_event_t::array_end ||
         event == Json::parse_event_t::value);
    if (!is_element) return true;
    is_good = is_good && take(parsed);
    return false;
  });
  if (read && !is_good) {
    return Error{ErrorKind::corrupt, what + ": " + std::string(field) + " holds no records", {}};
  }
  return read;
}

const Json* member(const Json& object, std::string_view field) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(field);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

const Json* member_at(const Json& object, std::string_view path) {
  const Json* at = &object;
  while (at != nullptr) {
    const std::size_t dot = path.find('.');
    at = member(*at, path.substr(0, dot));
    if (dot == std::string_view::npos) return at;
    path.remove_prefix(dot + 1);
  }
  return nullptr;
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_integer()) return value.dump();
  if (value.is_number()) return shortest_text(value.get<double>());
  return {};
}

std::string text_in(const Json& object, std::string_view field) {
  const Json* value = member(object, field);
  return value == nullptr ? std::string() : text_of(*value);
}

std::vector<std::string> texts_in(const Json& object, std::string_view field) {
  const Json* value = member(object, field);
  if (value == nullptr) return {};
  if (!value->is_array()) return {text_of(*value)};
  std::vector<std::string> texts;
  for (const Json& one : *value) texts.push_back(text_of(one));
  return texts;
}

bool flag_in(const Json& object, std::string_view field, bool otherwise) {
  const Json* value = member(object, field);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  return parse_yes_no(text_of(*value)).value_or(otherwise);
}

std::optional<double> number_in(const Json& object, std::string_view field) {
  const Json* value = member(object, field);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  return value->is_string() ? parse_number(value->get<std::string>()) : std::nullopt;
}

Result<std::string> required_text(const Json& object, std::string_view field,
                                  const std::string& what) {
  const Json* value = member(object, field);
  if (value != nullptr && value->is_string()) return value->get<std::string>();
  return Error{
      ErrorKind::corrupt, what + ": the answer has no text \"" + std::string(field) + "\"", {}};
}

}  // namespace upselld::plugins
