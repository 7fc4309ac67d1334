// SPDX-License-Identifier: Apache-2.0
#include "sandbox/switches.h"

#include "sandbox/salesforce/org.h"

namespace upselld::sandbox::salesforce {
namespace {

constexpr Switch kSwitches[] = {
    {"bulk_datetime_z", true, "Bulk results write datetimes with .000Z; off: with .000+0000"},
    {"bulk_disabled", false, "the Bulk API answers 403 API_DISABLED_FOR_ORG"},
    {"bulk_early_204", false, "results of an unfinished job answer 204; off: 412 JOB_NOT_COMPLETE"},
    {"bulk_empty_body", false, "results without rows have an empty body; off: a header line"},
    {"bulk_lying_counters", false, "numberRecordsFailed of ingest jobs stays 0"},
    {"bulk_nul_bytes", false, "texts in Bulk results begin with a NUL byte"},
    {"bulk_refuses_bom", false, "an upload that begins with a byte order mark fails"},
    {"burst_limits", false, "Sforce-Limit-Info has api-bursts and per-app-api-usage too"},
    {"irregular_pages", false, "pages of REST queries are smaller than asked for, by seed"},
    {"legacy_cursors", false, "ten query cursors per user, 15 minutes; off: any number, two days"},
    {"limits_forbidden", false, "/limits answers 403"},
    {"my_domain_audience", false, "the JWT flow takes the org's own address as audience too"},
    {"person_accounts", false, "Account has IsPersonAccount"},
    {"multi_currency", false,
     "objects with money have CurrencyIsoCode; CurrencyType exists, without rows"},
    {"recycled_key_refused", false,
     "an upsert onto the key of a deleted row says ENTITY_IS_DELETED; off: makes a new row"},
    {"rotate_refresh_tokens", false,
     "a refresh token works once; its reuse ends all of its family"},
    {"slim_token", false, "token answers leave out what is optional"},
    {"unknown_field_per_row", false,
     "Collections report an unknown field row by row; off: the whole request fails"},
};

}  // namespace

std::span<const Switch> all_switches() {
  return kSwitches;
}

}  // namespace upselld::sandbox::salesforce
