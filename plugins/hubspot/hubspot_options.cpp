// SPDX-License-Identifier: Apache-2.0
#include "plugins/hubspot/hubspot_settings.h"

namespace upselld::plugins::hubspot {

namespace {

std::vector<Setting> login_options() {
  return {
      {.name = "host",
       .default_text = "https://api.hubapi.com",
       .help = "Where the account's API answers."},
      {.name = "auth",
       .kind = SettingKind::word,
       .default_text = "token",
       .help = "How to log in. token: with a service key, or the token of a private app; prefer "
               "it. refresh_token: as an app, with the secrets below.",
       .words = {"token", "refresh_token"}},
      {.name = "token",
       .kind = SettingKind::secret,
       .help = "token: the service key, or the token of a private app."},
      {.name = "client_id", .help = "refresh_token: the client id of the app."},
      {.name = "client_secret",
       .kind = SettingKind::secret,
       .help = "refresh_token: the client secret of the app."},
      {.name = "refresh_token",
       .kind = SettingKind::secret,
       .help = "refresh_token: the token. Name a {file:} in a folder that the service may write: a "
               "login may give a new one."},
      {.name = "version",
       .kind = SettingKind::word,
       .default_text = "2026-09",
       .help = "Version of the API. legacy: v3 with associations of v4.",
       .words = {"2026-09", "2026-03", "legacy"}},
  };
}

std::vector<Setting> reading_options() {
  return {
      {.name = "accounts",
       .kind = SettingKind::free_map,
       .help = "Companies that are ours: a property, and its values: {lifecyclestage: [customer]}. "
               "All others are left alone."},
      {.name = "attributes",
       .kind = SettingKind::free_map,
       .help = "Company properties for the model and for rules, each under a name of yours: a "
               "property, or {field: P, kind: number | text | instant | boolean, order: [low, "
               "high], static: yes}. industry and region are industry and country if not named."},
      {.name = "activities",
       .kind = SettingKind::node,
       .help = "Records of other objects as events of a company, a list of maps: {object: "
               "2-1234567, at: day, kind: quota_usage, value: share}. The company is the one a "
               "record is associated with, or the one whose id the property named as account "
               "holds. kind_field in place of kind names the property that holds it."},
      {.name = "order_kinds",
       .kind = SettingKind::free_map,
       .help = "What the types of deals are: {upsell: [TYPE], renewal: [TYPE], new_business: "
               "[TYPE]}. The types of target: are up-sells already."},
      {.name = "won_orders",
       .kind = SettingKind::word,
       .default_text = "deals",
       .help = "What counts as a sale: won deals, or orders where the account uses them. Open and "
               "lost deals are read in both cases.",
       .words = {"deals", "orders"}},
      {.name = "leave_out",
       .kind = SettingKind::text_list,
       .help = "Streams that are not read, such as emails or notes. Their names are shown by: "
               "upselld probe"},
      {.name = "escalated_priorities",
       .kind = SettingKind::text_list,
       .default_text = "URGENT",
       .help = "Priorities of tickets that mean escalated."},
      {.name = "opted_out",
       .help = "A yes/no property of companies: customers who are not to be scored. Any other text "
               "than a no counts as yes."},
      {.name = "no_mail",
       .default_text = "hs_email_optout",
       .help =
           "A yes/no property of contacts: no e-mail to them. Any other text than a no counts as "
           "yes."},
      {.name = "no_call", .help = "Likewise: no call to them."},
      {.name = "no_profile", .help = "Likewise: what they do is not looked at."},
      {.name = "overlap",
       .kind = SettingKind::duration,
       .default_text = "10m",
       .help = "How far back each reading begins before the last one ended."},
      {.name = "safety_lag",
       .kind = SettingKind::duration,
       .default_text = "1m",
       .help = "How far behind the server's clock a reading ends."},
      {.name = "look_back",
       .kind = SettingKind::duration,
       .default_text = "1h",
       .help = "How late the search index may be: changes are looked for a second time so long "
               "after."},
      {.name = "refresh_links",
       .kind = SettingKind::duration,
       .default_text = "24h",
       .help = "How often deals, orders and their lines are read whole: the API does not tell when "
               "one was attached to another company. Activities are read whole seven times as "
               "rarely.",
       .least = 3'600'000},
  };
}

std::vector<Setting> writing_options() {
  return {
      {.name = "fallback_owner",
       .help = "Who gets a task whose owner is deactivated: an owner's id or e-mail address. "
               "Without it there is no task, and the row is told as rejected."},
      {.name = "task_constants",
       .kind = SettingKind::free_map,
       .help = "Properties of tasks that are always set, where the account demands some."},
      {.name = "task_priority",
       .default_text = "MEDIUM",
       .help = "Priority of a new task: LOW, MEDIUM or HIGH."},
      {.name = "task_keys",
       .kind = SettingKind::word,
       .default_text = "unique",
       .help = "What keeps a task from being made twice. unique: a property that the account keeps "
               "unique. at_most_once: where it cannot have one, a plain property or a line in the "
               "task's text; a task whose fate is unknown is then not made again.",
       .words = {"unique", "at_most_once"}},
  };
}

}  // namespace

const SettingTable& connection_settings() {
  static const SettingTable table = joined({login_options(), reading_options(), writing_options()});
  return table;
}

}  // namespace upselld::plugins::hubspot
