// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/score.h"
#include "daemon/app.h"

namespace upselld::daemon {

// How one feature fares on the data of one connection.
struct FeatureUsage {
  FeatureInfo info;
  double filled = 0;                   // share of accounts that have a row
  Instant since = Instant::missing();  // attributes: when their changes began to be recorded
  std::string rules;                   // "yes" where the playbook names it
  std::string note;                    // why no model learns from it, where that is not plain
};

// In the order of the feature table.
Result<std::vector<FeatureUsage>> feature_usage(App& app, const Link& link);

}  // namespace upselld::daemon
