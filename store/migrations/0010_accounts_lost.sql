-- SPDX-License-Identifier: Apache-2.0
-- What the last look at all accounts of a stream no longer found (store/brakes.h).

CREATE TABLE accounts_lost (
  connection TEXT NOT NULL,
  stream TEXT NOT NULL,
  known INTEGER NOT NULL,  -- live accounts that were known when the look began
  lost INTEGER NOT NULL,
  PRIMARY KEY (connection, stream)
) STRICT, WITHOUT ROWID;
