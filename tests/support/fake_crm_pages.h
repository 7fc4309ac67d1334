// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/page.h"
#include "plugins/connector.h"
#include "tests/support/fake_crm_state.h"

namespace upselld::tests {

// Streams of the made-up CRM.
std::vector<StreamInfo> fake_streams();

// Adds one live record to a page of its kind; every column of the kind is filled.
void add_record(Page& page, const std::string& id, const FakeRecord& record,
                const ConnectorContext& context);
// An empty page of that kind, with the attribute columns of `context`.
Page empty_page(RecordKind kind, const ConnectorContext& context);

}  // namespace upselld::tests
