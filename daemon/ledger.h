// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/approvals.h"
#include "store/audit_chain.h"
#include "store/brakes.h"
#include "store/configs.h"
#include "store/database.h"
#include "store/decisions.h"
#include "store/field_states.h"
#include "store/forgotten.h"
#include "store/models.h"
#include "store/outbox.h"
#include "store/plans.h"
#include "store/rounds.h"
#include "store/runs.h"
#include "store/score_history.h"
#include "store/trials.h"

namespace upselld::daemon {

// Everything the store remembers besides records, over one connection to the database. Used by one
// thread; the database outlives it.
struct Ledger {
  explicit Ledger(store::Database& the_database)
      : database(the_database),
        runs(the_database),
        decisions(the_database),
        outbox(the_database),
        audit(the_database),
        models(the_database),
        configs(the_database),
        field_states(the_database),
        brakes(the_database),
        approvals(the_database),
        plans(the_database),
        forgotten(the_database),
        score_history(the_database),
        trials(the_database),
        rounds(the_database) {}

  store::Database& database;
  store::Runs runs;
  store::Decisions decisions;
  store::Outbox outbox;
  store::AuditChain audit;
  store::Models models;
  store::Configs configs;
  store::FieldStates field_states;
  store::Brakes brakes;
  store::Approvals approvals;
  store::Plans plans;
  store::Forgotten forgotten;
  store::ScoreHistory score_history;
  store::Trials trials;
  store::Rounds rounds;
};

}  // namespace upselld::daemon
