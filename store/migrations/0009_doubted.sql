-- SPDX-License-Identifier: Apache-2.0
-- When a delivery was last sent without an answer: that attempt may have arrived unseen. Of rows
-- that were sent more than once it was not kept, so each of their attempts may be the one.

ALTER TABLE outbox ADD COLUMN doubted_at_ms INTEGER;
UPDATE outbox SET doubted_at_ms = sent_at_ms
WHERE kind = 1 AND (state IN (0, 1, 2) OR (state IN (4, 5) AND attempt > 1));
