// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/delivery.h"

namespace upselld::daemon {

// What became of a write of our fields, by what was sent and what stood there `before` and after:
// - A refused one was done by a try whose answer was lost when a value stands there that it would
//   have changed: a CRM takes all of a record or nothing.
// - A value that cannot have come from ours was put there by a person since: then ours is told as
//   stored, so that theirs is seen as theirs from the next look on.
Receipt judged(const FieldValues& before, Receipt receipt);

}  // namespace upselld::daemon
