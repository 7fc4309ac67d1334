// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/records.h"

namespace upselld::plugins::files {

// What a connection may bring: the keys of its sections in upselld.yaml.
enum class Section : std::uint8_t {
  accounts,
  orders,
  order_lines,
  products,
  activities,
  contacts,
  reps,
  changes,
  outcomes,
};
inline constexpr Section kSections[] = {
    Section::accounts, Section::orders,     Section::order_lines,
    Section::products, Section::activities, Section::contacts,
    Section::reps,     Section::changes,    Section::outcomes};
const char* to_text(Section section);
RecordKind kind_of(Section section);

enum class FieldType : std::uint8_t {
  id,  // at most 255 bytes; subject to `id_number`
  text,
  instant,  // one column or several: the first that is filled
  number,
  flag,     // yes, true, 1, no, false, 0
  word,     // mapped by a section of its own: kind, status
  outcome,  // flag, or won and lost in other words
};

// A field of our record that a column may fill.
struct FieldSpec {
  const char* name = nullptr;
  FieldType type = FieldType::text;
  bool required = false;  // without such a column the section makes no sense
  const char* help = "";
};

// The fields of a section, in the order they are explained. Which column fills which is in Mapping.
std::span<const FieldSpec> fields_of(Section section);
// Index into fields_of; asking for a field that a section does not have is a programmer's error.
std::size_t index_of(Section section, std::string_view field);

}  // namespace upselld::plugins::files
