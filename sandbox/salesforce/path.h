// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/salesforce/org.h"

namespace upselld::sandbox::salesforce {

// "Owner.Name" looked up for one user: over which references, to which field.
struct Path {
  enum class Kind { plain, object_name, archived, formula, by_name } kind = Kind::plain;
  std::vector<int> steps;                  // columns of references, the first in the object itself
  std::vector<std::string> relationships;  // as describe spells them
  std::string name;                        // of the last field, as describe spells it
  int column = -1;                         // in the last object; -1 where it depends on the row
  Field field;                             // for its type and rules
};

// Throws ApiError INVALID_FIELD where there is no such field, or the user may not see it.
Path resolve_path(const Org& org, const std::string& user, const ObjectType& type,
                  std::string_view text);
Value value_at(const Org& org, const ObjectType& type, const Row& row, const Path& path);
// The row a path of references leads to; null: one of them is empty.
const Row* row_at(const Org& org, const Row& row, const std::vector<int>& steps);

}  // namespace upselld::sandbox::salesforce
