-- SPDX-License-Identifier: Apache-2.0
-- How far old orders and activities were dropped (store/event_pruning.h).

CREATE TABLE dropped_events (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  before_ms INTEGER NOT NULL,
  through INTEGER  -- key of the last block that was looked through; missing: all were
) STRICT;
