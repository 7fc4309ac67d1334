-- SPDX-License-Identifier: Apache-2.0
-- What all migrations add up to. Made by the test "migrations: add up to schema.sql".

CREATE TABLE account_memories (
  account INTEGER PRIMARY KEY,
  memory BLOB NOT NULL  -- store/memory_codec.h
) STRICT;

CREATE TABLE accounts (
  place INTEGER PRIMARY KEY,     -- hash of space and id; also the order of walks
  number INTEGER NOT NULL,
  root INTEGER NOT NULL,         -- the number that it stands for, after merges and joins
  space INTEGER NOT NULL,        -- names: its connection, or a space of joined values
  id TEXT NOT NULL,
  known_mark INTEGER NOT NULL,   -- the commit that brought its record; 0: not known yet
  merged_into INTEGER NOT NULL,  -- number; 0: not merged
  merged_at INTEGER,
  version INTEGER,
  deletion_at INTEGER,           -- deleted when not before `version`
  name TEXT NOT NULL,
  owner TEXT NOT NULL,
  parent TEXT NOT NULL,
  currency TEXT NOT NULL,
  created_at INTEGER,
  pause_until INTEGER,
  opted_out INTEGER NOT NULL,
  in_scope INTEGER NOT NULL,
  past BLOB NOT NULL             -- what its attributes were, and since when (store/account_past.h)
) STRICT;

CREATE INDEX accounts_by_name ON accounts (name COLLATE NOCASE) WHERE name <> '';

CREATE UNIQUE INDEX accounts_by_number
  ON accounts (number, root, space, known_mark, merged_into);

CREATE INDEX accounts_by_root ON accounts (root) WHERE root <> number;

CREATE TABLE accounts_lost (
  connection TEXT NOT NULL,
  stream TEXT NOT NULL,
  known INTEGER NOT NULL,  -- live accounts that were known when the look began
  lost INTEGER NOT NULL,
  PRIMARY KEY (connection, stream)
) STRICT, WITHOUT ROWID;

CREATE TABLE applied_plans (
  plan TEXT PRIMARY KEY,
  run TEXT NOT NULL
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

CREATE INDEX approvals_by_account ON approvals (account, action, id);

CREATE INDEX approvals_by_state ON approvals (state, id);

CREATE TABLE audit_accounts (
  account INTEGER PRIMARY KEY,
  connection TEXT NOT NULL,
  crm_id TEXT NOT NULL,
  secret BLOB NOT NULL
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

CREATE TABLE audit_head (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  entries INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT;

CREATE TABLE audit_payloads (
  sequence INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,  -- 0: about the run as a whole
  form INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE INDEX audit_payloads_by_account ON audit_payloads (account) WHERE account <> 0;

CREATE TABLE audit_runs (
  number INTEGER PRIMARY KEY,
  run TEXT NOT NULL UNIQUE,
  first_sequence INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL
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

CREATE TABLE census_names (
  stream INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  page INTEGER NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY (stream, kind, page)
) STRICT;

CREATE TABLE censuses (
  stream INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  began INTEGER NOT NULL,        -- mark
  began_age INTEGER NOT NULL,    -- of the newest run then
  cursor BLOB NOT NULL,          -- of a sweep
  PRIMARY KEY (stream, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE config_uses (
  kind TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL
) STRICT;

CREATE TABLE configs (
  sha256 TEXT PRIMARY KEY,
  text BLOB NOT NULL
) STRICT;

CREATE TABLE contacts (
  hash INTEGER PRIMARY KEY,      -- of connection and id
  stream INTEGER NOT NULL,
  account INTEGER NOT NULL,      -- number as first named: its root is what counts
  known_mark INTEGER NOT NULL,   -- the commit that brought it; 0: only its deletion came
  id TEXT NOT NULL,
  role TEXT NOT NULL,
  version INTEGER,
  deletion_at INTEGER,
  last_touch_at INTEGER,
  active INTEGER NOT NULL,
  may_mail INTEGER NOT NULL,
  may_call INTEGER NOT NULL,
  may_profile INTEGER NOT NULL
) STRICT;

CREATE INDEX contacts_by_account ON contacts (account);

CREATE INDEX contacts_not_profiled ON contacts (hash) WHERE may_profile = 0;

CREATE TABLE cursors (
  stream INTEGER NOT NULL,
  part TEXT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (stream, part)
) STRICT, WITHOUT ROWID;

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

CREATE INDEX decisions_by_band
  ON decisions (band, rank_value DESC, account, connection, segment, held, action) WHERE band >= 1;

CREATE INDEX decisions_by_rank
  ON decisions (rank_value DESC, account, connection, segment, band, held, action);

CREATE TABLE dropped_events (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  before_ms INTEGER NOT NULL,
  through INTEGER  -- key of the last block that was looked through; missing: all were
) STRICT;

CREATE TABLE dropped_runs (
  kind INTEGER NOT NULL,
  status INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (kind, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_blocks (
  key INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,        -- place of its first account
  last INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE INDEX event_blocks_by_place ON event_blocks (key, first, last);

CREATE TABLE event_runs (
  run INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  age INTEGER NOT NULL,          -- higher is newer: of ids that several runs know, it is right
  events INTEGER NOT NULL,
  ids INTEGER NOT NULL
) STRICT;

CREATE TABLE field_states (
  account INTEGER PRIMARY KEY,
  connection TEXT NOT NULL,
  crm_id TEXT NOT NULL,
  edited_at_ms INTEGER,  -- of the oldest edit that is kept
  fields BLOB NOT NULL
) STRICT;

CREATE INDEX field_states_edited ON field_states (edited_at_ms) WHERE edited_at_ms IS NOT NULL;

CREATE TABLE forgotten_accounts (
  id_hash BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE held_runs (
  connection TEXT PRIMARY KEY,
  run TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  reasons TEXT NOT NULL
) STRICT;

CREATE TABLE id_blocks (
  key INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,        -- its first hash
  last INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE ledger_salts (
  name TEXT PRIMARY KEY,
  salt BLOB NOT NULL
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

CREATE TABLE models (
  connection TEXT NOT NULL,
  version TEXT NOT NULL,
  stored INTEGER NOT NULL,  -- order of storing
  trained_at_ms INTEGER NOT NULL,
  as_of_ms INTEGER NOT NULL,
  run TEXT NOT NULL,
  card TEXT NOT NULL,
  report TEXT NOT NULL, declined_at_ms INTEGER,
  PRIMARY KEY (connection, version)
) STRICT;

CREATE INDEX models_by_stored ON models (connection, stored);

CREATE TABLE names (
  code INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (kind, text)
) STRICT;

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
, doubted_at_ms INTEGER) STRICT;

CREATE INDEX outbox_by_account ON outbox (account, kind);

CREATE INDEX outbox_by_batch ON outbox (batch) WHERE batch IS NOT NULL;

CREATE INDEX outbox_by_settlement ON outbox (settled_at_ms, account, kind, state)
  WHERE state IN (3, 6, 7);

CREATE INDEX outbox_by_task_key ON outbox (task_key) WHERE task_key <> '';

CREATE INDEX outbox_rejected ON outbox (state) WHERE state = 4;

CREATE INDEX outbox_tasks ON outbox (id) WHERE task_key <> '';

CREATE INDEX outbox_undelivered ON outbox (connection, kind, state, expected_value DESC, id)
  WHERE state IN (0, 1, 2, 4, 5);

CREATE TRIGGER outbox_forgets AFTER DELETE ON outbox
WHEN OLD.state IN (3, 6, 7)
BEGIN
  UPDATE outbox_settled SET count = count - 1
  WHERE connection = OLD.connection AND kind = OLD.kind AND state = OLD.state;
END;

CREATE TRIGGER outbox_settles AFTER UPDATE OF state ON outbox
WHEN NEW.state IN (3, 6, 7) AND OLD.state NOT IN (3, 6, 7)
BEGIN
  INSERT INTO outbox_settled (connection, kind, state, count)
  VALUES (NEW.connection, NEW.kind, NEW.state, 1)
  ON CONFLICT (connection, kind, state) DO UPDATE SET count = count + 1;
END;

CREATE TABLE outbox_batches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  connection TEXT NOT NULL,
  kind INTEGER NOT NULL,
  deliveries BLOB NOT NULL,  -- outbox ids in the order given to the connector (store/packed.h)
  continuation BLOB NOT NULL
) STRICT;

CREATE TABLE outbox_settled (
  connection TEXT NOT NULL,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (connection, kind, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE pauses (
  connection TEXT PRIMARY KEY,  -- empty: all
  since_ms INTEGER NOT NULL,
  paused_by TEXT NOT NULL,
  why TEXT NOT NULL
) STRICT;

CREATE TABLE products (
  code INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,   -- names
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  family TEXT NOT NULL,
  list_price REAL,
  rating REAL,
  UNIQUE (connection, id)
) STRICT;

CREATE TABLE record_state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  mark INTEGER NOT NULL,
  next_number INTEGER NOT NULL
) STRICT;

CREATE TABLE reps (
  connection INTEGER NOT NULL,   -- names
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  region TEXT NOT NULL,
  manager TEXT NOT NULL,
  active INTEGER NOT NULL,
  PRIMARY KEY (connection, id)
) STRICT, WITHOUT ROWID;

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

CREATE INDEX runs_by_kind ON runs (kind, begun, status);

CREATE INDEX runs_unfinished ON runs (begun) WHERE finished_at_ms IS NULL;

CREATE TABLE score_history (
  account INTEGER NOT NULL,
  day INTEGER NOT NULL,
  score REAL,  -- NULL: no score from that day on
  PRIMARY KEY (account, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE standing_rounds (
  connection TEXT PRIMARY KEY,
  run TEXT NOT NULL,
  rests_on TEXT NOT NULL,
  decided_at_ms INTEGER NOT NULL,
  stands_until_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE streams (
  stream INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,  -- names
  name TEXT NOT NULL,
  kind INTEGER NOT NULL,        -- RecordKind
  keyed INTEGER NOT NULL,
  UNIQUE (connection, name, kind, keyed)
) STRICT;

CREATE TABLE sweeps_ended (
  stream INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE task_keys_used (
  key_hash BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

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

CREATE TABLE undone_runs (
  run TEXT PRIMARY KEY,
  undone_by TEXT NOT NULL
) STRICT;

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
