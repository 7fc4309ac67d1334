-- SPDX-License-Identifier: Apache-2.0
-- What connectors brought. Hashes are XXH3 (core/digest.h); instants are milliseconds UTC; NULL is
-- "not known". Nothing here is shown to people as it stands: see docs/data-model.md.

-- Words that are stored as numbers: connections, spaces of joined values, parts, activity kinds,
-- currencies, attributes (store/record_names.h).
CREATE TABLE names (
  code INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (kind, text)
) STRICT;

CREATE TABLE streams (
  stream INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,  -- names
  name TEXT NOT NULL,
  kind INTEGER NOT NULL,        -- RecordKind
  keyed INTEGER NOT NULL,
  UNIQUE (connection, name, kind, keyed)
) STRICT;

CREATE TABLE cursors (
  stream INTEGER NOT NULL,
  part TEXT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (stream, part)
) STRICT, WITHOUT ROWID;

-- One row. `mark` counts commits of records; numbers of accounts are never used twice.
CREATE TABLE record_state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  mark INTEGER NOT NULL,
  next_number INTEGER NOT NULL
) STRICT;
INSERT INTO record_state (one, mark, next_number) VALUES (1, 0, 1);

-- Every account that was ever named, also by an event alone or by a joined value.
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
-- Holds all that a writer or a walk needs of every account.
CREATE UNIQUE INDEX accounts_by_number
  ON accounts (number, root, space, known_mark, merged_into);

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

-- Also those that only an order line named: then all but the id is empty.
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

-- Activities, orders and lines: runs of blocks of packed columns, sorted by account
-- (store/event_block.h). A block's key is run * 2^20 + its place in the run.
CREATE TABLE event_runs (
  run INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  age INTEGER NOT NULL,          -- higher is newer: of ids that several runs know, it is right
  events INTEGER NOT NULL,
  ids INTEGER NOT NULL
) STRICT;
CREATE TABLE event_blocks (
  key INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,        -- place of its first account
  last INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
-- Ids of keyed events, sorted by hash (store/event_ids.h).
CREATE TABLE id_blocks (
  key INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,        -- its first hash
  last INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

-- Which accounts each commit touched: packed numbers, ascending.
CREATE TABLE touched_accounts (
  mark INTEGER PRIMARY KEY,
  numbers BLOB NOT NULL
) STRICT;

-- Full pulls (kind 1) and sweeps (kind 2) that are under way, and what they have named.
CREATE TABLE censuses (
  stream INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  began INTEGER NOT NULL,        -- mark
  began_age INTEGER NOT NULL,    -- of the newest run then
  cursor BLOB NOT NULL,          -- of a sweep
  PRIMARY KEY (stream, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE census_names (
  stream INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  page INTEGER NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY (stream, kind, page)
) STRICT;
