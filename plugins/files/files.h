// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "plugins/connector.h"

namespace upselld::plugins {

// The connector over CSV files: reads an export, writes scores.csv and tasks.csv. Linked into the
// program and handed to PluginSet::load like every other one. See plugins/files/README.md.
const ConnectorDescriptor& files_descriptor();

// The files that a connection with these settings writes, where it may write; none where it brings
// only events. Wrong settings: an error, as of create().
Result<std::vector<std::filesystem::path>> files_written(const Settings& settings);

}  // namespace upselld::plugins
