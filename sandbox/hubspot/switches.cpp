// SPDX-License-Identifier: Apache-2.0
#include "sandbox/hubspot/portal.h"

namespace upselld::sandbox::hubspot {
namespace {

constexpr Switch kSwitches[] = {
    {"absent_when_unset", false, "properties without a value are left out; off: null"},
    {"association_ids_as_text", false, "toObjectId is a text; off: a number"},
    {"associations_refuse_batch", false,
     "one bad association fails its whole batch create; off: its item"},
    {"cap_includes_edge", true, "the search result number 10,000 can be had; off: 9,999 can"},
    {"completion_date_is_due_date", false,
     "tasks that are not completed show their due date as hs_task_completion_date"},
    {"conditional_rules_check_stored", true,
     "any write is judged by the record as it would be stored; off: by what is written only"},
    {"conflicts_by_category", false,
     "a value that another record holds: 409 CONFLICT; off: 400 with the code of the property"},
    {"delete_archived_404", false, "DELETE of an archived record answers 404; off: 204"},
    {"empty_partial_answers", false, "batch updates and creates answer 207 with empty lists"},
    {"equal_values_touch_date", true, "writing the value that is there moves the modify date"},
    {"extra_fields", false, "answers have fields that nobody knows"},
    {"forgetful_partial_answers", false,
     "batch updates and creates answer 207 without every second of what was done"},
    {"fresh_hits", false, "search hits carry current values half of the time; off: indexed ones"},
    {"history_needs_small_pages", true, "more than 50 records with history: 400"},
    {"merge_keeps_primary", false, "a merge keeps the primary's id; off: makes a record"},
    {"merged_in_archived_list", false, "merged-away records show under archived=true"},
    {"noise", false, "another app of the account searches, and uses half of the day's calls"},
    {"not_equal_matches_unset", false, "NEQ and NOT_IN match records without a value"},
    {"orders_off", false, "the account has no orders: 403"},
    {"rollups_touch_date", false, "rollups of companies move the modify date"},
    {"rotate_refresh_tokens", false, "a refresh token works once"},
    {"search_body_limit", true, "search bodies over 3,000 characters: 400"},
    {"search_counts_daily", true, "searches count to the day's limit"},
    {"search_long_429", false, "the search limiter names its policy; off: the short body"},
    {"service_keys_tell_scopes", true,
     "what a key may do can be asked like that of a private app's token; off: 404"},
    {"slim_errors", false, "errors, also of a batch's inputs, without errors and context"},
    {"task_properties_forbidden", false, "creating properties on tasks: 403"},
    {"task_properties_never_unique", false, "hasUniqueValue is ignored on tasks"},
    {"unique_read_lags", false, "batch reads by a unique property look into the search index"},
    {"usage_unknown", false, "daily usage answers NOTFOUND without figures"},
    {"wide_pages_fail", false, "list pages over 50 with more than 100 properties: 500"},
    {"writes_answer_ids", false, "batch writes answer without the values that were written"},
};

}  // namespace

std::span<const Switch> all_switches() {
  return kSwitches;
}

}  // namespace upselld::sandbox::hubspot
