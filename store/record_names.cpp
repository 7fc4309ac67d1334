// SPDX-License-Identifier: Apache-2.0
#include "store/record_names.h"

#include "core/assertions.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <limits>

namespace upselld::store {

void RecordNames::load(SQLite::Database& sql) {
  SQLite::Statement names(sql, "SELECT code, kind, text FROM names ORDER BY code");
  while (names.executeStep()) {
    UPSELLD_ASSERT(names.getColumn(0).getInt64() == static_cast<std::int64_t>(names_.size()));
    const auto kind = static_cast<NameKind>(names.getColumn(1).getInt());
    names_.push_back({kind, names.getColumn(2).getString()});
    codes_[kind][names_.back().text] = newest();
  }
  SQLite::Statement streams(
      sql, "SELECT stream, connection, name, kind, keyed FROM streams ORDER BY stream");
  while (streams.executeStep()) {
    streams_.push_back(
        {streams.getColumn(0).getUInt(), static_cast<std::uint16_t>(streams.getColumn(1).getInt()),
         streams.getColumn(2).getString(), static_cast<RecordKind>(streams.getColumn(3).getInt()),
         streams.getColumn(4).getInt() != 0});
    UPSELLD_ASSERT(streams_.back().number == streams_.size());
  }
  names_saved_ = names_.size();
  streams_saved_ = streams_.size();
}

void RecordNames::save(SQLite::Database& sql) {
  if (names_saved_ < names_.size()) {
    SQLite::Statement insert(sql, "INSERT INTO names (code, kind, text) VALUES (?, ?, ?)");
    for (; names_saved_ < names_.size(); ++names_saved_) {
      insert.bind(1, static_cast<std::int64_t>(names_saved_));
      insert.bind(2, static_cast<int>(names_[names_saved_].kind));
      insert.bind(3, names_[names_saved_].text);
      insert.exec();
      insert.reset();
    }
  }
  if (streams_saved_ < streams_.size()) {
    SQLite::Statement insert(
        sql, "INSERT INTO streams (stream, connection, name, kind, keyed) VALUES (?, ?, ?, ?, ?)");
    for (; streams_saved_ < streams_.size(); ++streams_saved_) {
      const Stream& stream = streams_[streams_saved_];
      insert.bind(1, stream.number);
      insert.bind(2, static_cast<int>(stream.connection));
      insert.bind(3, stream.name);
      insert.bind(4, static_cast<int>(stream.kind));
      insert.bind(5, stream.keyed ? 1 : 0);
      insert.exec();
      insert.reset();
    }
  }
}

std::uint16_t RecordNames::code(NameKind kind, std::string_view text) {
  if (text.empty()) return 0;
  if (const std::uint16_t known = find(kind, text)) return known;
  // Words come from settings and from bounded columns (kinds, currencies). A source with 65,000 of
  // them is broken; what is beyond counts as "none" rather than as something else.
  if (names_.size() > std::numeric_limits<std::uint16_t>::max()) return 0;
  names_.push_back({kind, std::string(text)});
  codes_[kind][names_.back().text] = newest();
  return newest();
}

std::uint16_t RecordNames::find(NameKind kind, std::string_view text) const {
  const auto of_kind = codes_.find(kind);
  if (of_kind == codes_.end()) return 0;
  const auto found = of_kind->second.find(text);
  return found == of_kind->second.end() ? std::uint16_t{0} : found->second;
}

const std::string& RecordNames::text(std::uint16_t code) const {
  return names_[code < names_.size() ? code : 0].text;
}

std::uint32_t RecordNames::stream(const Stream& wanted) {
  for (const Stream& stream : streams_) {
    if (stream.connection == wanted.connection && stream.name == wanted.name &&
        stream.kind == wanted.kind && stream.keyed == wanted.keyed) {
      return stream.number;
    }
  }
  streams_.push_back(wanted);
  streams_.back().number = static_cast<std::uint32_t>(streams_.size());
  return streams_.back().number;
}

}  // namespace upselld::store
