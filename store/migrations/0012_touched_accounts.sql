-- SPDX-License-Identifier: Apache-2.0
-- Nobody asks which accounts a commit touched: each sync looks at all of them.

DROP TABLE touched_accounts;
