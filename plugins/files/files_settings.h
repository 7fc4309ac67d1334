// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/settings.h"
#include "plugins/files/files_fields.h"

namespace upselld::plugins::files {

// All keys of a connection with `plugin: files`.
const SettingTable& connection_settings();
// The keys of one section: where its file is, and which column fills which field.
const SettingTable& section_settings(Section section);

}  // namespace upselld::plugins::files
