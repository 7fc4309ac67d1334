-- SPDX-License-Identifier: Apache-2.0
-- Who was contacted first when, and who was held out from it (core/trial.h).

CREATE TABLE trials (
  account INTEGER PRIMARY KEY,
  connection TEXT NOT NULL,
  crm_id TEXT NOT NULL,
  run TEXT NOT NULL,
  day INTEGER NOT NULL,
  action TEXT NOT NULL,
  rule TEXT NOT NULL,
  task_type TEXT NOT NULL,
  is_held_out INTEGER NOT NULL,
  probability REAL
) STRICT;
