// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/settings.h"
#include "core/settings_check.h"
#include "daemon/settings.h"

namespace upselld::daemon {

// From checked groups to typed values. What a table cannot check is added to the findings; the
// value returned is then a default and of no use.
using Findings = std::vector<Finding>;

TargetSettings read_target(const Settings& group, Findings& findings);
// Keys that are not written keep their value in `outer`.
ScheduleSettings read_schedule(const Settings& group, const ScheduleSettings& outer,
                               Findings& findings);
SnapshotSettings read_snapshots(const Settings& root, Findings& findings);
FeatureSettings read_features(const Settings& group, Findings& findings);
MoneySettings read_money(const Settings& group);
StopWhen read_stop_when(const Settings& group);
bool is_address(const std::string& text);  // an IP address
bool is_loopback(const std::string& address);
WebSettings read_web(const Settings& group, Findings& findings);
RetentionSettings read_retention(const Settings& group, Findings& findings);
// Sorted by code.
std::vector<std::pair<std::string, double>> read_rates(const Settings& root, Findings& findings);

}  // namespace upselld::daemon
