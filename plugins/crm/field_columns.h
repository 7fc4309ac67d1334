// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/delivery.h"
#include "core/instant.h"

namespace upselld::plugins {

// One of our fields on accounts, as a CRM has it.
struct FieldColumn {
  Field field = Field::score;
  std::string name;        // the CRM's
  std::size_t length = 0;  // characters it takes; 0: all
  bool may_write = true;

  std::size_t place() const { return static_cast<std::size_t>(field); }
  std::string sent_text(const std::string& value) const;
};

// What of an update is sent, in the words in which it is read back; nullopt: is not sent.
FieldValues values_sent(const FieldUpdate& update, std::span<const FieldColumn> columns,
                        Instant (*read_stamp)(std::string_view));

}  // namespace upselld::plugins
