// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/instant.h"
#include "core/result.h"
#include "core/secret.h"

namespace upselld {

// Where something stands in a file, so that a person can find it. Line 0: not from a file.
struct Place {
  std::string file;
  int line = 0;
};
// "playbook.yaml:50", or the file alone.
std::string to_text(const Place& place);

// A settings file as read: nothing is interpreted yet, everything knows its place. Made by the one
// YAML loader (daemon/yaml_file.h) or by a test.
struct Node {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  Place place;
  std::string text;           // scalar: as written, without quotes
  bool quoted = false;        // scalar: was in quotes, so "80%" stays text where text is asked for
  std::vector<Node> items;    // list
  struct Entry;
  std::vector<Entry> entries;  // map, in the order of the file; repeated keys are all here

  const Node* find(std::string_view key) const;  // first entry of that key, or nullptr
};
struct Node::Entry {
  std::string key;
  Place place;
  Node value;
};

// invalid_config with "file:line: " in front of the message.
Error error_at(const Place& place, const std::string& message);

// The candidate most like `word` (edit distance at most a third of its length), or empty.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// How one option is written, explained and checked. Tables of these make the checks, the commented
// sample, the JSON schema and the help; they are the only place where an option is described.
enum class SettingKind {
  text,
  word,       // one of `words`
  yes_no,     // yes | no | true | false
  integer,
  number,
  share,      // "10%" (0.10) or a number from 0 to 1
  duration,   // "90d"
  path,       // relative to the file it stands in
  secret,     // {file: p} | {credential: n} | {env: N}
  text_list,  // one text or a list of texts
  group,      // a map with a table of its own
  group_list, // a list of such maps
  free_map,   // keys are the admin's; each value is checked against `group` (or is any node)
  node,       // checked by whoever reads it
};

struct SettingTable;
struct Setting {
  const char* name;
  SettingKind kind = SettingKind::text;
  const char* default_text = nullptr;  // as written in YAML; nullptr: no default
  bool required = false;
  const char* help = "";               // one or two sentences, shown above the option
  std::vector<const char*> words = {};
  const SettingTable* group = nullptr;
  std::optional<double> least = {};    // integer, number, share, duration (ms)
  std::optional<double> most = {};
};
struct SettingTable {
  std::vector<Setting> settings;
};

// Checks a map against a table: unknown keys (nearest named), repeated keys, missing required ones,
// wrong kinds and ranges, all the way down. Returns every finding, in file order; empty is good.
std::vector<Error> check(const Node& map, const SettingTable& table);

// Typed reading of a checked map. Defaults come from the table. Asking for a name that the table
// does not have is a programmer's error.
class Settings {
 public:
  // Both outlive the object.
  Settings(const Node& map, const SettingTable& table);

  bool has(std::string_view name) const;  // written by the admin
  std::string text(std::string_view name) const;
  bool yes(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  double share(std::string_view name) const;
  Duration duration(std::string_view name) const;
  std::string path(std::string_view name) const;  // absolute, or empty
  std::vector<std::string> texts(std::string_view name) const;
  // Reads the secret now; a missing file, wide permissions or an unset variable are errors.
  Result<Secret> secret(std::string_view name) const;
  const Node* node(std::string_view name) const;             // nullptr when not written
  std::optional<Settings> group(std::string_view name) const;
  std::vector<Settings> groups(std::string_view name) const;  // group_list
  Place place(std::string_view name) const;  // of the option, or of the map when not written
  const Node& map() const { return *map_; }

 private:
  const Setting& spec(std::string_view name) const;
  const Node* map_;
  const SettingTable* table_;
};

// Scalars as people write them. A unit or sign that is wrong is nullopt.
std::optional<double> parse_share(std::string_view text);  // "10%", "0.1"
std::optional<double> parse_number(std::string_view text);  // locale-free; "1e3", no NaN, no inf
std::optional<bool> parse_yes_no(std::string_view text);

}  // namespace upselld
