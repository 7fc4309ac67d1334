-- SPDX-License-Identifier: Apache-2.0
-- The round of decisions that stands for a connection (store/rounds.h).

CREATE TABLE standing_rounds (
  connection TEXT PRIMARY KEY,
  run TEXT NOT NULL,
  rests_on TEXT NOT NULL,
  decided_at_ms INTEGER NOT NULL,
  stands_until_ms INTEGER NOT NULL
) STRICT;
