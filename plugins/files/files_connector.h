// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "plugins/connector.h"
#include "plugins/files/files_output.h"
#include "plugins/files/files_sources.h"

namespace upselld::plugins::files {

// Makes the connector; reads no file. `reading` is complete: mappings, attribute table, zone.
std::unique_ptr<Connector> make_files_connector(Reading reading, OutputPaths output, Host& host);

// What probe() tells: see files_probe.cpp.
Result<ProbeReport> probe_files(const Reading& reading, const OutputPaths& output, Host& host);

}  // namespace upselld::plugins::files
