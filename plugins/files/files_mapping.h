// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/records.h"
#include "core/result.h"
#include "core/settings.h"
#include "plugins/files/files_fields.h"

namespace upselld::plugins::files {

// What an admin wrote about one section, checked as far as it can be without looking into a file.

struct ColumnValues {
  std::string column;
  std::vector<std::string> values;
};

// How `kind` and `status` are read.
struct WordRule {
  std::string column;  // as written; empty: the column of the same name, if there is one
  bool is_written = false;
  std::string fixed;  // every row has this word
  // From the file's value to our word. Empty: the values are our words.
  std::vector<std::pair<std::string, std::string>> words;
};

struct CancelRule {
  std::string column;  // empty: no rule
  std::string starts_with;
  std::vector<std::string> equals;
};

struct AttributeRule {
  AttributeSpec spec;
  std::string column;
};

struct Mapping {
  Section section = Section::accounts;
  std::string stream;  // "activities"; the second entry of a list: "activities_2"
  Place place;
  std::string path;          // absolute, may hold * and ?
  std::string path_written;  // as the admin wrote it
  char delimiter = ',';
  std::string format;  // of instants
  bool id_number = false;
  char decimal = '.';
  char thousands = 0;
  // Per field of the section: the columns written for it. Empty: the column of the same name.
  std::vector<std::vector<std::string>> columns;
  WordRule kind, status;
  CancelRule cancelled;
  std::vector<ColumnValues> only, ignore;
  std::vector<AttributeRule> attributes;
  std::string fingerprint;  // of all that decides how a row is read, but not of the path
};

struct OutputPaths {
  std::filesystem::path scores, tasks;
  mode_t mode = 0640;
};

// All sections, in the order of kSections. What is wrong: invalid_config with file and line.
Result<std::vector<Mapping>> read_mappings(const Settings& settings);
// The attributes that the mappings fill, each once.
Result<std::vector<AttributeSpec>> attributes_of(const std::vector<Mapping>& mappings);
Result<OutputPaths> read_output(const Settings& settings);

}  // namespace upselld::plugins::files
