// SPDX-License-Identifier: Apache-2.0
#include "plugins/files/files_sources.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>

namespace upselld::plugins::files {

namespace {

constexpr std::size_t kFilesMax = 10'000;

Duration age_of(const FileStamp& stamp, Instant now) {
  return now - Instant{stamp.modified_ns / 1'000'000};
}

Result<std::vector<std::string>> matches(const Mapping& mapping) {
  std::string pattern;
  for (const char c : mapping.path) {
    // Only * and ? are patterns to an admin.
    if (c == '[' || c == '\\') {
      pattern += c == '[' ? "[[]" : "\\\\";
    } else {
      pattern += c;
    }
  }
  glob_t found = {};
  const int code = ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found);
  std::vector<std::string> paths;
  if (code == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (code != 0 && code != GLOB_NOMATCH) {
    return Error{ErrorKind::io, "list " + mapping.path + ": the folder cannot be read", {}};
  }
  if (paths.size() > kFilesMax) {
    return error_at(mapping.place,
                    fmt::format("path: {} files match, at most {}", paths.size(), kFilesMax));
  }
  // By bytes: the order must not depend on the locale.
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

bool is_pattern(const std::string& path) {
  return path.find_first_of("*?") != std::string::npos;
}

Result<std::vector<Part>> parts_of(const Reading& reading, const Mapping& mapping) {
  const bool has_pattern = is_pattern(mapping.path);
  std::vector<std::string> paths = {mapping.path};
  if (has_pattern) {
    auto found = matches(mapping);
    if (!found) return found.error();
    paths = std::move(*found);
  }
  const bool is_relative = std::filesystem::path(mapping.path_written).is_relative();
  std::vector<Part> parts;
  for (const std::string& path : paths) {
    std::error_code ignored;
    const auto kind = std::filesystem::status(path, ignored).type();
    if (kind == std::filesystem::file_type::not_found && !has_pattern) {
      return error_at(mapping.place, fmt::format("{}: the file {} does not exist",
                                                 to_text(mapping.section), path));
    }
    if (kind == std::filesystem::file_type::directory && has_pattern) continue;
    const std::filesystem::path relative =
        std::filesystem::path(path).lexically_relative(reading.folder);
    const bool is_shown_relative = is_relative && !relative.empty();
    parts.push_back({&mapping, path, is_shown_relative ? relative.generic_string() : path});
  }
  return parts;
}

Result<RowReaderParts> parts_for_rows(const Reading& reading, const Part& part,
                                      const std::vector<std::string>& header) {
  auto columns = bind_columns(*part.mapping, header, part.name);
  if (!columns) return columns.error();
  RowReaderParts parts{
      part.mapping, std::move(*columns), CellReader(*part.mapping, reading.zone), {}, {}};
  const auto index_of_attribute = [&](const AttributeRule& rule) {
    const auto at =
        std::find_if(reading.attributes.begin(), reading.attributes.end(),
                     [&](const AttributeSpec& spec) { return spec.name == rule.spec.name; });
    // The connector refused to be made with a table that lacks one.
    return static_cast<std::uint16_t>(at - reading.attributes.begin());
  };
  for (const Mapping& mapping : reading.mappings) {
    for (const AttributeRule& rule : mapping.attributes) {
      const AttributeTarget target{&rule, index_of_attribute(rule)};
      parts.all.push_back(target);
      if (&mapping == part.mapping) parts.own.push_back(target);
    }
  }
  return parts;
}

CsvOptions csv_options(const Mapping& mapping, const FileStamp& stamp, Instant now) {
  CsvOptions options;
  options.delimiter = mapping.delimiter;
  options.field_bytes_max = kTextBytesMax;
  const Duration age = age_of(stamp, now);
  const bool may_be_written = age >= Duration{} && age < kWritingFor;
  options.last_line =
      may_be_written ? CsvOptions::LastLine::always_hold : CsvOptions::LastLine::hold_if_bad;
  return options;
}

bool is_stamp_safe(const FileStamp& stamp, Instant now) {
  return age_of(stamp, now) >= kWritingFor;
}

Result<CsvReader> open_part(const Part& part, Instant now) {
  auto stamp = stamp_of(part.path);
  if (!stamp) return stamp.error();
  return CsvReader::open(part.path, csv_options(*part.mapping, *stamp, now));
}

}  // namespace upselld::plugins::files
