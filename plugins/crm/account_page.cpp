// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/account_page.h"

#include <algorithm>
#include <utility>

#include "plugins/crm/record_text.h"

namespace upselld::plugins {

Page empty_account_page(const MappedSettings& settings) {
  Page page;
  AccountColumns columns;
  for (std::size_t i = 0; i < settings.attributes.size(); ++i) {
    AttributeColumn column;
    column.attribute = static_cast<std::uint16_t>(i);
    columns.attributes.push_back(std::move(column));
  }
  page.columns = std::move(columns);
  return page;
}

bool is_in_scope(const MappedSettings& settings, const FieldText& text_of) {
  return std::all_of(settings.scope.begin(), settings.scope.end(), [&](const auto& wanted) {
    const std::string_view text = text_of(wanted.field);
    return std::any_of(wanted.values.begin(), wanted.values.end(),
                       [&](const auto& value) { return is_same_text(value, text); });
  });
}

void add_attributes(const MappedSettings& settings, const FieldText& text_of,
                    const std::function<double(AttributeKind, std::string_view)>& number_of,
                    Page& page) {
  for (AttributeColumn& column : std::get<AccountColumns>(page.columns).attributes) {
    const AttributeField& attribute = settings.attributes[column.attribute];
    const std::string_view text = text_of(attribute.field);
    if (is_text(attribute.spec.kind)) {
      column.text.push_back(add_text(page, text));
    } else {
      column.number.push_back(number_of(attribute.spec.kind, text));
    }
  }
}

}  // namespace upselld::plugins
