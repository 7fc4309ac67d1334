-- SPDX-License-Identifier: Apache-2.0
-- What was decided, sent, said back, spent and written down. Accounts are known by the number that
-- the records give them; nothing here refers to a table of records. Instants are milliseconds UTC,
-- days are counted from 1970-01-01.

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  begun INTEGER NOT NULL,  -- order of beginning
  kind INTEGER NOT NULL,
  status INTEGER NOT NULL,
  as_of_ms INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL,
  finished_at_ms INTEGER,
  summary TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX runs_by_begun ON runs (begun);
CREATE INDEX runs_unfinished ON runs (begun) WHERE finished_at_ms IS NULL;

CREATE TABLE account_memories (
  account INTEGER PRIMARY KEY,
  memory BLOB NOT NULL  -- store/memory_codec.h
) STRICT;

CREATE TABLE decisions (
  account INTEGER PRIMARY KEY,
  connection TEXT NOT NULL,
  crm_id TEXT NOT NULL,
  run TEXT NOT NULL,
  decision TEXT NOT NULL,
  decided_on INTEGER NOT NULL,
  segment TEXT NOT NULL,
  band INTEGER,
  decile INTEGER NOT NULL,
  action TEXT NOT NULL,
  rule TEXT NOT NULL,
  held TEXT NOT NULL,
  status TEXT NOT NULL,
  model_version TEXT NOT NULL,
  probability REAL,
  margin REAL NOT NULL,
  base REAL NOT NULL,
  rank_value REAL NOT NULL,
  tags BLOB NOT NULL,  -- store/packed.h, like the next two
  reasons BLOB NOT NULL,
  field_values BLOB NOT NULL,
  task TEXT
) STRICT;
-- One narrow index that every list walks in the order of its answer, testing filters on the way.
CREATE INDEX decisions_by_rank
  ON decisions (rank_value DESC, account, connection, segment, band, held, action);

CREATE TABLE score_history (
  account INTEGER NOT NULL,
  day INTEGER NOT NULL,
  score REAL,  -- NULL: no score from that day on
  PRIMARY KEY (account, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  connection TEXT NOT NULL,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  account INTEGER NOT NULL,
  crm_id TEXT NOT NULL,
  decision TEXT NOT NULL,
  expected_value REAL NOT NULL,
  task_key TEXT NOT NULL,  -- empty for fields
  payload TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  batch INTEGER,
  meant_at_ms INTEGER NOT NULL,
  sent_at_ms INTEGER,
  settled_at_ms INTEGER,
  deferred_until_ms INTEGER,
  receipt TEXT,
  cause TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_by_account ON outbox (account, kind);
CREATE INDEX outbox_by_task_key ON outbox (task_key) WHERE task_key <> '';
-- Everything but done (3), superseded (6) and cancelled (7), in the order of sending.
CREATE INDEX outbox_undelivered ON outbox (connection, kind, state, expected_value DESC, id)
  WHERE state IN (0, 1, 2, 4, 5);
CREATE INDEX outbox_by_batch ON outbox (batch) WHERE batch IS NOT NULL;

CREATE TABLE outbox_batches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  connection TEXT NOT NULL,
  kind INTEGER NOT NULL,
  deliveries BLOB NOT NULL,  -- outbox ids in the order given to the connector (store/packed.h)
  continuation BLOB NOT NULL
) STRICT;

-- Keys stay used for ever, also when their account was forgotten: so only hashes of them.
CREATE TABLE task_keys_used (
  key_hash BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_runs (
  number INTEGER PRIMARY KEY,
  run TEXT NOT NULL UNIQUE,
  first_sequence INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL
) STRICT;

CREATE TABLE audit_entries (
  sequence INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  run INTEGER NOT NULL,  -- audit_runs.number
  account_hash BLOB NOT NULL,
  payload_hash BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_entries_by_kind ON audit_entries (kind);

CREATE TABLE audit_payloads (
  sequence INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,  -- 0: about the run as a whole
  is_compressed INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE INDEX audit_payloads_by_account ON audit_payloads (account) WHERE account <> 0;

-- Row 0 is the instance's own key. A deleted row makes its account's hashes meaningless.
CREATE TABLE audit_accounts (
  account INTEGER PRIMARY KEY,
  connection TEXT NOT NULL,
  crm_id TEXT NOT NULL,
  secret BLOB NOT NULL
) STRICT;

CREATE TABLE audit_head (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  entries INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT;

CREATE TABLE models (
  connection TEXT NOT NULL,
  version TEXT NOT NULL,
  stored INTEGER NOT NULL,  -- order of storing
  trained_at_ms INTEGER NOT NULL,
  as_of_ms INTEGER NOT NULL,
  run TEXT NOT NULL,
  card TEXT NOT NULL,
  report TEXT NOT NULL,
  PRIMARY KEY (connection, version)
) STRICT;

CREATE TABLE model_files (
  connection TEXT NOT NULL,
  version TEXT NOT NULL,
  name TEXT NOT NULL,
  sha256 BLOB NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (connection, version, name)
) STRICT;

CREATE TABLE model_publications (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  connection TEXT NOT NULL,
  version TEXT NOT NULL,  -- empty: the rules
  at_ms INTEGER NOT NULL,
  is_rollback INTEGER NOT NULL
) STRICT;
CREATE INDEX model_publications_by_connection ON model_publications (connection, id);

CREATE TABLE configs (
  sha256 TEXT PRIMARY KEY,
  text BLOB NOT NULL
) STRICT;

CREATE TABLE config_uses (
  kind TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL
) STRICT;

CREATE TABLE budget_days (
  connection TEXT NOT NULL,
  day INTEGER NOT NULL,
  reads INTEGER NOT NULL,
  writes INTEGER NOT NULL,
  leased_reads INTEGER NOT NULL,
  leased_writes INTEGER NOT NULL,
  uncounted INTEGER NOT NULL,  -- what the CRM counted as ours beyond reads and writes
  org_used INTEGER,
  own_at_report INTEGER NOT NULL,  -- ours when org_used was said
  org_limit INTEGER,
  PRIMARY KEY (connection, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE field_states (
  account INTEGER PRIMARY KEY,
  connection TEXT NOT NULL,
  crm_id TEXT NOT NULL,
  edited_at_ms INTEGER,  -- of the oldest edit that is kept
  fields BLOB NOT NULL
) STRICT;
CREATE INDEX field_states_edited ON field_states (edited_at_ms) WHERE edited_at_ms IS NOT NULL;

CREATE TABLE pauses (
  connection TEXT PRIMARY KEY,  -- empty: all
  since_ms INTEGER NOT NULL,
  paused_by TEXT NOT NULL,
  why TEXT NOT NULL
) STRICT;

CREATE TABLE held_runs (
  connection TEXT PRIMARY KEY,
  run TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  reasons TEXT NOT NULL
) STRICT;

CREATE TABLE approvals (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_key TEXT NOT NULL UNIQUE,
  account INTEGER NOT NULL,
  connection TEXT NOT NULL,
  crm_id TEXT NOT NULL,
  action TEXT NOT NULL,
  task TEXT NOT NULL,
  asked_at_ms INTEGER NOT NULL,
  state INTEGER NOT NULL,
  answered_by TEXT NOT NULL,
  answered_at_ms INTEGER
) STRICT;
CREATE INDEX approvals_by_state ON approvals (state, id);
CREATE INDEX approvals_by_account ON approvals (account, action, id);

CREATE TABLE written_fields (
  run TEXT NOT NULL,
  account INTEGER NOT NULL,
  connection TEXT NOT NULL,
  crm_id TEXT NOT NULL,
  values_before TEXT NOT NULL,
  values_written TEXT NOT NULL,
  PRIMARY KEY (run, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX written_fields_by_account ON written_fields (account);

CREATE TABLE written_tasks (
  run TEXT NOT NULL,
  task_key TEXT NOT NULL,
  is_withdrawn INTEGER NOT NULL,
  account INTEGER NOT NULL,
  connection TEXT NOT NULL,
  crm_id TEXT NOT NULL,
  task_crm_id TEXT NOT NULL,
  PRIMARY KEY (run, task_key, is_withdrawn)
) STRICT, WITHOUT ROWID;
CREATE INDEX written_tasks_by_account ON written_tasks (account);

CREATE TABLE applied_plans (
  plan TEXT PRIMARY KEY,
  run TEXT NOT NULL
) STRICT;

CREATE TABLE undone_runs (
  run TEXT PRIMARY KEY,
  undone_by TEXT NOT NULL
) STRICT;

CREATE TABLE forgotten_accounts (
  id_hash BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Random, made once per state directory; never leaves it.
CREATE TABLE ledger_salts (
  name TEXT PRIMARY KEY,
  salt BLOB NOT NULL
) STRICT;
