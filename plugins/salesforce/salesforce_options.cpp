// SPDX-License-Identifier: Apache-2.0
#include "plugins/salesforce/salesforce_settings.h"

namespace upselld::plugins::salesforce {

namespace {

std::vector<Setting> login_options() {
  return {
      {.name = "host",
       .required = true,
       .help = "The org's My Domain address, such as https://acme.my.salesforce.com."},
      {.name = "auth",
       .kind = SettingKind::word,
       .default_text = "jwt",
       .help = "How to log in. jwt: with a private key; prefer it. client_credentials, "
               "refresh_token: with the secrets below.",
       .words = {"jwt", "client_credentials", "refresh_token"}},
      {.name = "client_id", .required = true, .help = "The consumer key of the app."},
      {.name = "username",
       .help = "jwt: the user name of the integration user, one of its own with API access only."},
      {.name = "private_key",
       .kind = SettingKind::secret,
       .help = "jwt: the RSA key, in PEM, whose certificate the app holds."},
      {.name = "client_secret",
       .kind = SettingKind::secret,
       .help = "client_credentials, refresh_token: the consumer secret of the app."},
      {.name = "refresh_token",
       .kind = SettingKind::secret,
       .help = "refresh_token: the token. Name a {file:} in a folder that the service may write "
               "where the org gives a new one with each login."},
      {.name = "login_host",
       .help = "Where to log in, when not at host. Sandboxes: https://test.salesforce.com."},
      {.name = "audience",
       .help = "jwt: the audience of the login. Without it https://test.salesforce.com for the "
               "host of a sandbox, else https://login.salesforce.com."},
      {.name = "version", .default_text = "62.0", .help = "Version of the API, from 58.0."},
  };
}

std::vector<Setting> reading_options() {
  return {
      {.name = "accounts",
       .kind = SettingKind::free_map,
       .help = "Accounts that are ours: a field, and its values: {Type: [Customer - Direct]}. All "
               "others are left alone."},
      {.name = "attributes",
       .kind = SettingKind::free_map,
       .help = "Account fields for the model and for rules, each under a name of yours: a field, "
               "or {field: F, kind: number | text | instant | boolean, order: [low, high], "
               "static: yes}. industry and region are Industry and BillingCountry if not named."},
      {.name = "activities",
       .kind = SettingKind::node,
       .help = "Records of your objects as events of an account, a list of maps: {object: "
               "Usage__c, account: Account__c, at: Day__c, kind: quota_usage, value: Share__c}. "
               "kind_field in place of kind names the field that holds it."},
      {.name = "order_kinds",
       .kind = SettingKind::free_map,
       .help = "What the types of opportunities and orders are: {upsell: [TYPE], renewal: [TYPE], "
               "new_business: [TYPE]}. The types of target: are up-sells already."},
      {.name = "won_orders",
       .kind = SettingKind::word,
       .default_text = "opportunities",
       .help = "What counts as a sale: won opportunities, or activated orders where the org uses "
               "Order. Open and lost opportunities are read in both cases.",
       .words = {"opportunities", "orders"}},
      {.name = "leave_out",
       .kind = SettingKind::text_list,
       .help = "Streams that are not read, such as emails or campaign_members. Their names are "
               "shown by: upselld probe"},
      {.name = "opted_out", .help = "A checkbox of Account: customers who are not to be scored."},
      {.name = "bulk",
       .kind = SettingKind::yes_no,
       .default_text = "yes",
       .help = "Whether large reads and writes may use Bulk API 2.0."},
      {.name = "bulk_rows",
       .kind = SettingKind::integer,
       .default_text = "20000",
       .help = "From so many rows on, reading uses Bulk.",
       .least = 1},
      {.name = "bulk_writes",
       .kind = SettingKind::integer,
       .default_text = "2000",
       .help = "Above so many accounts in one batch, writing uses Bulk.",
       .least = 1},
      {.name = "overlap",
       .kind = SettingKind::duration,
       .default_text = "10m",
       .help = "How far back each reading begins before the last one ended, for rows that became "
               "visible late."},
      {.name = "safety_lag",
       .kind = SettingKind::duration,
       .default_text = "5m",
       .help = "How far behind the server's clock a reading ends where the org does not say until "
               "when its data is complete."},
  };
}

std::vector<Setting> writing_options() {
  return {
      {.name = "fallback_owner",
       .help = "Who gets a task whose owner is inactive: an id of a user or queue, or an e-mail "
               "address. Without it there is no task, and the row is told as rejected."},
      {.name = "task_constants",
       .kind = SettingKind::free_map,
       .help =
           "Fields of Task that are always set, where the org demands some: {Channel__c: CRM}."},
      {.name = "task_status", .help = "Status of a new task. Without it the org's default."},
      {.name = "withdrawn_status",
       .help = "Status of a withdrawn task, a closed one. Without it the org's first closed one."},
      {.name = "task_priority", .help = "Priority of a new task. Without it the org's default."},
      {.name = "package",
       .kind = SettingKind::path,
       .default_text = "salesforce-package",
       .help = "The folder into which `upselld prepare` writes our fields as a package to deploy. "
               "Relative to this file."},
  };
}

}  // namespace

const SettingTable& connection_settings() {
  static const SettingTable table = joined({login_options(), reading_options(), writing_options()});
  return table;
}

}  // namespace upselld::plugins::salesforce
