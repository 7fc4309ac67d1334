-- SPDX-License-Identifier: Apache-2.0
-- Payloads of the audit are kept in more ways than two (store/payload_form.h).

ALTER TABLE audit_payloads RENAME COLUMN is_compressed TO form;
