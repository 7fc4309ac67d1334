// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/settings.h"

namespace upselld::playbook {

// Every key of the playbook with its default and its help: the sample, the JSON schema and the
// checks are made from it. The table lives as long as the program.
const SettingTable& playbook_table();

}  // namespace upselld::playbook
