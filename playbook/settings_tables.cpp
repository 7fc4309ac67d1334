// SPDX-License-Identifier: Apache-2.0
#include "playbook/settings_tables.h"

namespace upselld::playbook {

namespace {

constexpr double kHourMs = 3'600'000;

const SettingTable& segments_table() {
  static const SettingTable table{{
      {.name = "measure",
       .kind = SettingKind::word,
       .default_text = "days_since_order",
       .help = "What segments count from. Under annual contracts take days_since_touch: won order, "
               "meeting, answered mail, login or a running contract.",
       .words = {"days_since_order", "days_since_touch"}},
      {.name = "starts",
       .kind = SettingKind::free_map,
       .default_text = "{active: 0, cooling: 30, at_risk: 60, dormant: 90}",
       .help = "The day on which each segment begins; it ends where the next begins. Accounts that "
               "never bought are in no_purchase."},
  }};
  return table;
}

const SettingTable& band_table() {
  static const SettingTable table{{
      {.name = "top",
       .kind = SettingKind::share,
       .required = true,
       .help = "The best share of all scored accounts, counted from the top: medium's includes "
               "high's.",
       .least = 0,
       .most = 1},
  }};
  return table;
}

const SettingTable& bands_table() {
  static const SettingTable table{{
      {.name = "high",
       .kind = SettingKind::group,
       .default_text = "{top: 10%}",
       .help = "Act this week.",
       .group = &band_table()},
      {.name = "medium",
       .kind = SettingKind::group,
       .default_text = "{top: 30%}",
       .help = "Mention it when you talk.",
       .group = &band_table()},
      {.name = "floor",
       .default_text = "2x",
       .help = "Least likelihood of high and medium: so many times that of the average account "
               "(2x), or a share (5%). 0: no floor. Where costs and effect are given, the default "
               "is that a contact is worth its cost."},
      {.name = "within",
       .kind = SettingKind::word,
       .default_text = "all",
       .help = "Rank all scored accounts together, or each segment for itself. The latter misses "
               "some likely accounts; check says how many.",
       .words = {"all", "segment"}},
  }};
  return table;
}

const SettingTable& cooldown_table() {
  static const SettingTable table{{
      {.name = "default",
       .kind = SettingKind::duration,
       .default_text = "30d",
       .help = "How long an account is left in peace after a task was closed."},
      {.name = "not_now",
       .kind = SettingKind::duration,
       .default_text = "90d",
       .help = "After the outcome \"Not now\"."},
      {.name = "wrong_suggestion",
       .kind = SettingKind::duration,
       .default_text = "180d",
       .help = "After the outcome \"Wrong suggestion\"."},
      {.name = "declined",
       .kind = SettingKind::duration,
       .default_text = "180d",
       .help = "After the outcome \"Customer declined\"."},
  }};
  return table;
}

const SettingTable& texts_table() {
  static const SettingTable table{{
      {.name = "why_now", .default_text = "Why now", .help = "Heading of the reasons for."},
      {.name = "careful", .default_text = "Careful", .help = "Heading of the reasons against."},
      {.name = "likelihood",
       .default_text = "Likelihood {likelihood} within {horizon} days; average account {average}.",
       .help = "Left out while accounts are ranked by rule."},
      {.name = "talk_to",
       .default_text = "Talk to: {contact}.",
       .help = "Left out where no contact is known."},
      {.name = "contact",
       .default_text = "the contact of this task",
       .help = "How {contact} is told; names are not stored here."},
      {.name = "last_met",
       .default_text = ", last met {last_met}",
       .help = "Follows the contact, where a date is known."},
      {.name = "by_mail",
       .default_text = "By e-mail: this contact may be mailed, but not called.",
       .help = "Stands in e-mail tasks whose contact may not be called."},
      {.name = "when_done",
       .default_text = "When done set Upsell Outcome. \"Wrong suggestion\": not asked again for "
                       "{wrong_suggestion_days} days.",
       .help = "What the rep does at the end."},
      {.name = "made_from",
       .default_text = "{action}, model {model}, data of {data_as_of}",
       .help = "The last line: what to tell the admin."},
      {.name = "approved",
       .default_text = "{action}, approved on {approved_on}, model {model}, data of {data_as_of}",
       .help = "The last line of a task that a person approved."},
  }};
  return table;
}

const SettingTable& tasks_table() {
  static const SettingTable table{{
      {.name = "create",
       .default_text = "weekdays at 07:00",
       .help = "When the day's tasks are made: by the first sync at or after that time."},
      {.name = "per_rep_and_week",
       .kind = SettingKind::integer,
       .default_text = "5",
       .help = "At most so many new tasks for one rep from Monday to Sunday, best first.",
       .least = 0,
       .most = 1000},
      {.name = "cooldown",
       .kind = SettingKind::group,
       .help = "How long an account gets no task after its last one was closed, by outcome.",
       .group = &cooldown_table()},
      {.name = "owner",
       .kind = SettingKind::node,
       .default_text = "account_owner",
       .help = "Who gets the task: the first of the list that applies and is active. An entry is "
               "account_owner, an e-mail address or rep id, or {KEY: TEST, to: WHO}."},
      {.name = "due",
       .kind = SettingKind::duration,
       .default_text = "48h",
       .help = "Time to do a task, counted in working days, due between 09:00 and 17:00.",
       .least = kHourMs},
      {.name = "expire",
       .kind = SettingKind::duration,
       .default_text = "14d",
       .help = "A task that nobody touched is withdrawn so long after it was due.",
       .least = 0},
      {.name = "approve",
       .kind = SettingKind::yes_no,
       .default_text = "no",
       .help = "Every task waits in upselld approvals until a person says yes."},
      {.name = "texts",
       .kind = SettingKind::group,
       .help = "The lines that upselld adds to a task, for other languages.",
       .group = &texts_table()},
  }};
  return table;
}

const SettingTable& task_table() {
  static const SettingTable table{{
      {.name = "type",
       .kind = SettingKind::word,
       .required = true,
       .help = "How the rep gets in touch.",
       .words = {"call", "email", "todo"}},
      {.name = "due",
       .kind = SettingKind::duration,
       .help = "Other than tasks: due.",
       .least = kHourMs},
      {.name = "subject",
       .required = true,
       .help = "One line with {placeholders}. Only values that `when` guarantees."},
      {.name = "body",
       .help = "Several lines with {placeholders}; a line whose value is missing is left out. "
               "Default: the reasons for and against."},
  }};
  return table;
}

const SettingTable& action_table() {
  static const SettingTable table{{
      {.name = "action",
       .required = true,
       .help = "A name of lower-case letters, digits and _, at most 32 long."},
      {.name = "when",
       .kind = SettingKind::node,
       .required = true,
       .help = "A map; all its entries must hold. {} is always true."},
      {.name = "label",
       .help = "What reps read in Next Best Action. Default: the action's name in words."},
      {.name = "task",
       .kind = SettingKind::group,
       .help = "Without it the action is a field on the account only.",
       .group = &task_table()},
      {.name = "approve",
       .kind = SettingKind::yes_no,
       .help = "The task waits in upselld approvals until a person says yes."},
  }};
  return table;
}

const SettingTable& example_table() {
  static const SettingTable table{{
      {.name = "given",
       .kind = SettingKind::node,
       .required = true,
       .help = "Values of an account."},
      {.name = "expect", .required = true, .help = "The action it must get, or none."},
  }};
  return table;
}

}  // namespace

const SettingTable& playbook_table() {
  static const SettingTable table{{
      {.name = "segments",
       .kind = SettingKind::group,
       .help = "How long ago customers last bought or were in touch.",
       .group = &segments_table()},
      {.name = "tags",
       .kind = SettingKind::free_map,
       .default_text = "{high_value: {order_amount_mean: {top: 20%}}, "
                       "engaged: {clicks_per_visit_30d: {top: 20%}}}",
       .help = "Words for accounts, each with its test. {top: 20%} and {bottom: 50%} rank all "
               "accounts that have the value."},
      {.name = "bands",
       .kind = SettingKind::group,
       .help = "Ranks by expected gain. An account leaves its band only when well past the edge, "
               "or for two days running.",
       .group = &bands_table()},
      {.name = "hold_tasks",
       .kind = SettingKind::free_map,
       .help = "Tests that stop a task; score and action are still shown. Built in: "
               "upsell_already_open, escalated_case, new_customer, bought_recently. The same name "
               "replaces one of these."},
      {.name = "tasks",
       .kind = SettingKind::group,
       .help = "When tasks are made, how many, and for whom.",
       .group = &tasks_table()},
      {.name = "actions",
       .kind = SettingKind::group_list,
       .help = "What to do; the first whose `when` holds is taken.",
       .group = &action_table()},
      {.name = "examples",
       .kind = SettingKind::group_list,
       .help = "Accounts and the action they must get; check runs them.",
       .group = &example_table()},
      {.name = "holdout",
       .kind = SettingKind::share,
       .default_text = "5%",
       .help = "Accounts that never get a task or an action, picked by hash once and for good. "
               "With 0 nobody can ever say what the tasks did.",
       .least = 0,
       .most = 0.5},
      {.name = "pilot",
       .kind = SettingKind::node,
       .help = "Only accounts for which this test holds get tasks."},
      {.name = "never",
       .kind = SettingKind::node,
       .help = "Accounts for which this test holds get no action and no task."},
      {.name = "too_old_data",
       .kind = SettingKind::duration,
       .default_text = "48h",
       .help = "No task is made from data older than this.",
       .least = 0},
  }};
  return table;
}

}  // namespace upselld::playbook
