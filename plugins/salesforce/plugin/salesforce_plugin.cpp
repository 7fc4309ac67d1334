// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce.h"

UPSELLD_EXPORT_CONNECTOR {
  return &upselld::plugins::salesforce_descriptor();
}
