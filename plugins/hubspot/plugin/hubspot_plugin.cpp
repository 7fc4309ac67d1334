// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot.h"

UPSELLD_EXPORT_CONNECTOR {
  return &upselld::plugins::hubspot_descriptor();
}
