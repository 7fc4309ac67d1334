-- SPDX-License-Identifier: Apache-2.0
-- When each stream was last compared with all that its CRM has (store/records.h).

CREATE TABLE sweeps_ended (
  stream INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL
) STRICT;
