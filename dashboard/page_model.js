// SPDX-License-Identifier: Apache-2.0
// What ranks, how it was judged, and which models there are.
import { get, post } from "/api.js";
import { el, message, section, show, table } from "/dom.js";
import { count, day, figure, one, percent, time, words } from "/format.js";
import { importanceChart, liftChart, recallChart, valueChart } from "/model_charts.js";
import { reliabilityChart, reliabilitySentence } from "/reliability.js";

const between = (interval, digits = 3) =>
  interval
    ? `${figure(interval.estimate, digits)} (${figure(interval.low, digits)} to ${figure(interval.high, digits)})`
    : "–";

const points = (interval) =>
  `${figure(interval.estimate * 100, 1)} points (${figure(interval.low * 100, 1)} to ${figure(interval.high * 100, 1)})`;

// What contacts do, from held-out accounts. Reports of before the first contact say nothing of it.
function contactSentence({ hold_out: trial }) {
  if (!trial) return "It tells who is likely to buy, not whom a call would move.";
  const sides = `${count(trial.contacted.accounts)} contacted and ${count(trial.held_out.accounts)} held-out accounts`;
  if (trial.status === "unknown") {
    return `It tells who is likely to buy, not whom a call would move: ${sides} are too few to say what contacts do.`;
  }
  if (trial.status === "not_shown") {
    return `That contacts have an effect is not shown: ${sides} differ by ${points(trial.difference)}.`;
  }
  return `${sides} differ by ${points(trial.difference)}: so much the contacts did.`;
}

const MEASURES = [
  { label: "Accounts", number: true, value: ([, each]) => count(each.eligible) },
  { label: "Happened", number: true, value: ([, each]) => percent(each.base_rate) },
  { label: "Told", number: true, value: ([, each]) => percent(each.predicted) },
  { label: "ROC-AUC", number: true, value: ([, each]) => figure(each.roc_auc) },
  { label: "PR-AUC", number: true, value: ([, each]) => figure(each.pr_auc) },
  { label: "Log-loss", number: true, value: ([, each]) => figure(each.log_loss, 4) },
  { label: "Slope", number: true, value: ([, each]) => figure(each.slope, 2) },
  { label: "Lift, top tenth", number: true, value: ([, each]) => one(each.lift_top_decile) },
];

function sentences(model) {
  const { report } = model;
  const told = report.test && reliabilitySentence(report.test.reliability);
  const lines = [
    `${model.is_live ? "Live" : "Not live"}; trained ${time(model.trained_at)} on ${count(report.rows)} rows of ${count(report.accounts)} accounts, ${count(report.positive_accounts)} with an up-sell, at ${report.snapshots.length} dates.`,
    `${report.published ? "Worth publishing" : "Not worth publishing"}: ${report.reason}.`,
    told && `${told} Judged on ${day(report.test.date)}, by a model that knew nothing after it.`,
    report.level_spread &&
      `From date to date the level moves: 30 % is expected to mean ${percent(report.level_spread.thirty_percent_low)} to ${percent(report.level_spread.thirty_percent_high)}.`,
    contactSentence(report),
  ];
  return el(
    "ul",
    { class: "lines" },
    lines.filter(Boolean).map((text) => el("li", { text })),
  );
}

function judged(report) {
  const { test } = report;
  const dates = [...Object.entries(report.rolling.dates), ...(test ? [[test.date, test]] : [])];
  const groups = [
    ...Object.entries((test && test.strata) || {}).map(([name, each]) => [
      `${name} past orders`,
      each,
    ]),
    ...Object.entries((test && test.segments) || {}).map(([name, each]) => [words(name), each]),
  ];
  return [
    section(
      "Date by date",
      table(
        "How each past date was judged",
        [{ label: "Date", header: true, value: ([date]) => day(date) }, ...MEASURES],
        dates,
        "Too little history to judge.",
      ),
    ),
    groups.length > 0 &&
      section(
        "For whom",
        table(
          "Strata and segments on the test date",
          [{ label: "Accounts like", header: true, value: ([name]) => name }, ...MEASURES],
          groups.filter(([, each]) => each.eligible > 0),
        ),
      ),
    section(
      "Against simple rules",
      table(
        "Baselines on the test date",
        [
          { label: "Ranked by", header: true, value: ([name]) => words(name) },
          { label: "ROC-AUC", number: true, value: ([, each]) => figure(each.roc_auc) },
          {
            label: "Lift, top tenth",
            number: true,
            value: ([, each]) => one(each.lift_top_decile),
          },
          {
            label: "Log-loss of the model less this",
            number: true,
            value: ([, each]) => between(each.model_log_loss_minus_this, 4),
          },
        ],
        Object.entries(report.baselines),
        "None was judged.",
      ),
    ),
    section(
      "Leaks",
      report.leaks.length === 0
        ? el("p", { text: "None was found." })
        : el(
            "ul",
            {},
            report.leaks.map((text) => el("li", { text })),
          ),
    ),
  ];
}

function versions(models, shown, context, act) {
  const spans = (model) =>
    model.live
      .map(
        (each) =>
          `${day(each.since)} to ${each.until ? day(each.until) : "now"}${each.rolled_back ? " (back)" : ""}`,
      )
      .join("; ") || (model.declined_at ? `declined ${day(model.declined_at)}` : "never");
  return table(
    "Models, newest first",
    [
      {
        label: "Model",
        header: true,
        value: (model) =>
          el("a", {
            class: "code",
            href: `/model?connection=${encodeURIComponent(model.connection)}&version=${encodeURIComponent(model.version)}`,
            "aria-current": model.version === shown && "true",
            text: model.version,
          }),
      },
      { label: "Connection", value: (model) => model.connection },
      { label: "Trained", value: (model) => time(model.trained_at) },
      { label: "Learner", value: (model) => model.learner || "–" },
      { label: "Worth publishing", value: (model) => (model.is_worth_it ? "yes" : "no") },
      { label: "Live", value: spans },
      context.mayAct && {
        label: "Do",
        value: (model) =>
          model.is_live
            ? el("button", {
                type: "button",
                onclick: () => act("rollback", model),
                text: "Roll back",
              })
            : model.is_worth_it &&
              el(
                "div",
                { class: "pager" },
                el("button", {
                  type: "button",
                  onclick: () => act("publish", model),
                  text: "Publish",
                }),
                model.waits &&
                  el("button", {
                    type: "button",
                    onclick: () => act("decline", model),
                    text: "Decline",
                  }),
              ),
      },
    ].filter(Boolean),
    models,
    "No model was trained yet: rules-1 ranks.",
  );
}

export async function open(main, context) {
  const query = Object.fromEntries(new URLSearchParams(location.search));
  const { models } = await get("models");
  const said = el("div");
  const act = async (verb, model) => {
    const asked = {
      publish: `Let ${model.version} rank from the next sync on?`,
      decline: `Keep what ranks now, and let ${model.version} wait no more?`,
      rollback: `Go back to what ranked before ${model.version}?`,
    };
    if (!confirm(asked[verb])) return;
    try {
      await post(`/api/v1/models/${verb}`, {
        connection: model.connection,
        version: model.version,
      });
      location.reload();
    } catch (error) {
      show(said, message("bad", `${error.message}.`));
    }
  };
  if (models.length === 0) {
    show(
      main,
      el("h1", { text: "Model" }),
      el("p", {
        class: "empty",
        text: "Too little data: ranked by rule. A model needs 40 accounts with an up-sell and 40 without; no training has stored one yet.",
      }),
    );
    return;
  }
  const model = await get("model", query);
  const { report } = model;
  const { test } = report;
  show(
    main,
    el("h1", {}, "Model ", el("span", { class: "code", text: model.version })),
    sentences(model),
    el(
      "div",
      { class: "pair" },
      test && test.reliability && reliabilityChart(test.reliability),
      test &&
        (test.precision_recall || []).length > 0 &&
        recallChart(test.precision_recall, test.base_rate),
      test && liftChart(report),
      valueChart(report.value),
      importanceChart(model.importance),
    ),
    section("Which was live when", said, versions(models, model.version, context, act)),
    judged(report),
    section(
      "Model card",
      el(
        "details",
        {},
        el("summary", { text: "The card as it was written" }),
        el("pre", { class: "body", tabindex: "0", text: model.card }),
      ),
    ),
  );
}
