// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/result.h"
#include "daemon/app.h"

namespace upselld::daemon {

// Opens the store to write and, where nothing was ever pulled for the connection that brings
// accounts, pulls everything first, as the first sync does. A pull that failed is an error. With
// several connections any that was never pulled counts.
Result<std::unique_ptr<App>> open_with_data(const Invocation& invocation);

// The same for commands that only read: beside a writer where data is there; the store is made and
// filled where it is not.
Result<std::unique_ptr<App>> open_to_read_with_data(const Invocation& invocation);

}  // namespace upselld::daemon
