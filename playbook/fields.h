// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/decision.h"
#include "playbook/candidate.h"
#include "playbook/choose.h"
#include "playbook/holds.h"

namespace upselld::playbook {

// Our fields as the choice wants them in the CRM. An account that opted out keeps only its status.
FieldValues make_fields(const Choice& choice, const Candidate& candidate, const Marks& marks,
                        const Today& today);

// 100 x probability with one decimal; empty without a likelihood.
std::string score_text(const Score* score);

}  // namespace upselld::playbook
