// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/records.h"
#include "core/timeline.h"
#include "store/account_rows.h"

namespace upselld::store {

// An attribute of a table and its code in the database; 0: never seen.
struct AttributePlace {
  AttributeSpec spec;
  std::uint16_t code = 0;
};
std::vector<AttributePlace> attribute_places(const std::vector<AttributeSpec>& attributes,
                                             const RecordNames& names);

// What an account was known to be just before that moment. Attributes in the order of the table; a
// static one counts as known since ever. All but attributes and deletion is as it is now.
void fill_facts(const AccountRow& row, const std::string& connection,
                const std::vector<AttributePlace>& attributes, Instant known_before,
                AccountFacts& facts);

// Adds the changes of all attributes, by (attribute, known_at).
void add_changes(const AccountPast& past, const std::vector<AttributePlace>& attributes,
                 Instant known_before, std::vector<AttributeChange>& changes);

// Since when a static attribute is known.
inline constexpr Instant kSinceEver{Instant::kMissingMs + 1};

}  // namespace upselld::store
