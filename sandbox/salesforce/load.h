// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/result.h"
#include "sandbox/csv_rows.h"
#include "sandbox/salesforce/org.h"

namespace upselld::sandbox::salesforce {

struct Loaded {
  std::map<std::string, std::int64_t> rows;  // by object
};

// Fills an org from a folder. A folder that `upselld-sandbox generate` wrote is told by its
// accounts.csv and becomes accounts, contacts, opportunities, cases, tasks, events and two custom
// objects (docs/sandbox-salesforce.md says what becomes what). Any other: a file Object.csv per
// object, columns named as its fields, ids (Id and references) any texts that are the same
// everywhere. invalid_config names file and line of what does not fit.
Result<Loaded> load_folder(Org& org, const std::string& folder);

// The two kinds of folders.
Result<Loaded> load_generated(Org& org, const std::string& folder);
Result<Loaded> load_objects(Org& org, const std::string& folder);

}  // namespace upselld::sandbox::salesforce
