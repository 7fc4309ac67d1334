// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/settings.h"

namespace upselld::daemon {

// Every key of upselld.yaml with its default and its help. The tables live as long as the program.

// The whole file; `connections` stands for maps of connection_table() and a plugin's own table.
const SettingTable& root_table();
// What every connection has, whatever its plugin.
const SettingTable& connection_table();

}  // namespace upselld::daemon
