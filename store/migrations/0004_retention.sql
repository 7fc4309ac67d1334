-- SPDX-License-Identifier: Apache-2.0
-- What finds old rows without reading all, and keeps figures right when they go.

CREATE INDEX outbox_by_settlement ON outbox (settled_at_ms, account, kind, state)
  WHERE state IN (3, 6, 7);

-- Figures of runs and the last of a kind, without their reports.
CREATE INDEX runs_by_kind ON runs (kind, begun, status);

-- Settled deliveries, counted as they come and go: they are the many, and figures ask every minute.
-- No row is made in one of these states (done, superseded, cancelled), and none leaves them.
CREATE TABLE outbox_settled (
  connection TEXT NOT NULL,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (connection, kind, state)
) STRICT, WITHOUT ROWID;
INSERT INTO outbox_settled (connection, kind, state, count)
  SELECT connection, kind, state, count(*) FROM outbox WHERE state IN (3, 6, 7)
  GROUP BY connection, kind, state;
CREATE TRIGGER outbox_settles AFTER UPDATE OF state ON outbox
WHEN NEW.state IN (3, 6, 7) AND OLD.state NOT IN (3, 6, 7)
BEGIN
  INSERT INTO outbox_settled (connection, kind, state, count)
  VALUES (NEW.connection, NEW.kind, NEW.state, 1)
  ON CONFLICT (connection, kind, state) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER outbox_forgets AFTER DELETE ON outbox
WHEN OLD.state IN (3, 6, 7)
BEGIN
  UPDATE outbox_settled SET count = count - 1
  WHERE connection = OLD.connection AND kind = OLD.kind AND state = OLD.state;
END;

-- Runs that were dropped: figures of all time go on from them.
CREATE TABLE dropped_runs (
  kind INTEGER NOT NULL,
  status INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (kind, status)
) STRICT, WITHOUT ROWID;
