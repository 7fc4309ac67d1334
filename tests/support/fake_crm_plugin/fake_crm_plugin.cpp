// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_crm.h"

UPSELLD_EXPORT_CONNECTOR {
  return &upselld::tests::fake_crm_descriptor();
}
