// SPDX-License-Identifier: Apache-2.0
#include "daemon/settings_tables.h"

#include <utility>
#include <vector>

#include "core/instant.h"
#include "core/our_field.h"

namespace upselld::daemon {

namespace {

constexpr auto kDayMs = static_cast<double>(days(1).ms);

const SettingTable& target_table() {
  static const SettingTable table = {{
      {.name = "kind",
       .kind = SettingKind::word,
       .default_text = "larger_order",
       .help = "What counts as an up-sell. larger_order: an order well above the account's usual. "
               "won_opportunity: a won order of the types or kinds below; prefer it where the CRM "
               "has it. labelled: outcomes of past offers. attribute_increase: a mapped attribute "
               "rises, such as seats or plan.",
       .words = {"larger_order", "won_opportunity", "labelled", "attribute_increase"}},
      {.name = "types",
       .kind = SettingKind::text_list,
       .help = "won_opportunity: the CRM's own names of opportunity types that are up-sells."},
      {.name = "kinds",
       .kind = SettingKind::text_list,
       .help = "won_opportunity: order kinds that are up-sells, of new_business, renewal, upsell, "
               "cross_sell, other (without any: upsell and cross_sell). labelled: activity kinds "
               "that are a yes (without any: offer_accepted)."},
      {.name = "horizon",
       .kind = SettingKind::duration,
       .help = "The days within which it must happen. Without it: 60d for larger_order, 90d for "
               "the others.",
       .least = kDayMs,
       .most = 730 * kDayMs},
      {.name = "growth",
       .kind = SettingKind::number,
       .default_text = "1.2",
       .help = "larger_order: how many times the account's median order counts as larger.",
       .least = 1.01,
       .most = 100},
      {.name = "attribute",
       .kind = SettingKind::text,
       .help =
           "attribute_increase: the attribute that rises: a number, or one with an order, whose "
           "changes are recorded."},
      {.name = "later_cancelled",
       .kind = SettingKind::word,
       .default_text = "does_not_count",
       .help = "Whether an order that was cancelled or fully refunded within 30 days is an "
               "up-sell.",
       .words = {"counts", "does_not_count"}},
  }};
  return table;
}

const SettingTable& features_table() {
  static const SettingTable table = {{
      {.name = "learn",
       .kind = SettingKind::text_list,
       .help = "Features that models learn from besides the built-in ones, named as in rules: "
               "pricing_visit_count_14d. From the next training on."},
      {.name = "sentences",
       .kind = SettingKind::free_map,
       .help = "Your words for a feature in reasons, in place of ours: {quota_usage_last: "
               "\"storage {value} full, usual {usual}\"}, with {value}, {usual}, {date} and "
               "{since}. From the next training on."},
  }};
  return table;
}

const SettingTable& money_table() {
  static const SettingTable table = {{
      {.name = "cost_of_contact",
       .kind = SettingKind::number,
       .help = "What one contact by a rep costs, in the reporting currency.",
       .least = 0},
      {.name = "margin",
       .kind = SettingKind::share,
       .help = "The share of an order's amount that is profit."},
      {.name = "effect",
       .kind = SettingKind::share,
       .help = "The share of up-sells that happen because of the contact. Without it no money is "
               "shown: nobody can guess it for you. What held-out accounts have shown takes its "
               "place."},
  }};
  return table;
}

const SettingTable& schedule_table() {
  static const SettingTable table = {{
      {.name = "sync",
       .default_text = "every 1h",
       .help = "When to pull, score and deliver: every 1h | daily at 05:00 | weekdays at 07:00 | "
               "monthly on the 1st at 05:00."},
      {.name = "train", .default_text = "monthly on the 1st at 05:00", .help = "When to train."},
      {.name = "jitter",
       .kind = SettingKind::duration,
       .default_text = "0h",
       .help = "Starts come later than that by less than this: always by the same time, which "
               "follows from the names of instance and connection. For many installations that "
               "would all begin on the hour.",
       .least = 0,
       .most = kDayMs / 2},
      {.name = "publish",
       .kind = SettingKind::word,
       .default_text = "ask",
       .help = "Whether a better model is used at once, or after upselld models publish.",
       .words = {"ask", "automatic"}},
  }};
  return table;
}

const SettingTable& stop_when_table() {
  static const SettingTable table = {{
      {.name = "accounts_lost",
       .kind = SettingKind::share,
       .default_text = "5%",
       .help =
           "Accounts known before that a full pull, or a look for deleted ones, no longer shows."},
      {.name = "bands_moved",
       .kind = SettingKind::share,
       .default_text = "15%",
       .help = "Accounts whose band changes; a first band is no move."},
      {.name = "new_tasks",
       .kind = SettingKind::integer,
       .default_text = "50",
       .help = "Tasks to create in one run.",
       .least = 0,
       .most = 1'000'000},
  }};
  return table;
}

const SettingTable& notify_table() {
  static const SettingTable table = {{
      {.name = "webhook",
       .kind = SettingKind::secret,
       .help = "The address to post a message to, kept like a password: JSON with a \"text\", as "
               "chats take it. Try it with upselld notify test."},
      {.name = "command",
       .kind = SettingKind::text_list,
       .help = "A program to run instead, with its arguments and without a shell; the message is "
               "on its input: [/usr/local/bin/tell-ops, upselld]."},
  }};
  return table;
}

const SettingTable& web_table() {
  static const SettingTable table = {{
      {.name = "listen",
       .help =
           "Where upselld run listens for browsers: 127.0.0.1:8710. Without it nothing listens. "
           "An address that other machines reach needs the proxy below."},
      {.name = "public_address",
       .help = "The address people use, where a proxy with TLS stands in front: "
               "https://upselld.company.example."},
      {.name = "proxy",
       .help =
           "The address of that proxy. A name in the header below, from there, counts as logged "
           "in; requests from elsewhere are refused where others reach us."},
      {.name = "proxy_header",
       .default_text = "X-Remote-User",
       .help = "The header in which the proxy names who is logged in. It must remove this header "
               "from what browsers send."},
      {.name = "operators",
       .kind = SettingKind::text_list,
       .help = "Names in that header that may also pause, sync, publish, approve and export. "
               "Others only look."},
  }};
  return table;
}

const SettingTable& retention_table() {
  static const SettingTable table = {{
      {.name = "undo",
       .default_text = "90d",
       .help = "What runs wrote in place of what, which upselld undo needs."},
      {.name = "runs", .default_text = "400d", .help = "How runs ended, and what they reported."},
      {.name = "deliveries",
       .default_text = "400d",
       .help = "What was sent and what the CRM said, but for the newest of each account."},
      {.name = "scores", .default_text = "730d", .help = "Past scores of an account."},
      {.name = "models",
       .default_text = "180d",
       .help = "Files of models that were never published, but for the newest. Published ones "
               "stay: rollback and replay need them."},
      {.name = "audit",
       .default_text = "forever",
       .help = "What decisions rested on, which audit replay needs. Headers, and with them the "
               "proof that nothing was rewritten, stay for ever."},
      {.name = "records",
       .default_text = "forever",
       .help = "Orders, order lines and activities, by when they happened: at least 1095d. What is "
               "older takes no part in scores and trainings, and is dropped for good: a longer "
               "time or sync --full does not bring it back."},
  }};
  return table;
}

SettingTable make_root() {
  return {{
      {.name = "time_zone",
       .default_text = "UTC",
       .help = "The zone in which days begin, such as Europe/Berlin."},
      {.name = "currency",
       .default_text = "EUR",
       .help = "The reporting currency: the one amounts are compared in."},
      {.name = "currency_rates",
       .kind = SettingKind::free_map,
       .help = "What one unit of each other currency is worth in it: {USD: 0.92}. An amount in a "
               "currency without a rate counts as not known."},
      {.name = "playbook",
       .kind = SettingKind::path,
       .default_text = "playbook.yaml",
       .help = "What reps are told. Relative to this file."},
      {.name = "instance",
       .default_text = "upselld",
       .help = "The name in the keys of our tasks. Two installations on one CRM need two names."},
      {.name = "state",
       .kind = SettingKind::path,
       .help =
           "The folder of our database. Without it: $STATE_DIRECTORY, which the service manager "
           "sets; for /etc/upselld/upselld.yaml /var/lib/upselld; else NAME.state beside this "
           "file."},
      {.name = "connections",
       .kind = SettingKind::free_map,
       .required = true,
       .help = "Where data comes from and goes to, each under a name of yours."},
      {.name = "target",
       .kind = SettingKind::group,
       .help = "What counts as an up-sell.",
       .group = &target_table()},
      {.name = "snapshots",
       .default_text = "monthly",
       .help = "The days at which the past is looked at for training: monthly, or a number of days "
               "such as 30d."},
      {.name = "features",
       .kind = SettingKind::group,
       .help = "What models learn from, and how reasons speak of it. upselld features lists all.",
       .group = &features_table()},
      {.name = "money",
       .kind = SettingKind::group,
       .help = "What a contact costs and brings.",
       .group = &money_table()},
      {.name = "schedule",
       .kind = SettingKind::group,
       .help = "When what runs.",
       .group = &schedule_table()},
      {.name = "stop_when",
       .kind = SettingKind::group,
       .help = "A run beyond one of these writes nothing and says so.",
       .group = &stop_when_table()},
  }};
}

// How the program itself runs.
std::vector<Setting> own_settings() {
  return {
      {.name = "notify",
       .kind = SettingKind::group,
       .help = "Who hears of failures and held runs.",
       .group = &notify_table()},
      {.name = "web",
       .kind = SettingKind::group,
       .help = "The dashboard of upselld run, and what monitoring asks. upselld dashboard prints a "
               "link that logs in.",
       .group = &web_table()},
      {.name = "retention",
       .kind = SettingKind::group,
       .help = "How long upselld run keeps what is over: forever, or days such as 400d. Accounts, "
               "what was decided last, task keys and the audit's headers stay.",
       .group = &retention_table()},
      {.name = "memory",
       .default_text = "256MiB",
       .help = "How much memory reading and walking of events may take."},
      {.name = "threads",
       .kind = SettingKind::integer,
       .default_text = "0",
       .help = "Threads for training and scoring; 0: the number of cores, at most 4. Never changes "
               "a result.",
       .least = 0,
       .most = 64},
  };
}

SettingTable make_connection() {
  return {{
      {.name = "plugin", .required = true, .help = "The kind of system behind this connection."},
      {.name = "write",
       .kind = SettingKind::word,
       .default_text = "nothing",
       .help = "How far upselld may go. nothing: all is computed, shown and audited, none is sent.",
       .words = {"nothing", "fields", "fields_and_tasks"}},
      {.name = "api_budget",
       .kind = SettingKind::share,
       .default_text = "10%",
       .help = "Our share of the calls a day that the CRM allows."},
      {.name = "ca_file",
       .kind = SettingKind::path,
       .help = "Certificate authorities in PEM to believe in place of the system's, where the CRM "
               "stands behind a company's own."},
      {.name = "prefix",
       .default_text = kUsualPrefix,
       .help = "What the names of our fields in the CRM begin with."},
      {.name = "refresh",
       .kind = SettingKind::duration,
       .default_text = "7d",
       .help = "Unchanged fields are written again after this time, so that people see they live.",
       .least = kDayMs,
       .most = 366 * kDayMs},
      {.name = "target",
       .kind = SettingKind::group,
       .help = "What counts as an up-sell here, in place of the target of the whole file.",
       .group = &target_table()},
      {.name = "schedule",
       .kind = SettingKind::group,
       .help = "What differs here from the schedule of the whole file.",
       .group = &schedule_table()},
  }};
}

}  // namespace

const SettingTable& root_table() {
  static const SettingTable table = [] {
    SettingTable all = make_root();
    for (Setting& own : own_settings()) all.settings.push_back(std::move(own));
    return all;
  }();
  return table;
}

const SettingTable& connection_table() {
  static const SettingTable table = make_connection();
  return table;
}

}  // namespace upselld::daemon
