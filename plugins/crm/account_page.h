// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/page.h"
#include "plugins/crm/mapped_settings.h"

// Accounts on their way into pages.
namespace upselld::plugins {

// Gives a record's value of a field; empty: it has none.
using FieldText = std::function<std::string_view(const std::string& field)>;

// With a column for each mapped attribute, and no account.
Page empty_account_page(const MappedSettings& settings);

// Whether the record has one of the values wanted of each field.
bool is_in_scope(const MappedSettings& settings, const FieldText& text_of);

// The mapped attributes of one account, behind those of the accounts before. `number_of` reads a
// value that is not kept as text; NaN: it is none.
void add_attributes(const MappedSettings& settings, const FieldText& text_of,
                    const std::function<double(AttributeKind, std::string_view)>& number_of,
                    Page& page);

}  // namespace upselld::plugins
