// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/field_columns.h"

#include "plugins/crm/our_fields.h"
#include "plugins/crm/record_text.h"

namespace upselld::plugins {

std::string FieldColumn::sent_text(const std::string& value) const {
  return length > 0 ? cut_to(value, length) : value;
}

FieldValues values_sent(const FieldUpdate& update, std::span<const FieldColumn> columns,
                        Instant (*read_stamp)(std::string_view)) {
  FieldValues values;
  for (const FieldColumn& column : columns) {
    const auto& value = update.values[column.place()];
    if (!value || !column.may_write) continue;
    values[column.place()] =
        value_read(column.field, column.sent_text(*value), read_stamp).value_or("");
  }
  return values;
}

}  // namespace upselld::plugins
