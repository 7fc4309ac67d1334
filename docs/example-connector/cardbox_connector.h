// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "cardbox_mapping.h"
#include "core/secret.h"
#include "plugins/connector.h"

namespace upselld::cardbox {

// `host` outlives the connector. Touches no network.
std::unique_ptr<Connector> make_connector(Host& host, std::string url, Secret token,
                                          std::string prefix, Mapping mapping);

}  // namespace upselld::cardbox
