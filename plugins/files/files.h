// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/connector.h"

namespace upselld::plugins {

// The connector over CSV files: reads an export, writes scores.csv and tasks.csv. Linked into the
// program and handed to PluginSet::load like every other one. See plugins/files/README.md.
const ConnectorDescriptor& files_descriptor();

}  // namespace upselld::plugins
