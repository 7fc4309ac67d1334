-- SPDX-License-Identifier: Apache-2.0
-- A person may say of a model that waits to be published that it shall not rank.

ALTER TABLE models ADD COLUMN declined_at_ms INTEGER;
