// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "plugins/connector.h"

namespace upselld::plugins {

// Wraps a connector so that nobody else needs to distrust it. Exceptions become Errors that name
// plugin and verb. Broken promises become `corrupt`: a page that fails check(page), of another kind
// than its stream or beyond the limits, a cursor over 4 KiB or one that does not move, answers for
// accounts or keys nobody asked for, a batch item answered twice, never, or out of range (only its
// first answer reaches the sink).
std::unique_ptr<Connector> make_checked(std::string plugin, std::unique_ptr<Connector> connector);

}  // namespace upselld::plugins
