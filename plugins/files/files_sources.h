// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/host.h"
#include "plugins/connector.h"
#include "plugins/csv/csv_reader.h"
#include "plugins/files/files_mapping.h"
#include "plugins/files/files_rows.h"

namespace upselld::plugins::files {

// A file younger than this may still be written: a last line without a line end waits, and the
// stamp is not believed, because a change within the same tick of the disk's clock shows no other
// one.
inline constexpr Duration kWritingFor = seconds(2);

// What all readers of one connection share. Outlives them; changes nothing after its making.
struct Reading {
  std::vector<Mapping> mappings;
  std::vector<AttributeSpec> attributes;  // the table that attribute numbers refer to
  TimeZone zone = TimeZone::utc();
  double bad_rows_share = 0.01;
  bool is_joined = false;
  std::filesystem::path folder;  // of the settings file
};

// One file of one section.
struct Part {
  const Mapping* mapping = nullptr;
  std::filesystem::path path;
  std::string name;  // as shown and as StreamInfo::part: relative where the settings say it so
};

// The files of a mapping that exist now, by name. A path without * and ? that does not exist:
// invalid_config. No file for a pattern is not an error.
Result<std::vector<Part>> parts_of(const Reading& reading, const Mapping& mapping);
// Holds a * or ?.
bool is_pattern(const std::string& path);

// What a row of the part's section needs; `header` is that of the file.
Result<RowReaderParts> parts_for_rows(const Reading& reading, const Part& part,
                                      const std::vector<std::string>& header);

// How to read the file given its age.
CsvOptions csv_options(const Mapping& mapping, const FileStamp& stamp, Instant now);
bool is_stamp_safe(const FileStamp& stamp, Instant now);

// Opens a part for reading.
Result<CsvReader> open_part(const Part& part, Instant now);

}  // namespace upselld::plugins::files
