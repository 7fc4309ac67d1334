// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cardbox_client.h"
#include "core/page.h"

namespace upselld::cardbox {

// A column of accounts that an admin mapped.
struct Attribute {
  std::string name;
  std::string column;
  std::uint16_t index = 0;  // in the connection's attribute table
};

struct Mapping {
  std::vector<Attribute> attributes;
  std::vector<std::string> upsell_types;  // Cardbox's own names
  // Changes with all that decides what becomes of a row.
  std::string fingerprint() const;
};

// An empty page for records of this kind.
Page page_for(RecordKind kind, const Mapping& mapping);
// The most bytes of text that a row may add to a page.
std::size_t row_bytes_max(const Mapping& mapping);
// Takes a row into the page. One that cannot be used is counted there and left out.
void add_row(Page& page, const Json& row, const Mapping& mapping);

}  // namespace upselld::cardbox
