// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files_mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/activity_name.h"
#include "core/digest.h"
#include "plugins/files/files_settings.h"

namespace upselld::plugins::files {

namespace {

// Changes when the same settings and bytes begin to give other records.
constexpr const char* kReadingVersion = "1";

std::vector<std::string> texts_of(const Node& node) {
  if (node.kind == Node::Kind::scalar) return {node.text};
  std::vector<std::string> texts;
  for (const Node& item : node.items) texts.push_back(item.text);
  return texts;
}

bool is_text_or_list(const Node& node) {
  if (node.kind == Node::Kind::scalar) return true;
  return node.kind == Node::Kind::list &&
         std::all_of(node.items.begin(), node.items.end(),
                     [](const Node& item) { return item.kind == Node::Kind::scalar; });
}

// The settings as one text, with lengths so that no two settings look alike.
void describe(const Node& node, std::string& out) {
  out += fmt::format("{}:{}:{}", static_cast<int>(node.kind), node.text.size(), node.text);
  for (const Node& item : node.items) describe(item, out);
  for (const Node::Entry& entry : node.entries) {
    if (entry.key == "path") continue;
    out += fmt::format("={}:{}", entry.key.size(), entry.key);
    describe(entry.value, out);
  }
  out += ';';
}

Result<std::vector<ColumnValues>> read_column_values(const Settings& section, const char* name) {
  std::vector<ColumnValues> all;
  const Node* map = section.node(name);
  if (map == nullptr) return all;
  for (const Node::Entry& entry : map->entries) {
    if (!is_text_or_list(entry.value)) {
      return error_at(entry.place,
                      fmt::format("{}: {} needs a value or a list of values", name, entry.key));
    }
    all.push_back({entry.key, texts_of(entry.value)});
  }
  return all;
}

// Our words for `kind` and `status` of orders; activities take any name.
bool is_word(Section section, bool is_status, const std::string& word) {
  if (section == Section::activities) return is_activity_name(word);
  OrderKind kind = OrderKind::other;
  OrderStatus status = OrderStatus::won;
  return is_status ? parse(word, status) : parse(word, kind);
}

Error no_word(const Place& place, Section section, bool is_status, const std::string& word) {
  const char* expected = section == Section::activities ? "a name of small letters, digits and _"
                         : is_status                    ? "won, lost, open or cancelled"
                                     : "new_business, renewal, upsell, cross_sell or other";
  return error_at(place, fmt::format("\"{}\" is not {}", word, expected));
}

// `kind: COLUMN`, `kind: {is: WORD}` or `kind: {column: C, WORD: [values], ...}`.
Result<WordRule> read_words(const Settings& section, Section of, const char* name) {
  WordRule rule;
  const Node* node = section.node(name);
  if (node == nullptr) return rule;
  rule.is_written = true;
  const bool is_status = std::string_view(name) == "status";
  if (node->kind == Node::Kind::scalar) {
    rule.column = node->text;
    return rule;
  }
  const Place place = section.place(name);
  if (node->kind != Node::Kind::map) {
    return error_at(
        place, fmt::format("{} is a column, {{is: WORD}} or {{column: C, WORD: [values]}}", name));
  }
  for (const Node::Entry& entry : node->entries) {
    if (!is_text_or_list(entry.value)) {
      return error_at(entry.place, fmt::format("{}: {} needs a text or a list", name, entry.key));
    }
    if (entry.key == "column") {
      rule.column = entry.value.text;
    } else if (entry.key == "is") {
      rule.fixed = entry.value.text;
      if (!is_word(of, is_status, rule.fixed))
        return no_word(entry.place, of, is_status, rule.fixed);
    } else if (!is_word(of, is_status, entry.key)) {
      return no_word(entry.place, of, is_status, entry.key);
    } else {
      for (const std::string& value : texts_of(entry.value))
        rule.words.emplace_back(value, entry.key);
    }
  }
  if (!rule.fixed.empty() && (!rule.column.empty() || !rule.words.empty())) {
    return error_at(place, fmt::format("{}: is: stands alone; nothing else decides then", name));
  }
  return rule;
}

const SettingTable& attribute_table() {
  static const SettingTable table = {{
      {.name = "column", .kind = SettingKind::text, .required = true},
      {.name = "kind",
       .kind = SettingKind::word,
       .words = {"number", "text", "instant", "boolean"}},
      {.name = "order", .kind = SettingKind::text_list},
      {.name = "static", .kind = SettingKind::yes_no, .default_text = "no"},
  }};
  return table;
}

AttributeKind kind_named(const std::string& word) {
  if (word == "number") return AttributeKind::number;
  if (word == "instant") return AttributeKind::instant;
  if (word == "boolean") return AttributeKind::boolean;
  return AttributeKind::text;
}

Result<AttributeRule> read_attribute(const std::string& name, const Place& place,
                                     const Node& node) {
  if (!is_activity_name(name)) {
    return error_at(place,
                    fmt::format("attribute \"{}\": a name has small letters, digits and _", name));
  }
  AttributeRule rule;
  rule.spec.name = name;
  if (node.kind == Node::Kind::scalar) {
    rule.column = node.text;
    return rule;
  }
  const std::vector<Error> findings = check(node, attribute_table());
  if (!findings.empty()) return findings.front();
  const Settings settings(node, attribute_table());
  rule.column = settings.text("column");
  rule.spec.kind = kind_named(settings.text("kind"));
  rule.spec.order = settings.texts("order");
  rule.spec.is_static = settings.yes("static");
  if (rule.spec.order.empty()) return rule;
  if (rule.spec.kind != AttributeKind::text) {
    return error_at(place, fmt::format("attribute {}: only text has an order", name));
  }
  rule.spec.kind = AttributeKind::ordered_text;
  return rule;
}

Result<std::vector<AttributeRule>> read_attributes(const Settings& section, Section of) {
  std::vector<AttributeRule> rules;
  const bool has_any =
      of == Section::accounts || of == Section::orders || of == Section::order_lines;
  if (!has_any) return rules;
  const auto add = [&](const std::string& name, const Place& place,
                       const Node& node) -> Result<void> {
    for (const AttributeRule& other : rules) {
      if (other.spec.name == name) {
        return error_at(place, fmt::format("attribute {} is mapped twice", name));
      }
    }
    auto rule = read_attribute(name, place, node);
    if (!rule) return rule.error();
    rules.push_back(std::move(*rule));
    return {};
  };
  if (of == Section::accounts) {
    for (const char* name : {"region", "industry", "plan"}) {
      const Node* node = section.node(name);
      if (node == nullptr) continue;
      if (auto added = add(name, section.place(name), *node); !added) return added.error();
    }
  }
  const Node* map = section.node("attributes");
  if (map == nullptr) return rules;
  for (const Node::Entry& entry : map->entries) {
    if (auto added = add(entry.key, entry.place, entry.value); !added) return added.error();
  }
  return rules;
}

Result<void> read_signs(const Settings& section, Mapping& mapping) {
  const std::string delimiter = section.text("delimiter");
  mapping.delimiter = delimiter == "tab" || delimiter == "\\t" ? '\t' : delimiter[0];
  if ((delimiter.size() != 1 && mapping.delimiter != '\t') || mapping.delimiter == '"' ||
      mapping.delimiter == '\n') {
    return error_at(section.place("delimiter"), "delimiter: one sign such as \";\", or tab");
  }
  const auto number = section.group("number");
  if (!number) return {};
  mapping.decimal = number->text("decimal")[0];
  const std::string thousands = number->text("thousands");
  if (thousands.size() > 1 || thousands == std::string(1, mapping.decimal)) {
    return error_at(number->place("thousands"), "thousands: one sign other than that of decimals");
  }
  mapping.thousands = thousands.empty() ? '\0' : thousands[0];
  return {};
}

Result<void> read_cancelled(const Settings& section, CancelRule& rule) {
  const auto cancelled = section.group("cancelled");
  if (!cancelled) return {};
  rule = {cancelled->text("column"), cancelled->text("starts_with"), cancelled->texts("equals")};
  if (rule.starts_with.empty() && rule.equals.empty()) {
    return error_at(cancelled->place("column"), "cancelled: say starts_with or equals");
  }
  return {};
}

Result<void> read_rules(const Settings& section, Mapping& mapping) {
  const bool is_order =
      mapping.section == Section::orders || mapping.section == Section::order_lines;
  auto only = read_column_values(section, "only");
  if (!only) return only.error();
  mapping.only = std::move(*only);
  if (is_order) {
    auto ignore = read_column_values(section, "ignore");
    if (!ignore) return ignore.error();
    mapping.ignore = std::move(*ignore);
    if (auto read = read_cancelled(section, mapping.cancelled); !read) return read;
    auto status = read_words(section, mapping.section, "status");
    if (!status) return status.error();
    mapping.status = std::move(*status);
  }
  if (is_order || mapping.section == Section::activities) {
    auto kind = read_words(section, mapping.section, "kind");
    if (!kind) return kind.error();
    mapping.kind = std::move(*kind);
  }
  auto attributes = read_attributes(section, mapping.section);
  if (!attributes) return attributes.error();
  mapping.attributes = std::move(*attributes);
  return {};
}

Result<Mapping> read_mapping(const Node& node, Section of, std::size_t number) {
  const SettingTable& table = section_settings(of);
  const std::vector<Error> findings = check(node, table);
  if (!findings.empty()) return findings.front();
  const Settings section(node, table);
  Mapping mapping;
  mapping.section = of;
  mapping.stream = number == 0 ? to_text(of) : fmt::format("{}_{}", to_text(of), number + 1);
  mapping.place = node.place;
  mapping.path = section.path("path");
  mapping.path_written = section.text("path");
  mapping.format = section.text("format");
  mapping.id_number = section.yes("id_number");
  for (const FieldSpec& field : fields_of(of)) {
    const bool is_word = field.type == FieldType::word;
    mapping.columns.push_back(is_word ? std::vector<std::string>() : section.texts(field.name));
  }
  if (auto read = read_signs(section, mapping); !read) return read.error();
  if (auto read = read_rules(section, mapping); !read) return read.error();
  std::string all = kReadingVersion;
  describe(node, all);
  mapping.fingerprint = fmt::format("{:016x}", keyed_hash(0, all));
  return mapping;
}

}  // namespace

Result<std::vector<Mapping>> read_mappings(const Settings& settings) {
  std::vector<Mapping> mappings;
  for (const Section section : kSections) {
    const Node* node = settings.node(to_text(section));
    if (node == nullptr) continue;
    const bool is_list = node->kind == Node::Kind::list;
    const std::size_t count = is_list ? node->items.size() : 1;
    for (std::size_t i = 0; i < count; ++i) {
      auto mapping = read_mapping(is_list ? node->items[i] : *node, section, i);
      if (!mapping) return mapping.error();
      mappings.push_back(std::move(*mapping));
    }
  }
  if (mappings.empty()) {
    return error_at(
        settings.map().place,
        "no section says what to read; give at least orders, order_lines or activities");
  }
  const auto brings = [&](std::initializer_list<Section> sections) {
    return std::any_of(mappings.begin(), mappings.end(), [&](const Mapping& mapping) {
      return std::find(sections.begin(), sections.end(), mapping.section) != sections.end();
    });
  };
  if (settings.has("joins") && brings({Section::accounts})) {
    return error_at(settings.place("accounts"),
                    "accounts: with joins the other connection brings the accounts");
  }
  if (!settings.has("joins") &&
      !brings({Section::accounts, Section::orders, Section::order_lines})) {
    return error_at(settings.map().place,
                    "whose events are these? add accounts, orders, order_lines or joins");
  }
  return mappings;
}

Result<std::vector<AttributeSpec>> attributes_of(const std::vector<Mapping>& mappings) {
  std::vector<AttributeSpec> specs;
  for (const Mapping& mapping : mappings) {
    for (const AttributeRule& rule : mapping.attributes) {
      for (const AttributeSpec& other : specs) {
        if (other.name != rule.spec.name) continue;
        return error_at(mapping.place,
                        fmt::format("attribute {} is mapped in two sections", other.name));
      }
      specs.push_back(rule.spec);
    }
  }
  return specs;
}

Result<OutputPaths> read_output(const Settings& settings) {
  OutputPaths paths;
  const std::string octal = settings.text("output_mode");
  unsigned mode = 0;
  const auto [end, code] = std::from_chars(octal.data(), octal.data() + octal.size(), mode, 8);
  if (code != std::errc() || end != octal.data() + octal.size() || mode > 0777 || mode < 0600) {
    return error_at(settings.place("output_mode"),
                    "output_mode: octal from 0600 to 0777, such as 0640");
  }
  paths.mode = static_cast<mode_t>(mode);
  static const SettingTable table = {{{.name = "scores", .kind = SettingKind::path},
                                      {.name = "tasks", .kind = SettingKind::path}}};
  const Node* node = settings.node("output");
  const Place place = settings.place("output");
  std::filesystem::path folder =
      std::filesystem::absolute(std::filesystem::path(place.file).parent_path());
  if (node != nullptr && node->kind == Node::Kind::scalar) folder /= node->text;
  paths.scores = (folder / "scores.csv").lexically_normal();
  paths.tasks = (folder / "tasks.csv").lexically_normal();
  if (node == nullptr || node->kind == Node::Kind::scalar) return paths;
  const std::vector<Error> findings = check(*node, table);
  if (!findings.empty()) return findings.front();
  const Settings written(*node, table);
  if (written.has("scores")) paths.scores = written.path("scores");
  if (written.has("tasks")) paths.tasks = written.path("tasks");
  if (paths.scores != paths.tasks) return paths;
  return error_at(place, "output: scores and tasks need a file each");
}

}  // namespace upselld::plugins::files
