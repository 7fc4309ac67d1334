-- SPDX-License-Identifier: Apache-2.0
-- What people and pages look up, without reading all.

-- Names in the order in which people look for them.
CREATE INDEX accounts_by_name ON accounts (name COLLATE NOCASE) WHERE name <> '';
-- Who was merged into an account, or joined with it.
CREATE INDEX accounts_by_root ON accounts (root) WHERE root <> number;

-- Where one account's events stand, without the bytes between.
CREATE INDEX event_blocks_by_place ON event_blocks (key, first, last);

-- The newest tasks and withdrawals, and what a CRM refused.
CREATE INDEX outbox_tasks ON outbox (id) WHERE task_key <> '';
CREATE INDEX outbox_rejected ON outbox (state) WHERE state = 4;

-- Accounts of the bands that people look at, in the order of lists.
CREATE INDEX decisions_by_band
  ON decisions (band, rank_value DESC, account, connection, segment, held, action) WHERE band >= 1;

CREATE INDEX models_by_stored ON models (connection, stored);
