// SPDX-License-Identifier: Apache-2.0
// One account: what is likely and why, what happened, what was done.
import { get } from "/api.js";
import { axis, chart } from "/charts.js";
import { el, section, show, table } from "/dom.js";
import { count, day, money, score, signed, time, words } from "/format.js";

const KINDS_SHOWN = 5;
const ms = (iso) => Date.parse(iso.length === 10 ? `${iso}T12:00:00Z` : iso);
const month = (at) =>
  new Intl.DateTimeFormat("en-GB", { month: "short", year: "2-digit" }).format(new Date(at));

function fact(label, ...value) {
  return el("div", {}, el("dt", { text: label }), el("dd", {}, ...value));
}

function facts(data) {
  const { decision, facts: account } = data;
  if (!decision)
    return el("p", { class: "empty", text: "Nothing was decided about this account yet." });
  const likely =
    decision.score === null
      ? decision.status
      : `${score(decision.score)} within ${data.horizon_days} days`;
  return el(
    "dl",
    { class: "facts" },
    fact("Likelihood", likely),
    fact(
      "Band",
      decision.band ? el("span", { class: `band ${decision.band}`, text: decision.band }) : "none",
      decision.decile > 0 && ` decile ${decision.decile} of its segment`,
    ),
    fact(
      "Segment",
      words(decision.segment),
      decision.tags.length > 0 && ` · ${decision.tags.map(words).join(", ")}`,
    ),
    fact("Next action", decision.fields.next_action || words(decision.action) || "none"),
    fact(
      "Decided by",
      decision.rule ? el("span", { class: "code", text: decision.rule }) : "no rule matched",
    ),
    decision.held && fact("Task held back", words(decision.held)),
    decision.expected_gain !== null &&
      fact("Expected gain", money(decision.expected_gain, data.currency)),
    fact("Owner", account.owner || "–"),
    fact(
      "Scored",
      day(decision.scored_at),
      " · ",
      el("span", { class: "code", text: decision.model_version }),
    ),
    account.pause_until && fact("No tasks until", day(account.pause_until)),
    account.opted_out && fact("Profiling", "opted out"),
  );
}

function reasons(decision) {
  const rows = decision.reasons.filter((each) => each.contribution !== null);
  if (rows.length === 0 || decision.log_odds === null) return null;
  const most = Math.max(...rows.map((each) => Math.abs(each.contribution)));
  const bars = rows.map((each) => {
    const bar = el("span", { class: `bar-fill ${each.contribution < 0 ? "down" : "up"}` });
    bar.style.width = `${(50 * Math.abs(each.contribution)) / most}%`;
    return el(
      "li",
      {},
      el("span", { class: "reason-name", text: words(each.group) }),
      el("span", { class: "bar-track", "aria-hidden": "true" }, bar),
      el("span", { class: "reason-value", text: signed(each.contribution) }),
      el("span", { class: "reason-text", text: each.text || "small" }),
    );
  });
  return section(
    "Why this likelihood",
    el("ol", { class: "reasons" }, bars),
    el("p", {
      class: "quiet",
      text: `In log-odds: the average account ${signed(decision.base)}, together ${signed(decision.log_odds)}. They tell what the model saw, not what causes an up-sell.`,
    }),
  );
}

function changed(change) {
  if (!change) return null;
  const { from, to, parts } = change;
  const rows = [...parts].sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
  const rules = ["band", "segment", "action", "held"]
    .filter((key) => (from[key] || "") !== (to[key] || ""))
    .map((key) => `${key}: ${words(from[key]) || "none"} → ${words(to[key]) || "none"}`);
  const kinds = {
    data: "Data",
    model: "Model",
    "model and data": "Model and data",
    together: "Together",
  };
  const sum = to.points - from.points;
  return section(
    "Why did it change",
    el("p", {
      text: `From ${score(from.points)} on ${day(from.at)} to ${score(to.points)} on ${day(to.at)}${from.points === null || to.points === null ? "" : `: ${signed(sum)} points`}.`,
    }),
    rows.length > 0 &&
      el(
        "div",
        { class: "narrow" },
        table(
          "What changed the likelihood, in points",
          [
            {
              label: "What",
              header: true,
              value: (each) => [kinds[each.kind], each.group && `: ${words(each.group)}`],
            },
            { label: "Points", number: true, value: (each) => signed(each.points) },
          ],
          [...rows, { kind: "together", group: "", points: sum }],
        ),
      ),
    el("p", {
      text:
        rules.length > 0
          ? `Rules: ${rules.join("; ")}.`
          : "Rules: the same band, segment and action.",
    }),
  );
}

function history(data) {
  const orders = (data.timeline ? data.timeline.orders : []).filter(
    (order) => order.status === "won" && order.amount !== null,
  );
  const scores = data.scores.map(([at, value]) => ({ x: ms(at), y: value }));
  if (orders.length === 0 && scores.length === 0) return null;
  // The last known score holds until the newest decision.
  if (scores.length > 0 && data.decision && data.decision.score !== null)
    scores.push({ x: ms(data.decision.scored_at), y: data.decision.score });
  const first = scores.length > 0 ? scores[0].x : 0;
  const end = Math.max(...scores.map((each) => each.x), ...orders.map((order) => ms(order.at)));
  const begin = Math.max(
    Math.min(first || end, end - 365 * 86400000),
    Math.min(...scores.map((each) => each.x), ...orders.map((order) => ms(order.at))),
  );
  const seen = orders.filter((order) => ms(order.at) >= begin);
  return chart(
    "Orders, and the likelihood that was told",
    (colours) => ({
      type: "scatter",
      data: {
        datasets: [
          {
            label: "likelihood, %",
            type: "line",
            data: scores,
            stepped: true,
            borderColor: colours.accent,
            backgroundColor: colours.accent,
            borderWidth: 2,
            pointRadius: 2,
            yAxisID: "y",
          },
          {
            label: "order",
            data: seen.map((order) => ({ x: ms(order.at), y: order.amount })),
            backgroundColor: colours.second,
            pointStyle: "rectRot",
            pointRadius: 4,
            yAxisID: "amount",
          },
        ],
      },
      options: {
        scales: {
          x: axis("", {
            type: "linear",
            min: begin,
            max: end,
            ticks: { callback: month, maxTicksLimit: 8 },
          }),
          y: axis("likelihood, %", { beginAtZero: true }),
          amount: axis(`order, ${data.currency}`, {
            position: "right",
            beginAtZero: true,
            grid: { display: false },
          }),
        },
      },
    }),
    {
      columns: [
        { label: "Day", header: true, value: (order) => day(order.at) },
        { label: "Kind", value: (order) => words(order.kind) },
        {
          label: "Amount",
          number: true,
          value: (order) => money(order.amount, order.currency || data.currency),
        },
      ],
      rows: [...seen].reverse().slice(0, 50),
    },
  );
}

function activity(data) {
  const rows = data.timeline ? data.timeline.activity : [];
  if (rows.length === 0) return null;
  const totals = {};
  for (const row of rows) totals[row.kind] = (totals[row.kind] || 0) + row.count;
  const kinds = Object.keys(totals).sort((a, b) => totals[b] - totals[a]);
  const named = kinds.slice(0, KINDS_SHOWN);
  const weeks = [...new Set(rows.map((row) => row.week))].sort().slice(-53);
  const sum = (week, isIt) =>
    rows
      .filter((row) => row.week === week && isIt(row.kind))
      .reduce((all, row) => all + row.count, 0);
  const groups = [...named.map((kind) => ({ label: words(kind), isIt: (each) => each === kind }))];
  if (kinds.length > named.length)
    groups.push({ label: "others", isIt: (each) => !named.includes(each) });
  return chart(
    "Activity, by week",
    (colours) => {
      const palette = [
        colours.accent,
        colours.second,
        colours.third,
        colours.warn,
        colours.good,
        colours.muted,
      ];
      return {
        type: "bar",
        data: {
          labels: weeks.map((week) => day(week).replace(/ \d+$/, "")),
          datasets: groups.map((group, i) => ({
            label: group.label,
            data: weeks.map((week) => sum(week, group.isIt)),
            backgroundColor: palette[i],
          })),
        },
        options: {
          scales: {
            x: {
              stacked: true,
              grid: { display: false },
              ticks: { maxTicksLimit: 7, maxRotation: 0 },
            },
            y: { stacked: true, beginAtZero: true, ticks: { precision: 0 } },
          },
        },
      };
    },
    {
      columns: [
        { label: "Kind", header: true, value: (kind) => words(kind) },
        { label: "In two years", number: true, value: (kind) => count(totals[kind]) },
      ],
      rows: kinds,
    },
  );
}

function attributes(account) {
  const rows = Object.entries(account.attributes).filter(([, value]) => value !== null);
  return section(
    "Known of it",
    table(
      "Attributes",
      [
        { label: "Attribute", header: true, value: ([name]) => words(name) },
        { label: "Value", class: "wide", value: ([, value]) => String(value) },
      ],
      rows,
      "No attribute is mapped.",
    ),
  );
}

function written(data) {
  const now = data.decision && data.decision.task;
  const rep = now && now.owner === data.facts.owner_id ? data.facts.owner : now && now.owner;
  const shown = (values) =>
    Object.entries(values || {})
      .filter(([name]) => ["score", "band", "next_action"].includes(name))
      .map(([name, value]) => `${words(name)} ${value || "empty"}`)
      .join(", ");
  return section(
    "What was written",
    now &&
      el(
        "div",
        { class: "card" },
        el("strong", { text: now.subject }),
        el("p", { class: "quiet", text: `${now.type} for ${rep}, due ${time(now.due)}` }),
        el("pre", { class: "body", tabindex: "0", text: now.body }),
      ),
    data.kept.length > 0 &&
      el("p", {
        text: `Left alone, for a person changed it: ${data.kept.map((each) => `${words(each.field)} (${day(each.edited_at)})`).join(", ")}.`,
      }),
    table(
      "Writes, newest first",
      [
        { label: "Meant", header: true, value: (row) => time(row.meant_at) },
        { label: "What", value: (row) => words(row.what) },
        {
          label: "State",
          value: (row) => el("span", { class: `state ${row.state}`, text: row.state }),
        },
        {
          label: "Values",
          class: "wide",
          value: (row) => row.message || row.task || shown(row.values),
        },
      ],
      data.written.slice(0, 20),
      "Nothing was written for this account.",
    ),
  );
}

function audit(rows) {
  return section(
    "Audit",
    table(
      "Audit entries, newest first",
      [
        {
          label: "Entry",
          header: true,
          number: true,
          value: (row) =>
            el("a", { href: `/audit?sequence=${row.sequence}`, text: count(row.sequence) }),
        },
        { label: "Time", value: (row) => time(row.at) },
        { label: "Kind", value: (row) => words(row.kind) },
        { label: "Run", value: (row) => el("span", { class: "code", text: row.run }) },
      ],
      rows.slice(0, 20),
    ),
  );
}

export async function open(main) {
  const id = new URLSearchParams(location.search).get("id") || "";
  const data = await get("account", { id });
  document.title = `${data.facts.name} · upselld`;
  show(
    main,
    el(
      "p",
      { class: "quiet" },
      el("a", { href: "/accounts", text: "Accounts" }),
      ` / ${data.facts.connection}:${data.facts.account}`,
    ),
    el("h1", { class: "name", text: data.facts.name }),
    facts(data),
    el("div", { class: "pair" }, history(data), activity(data)),
    data.decision && reasons(data.decision),
    changed(data.change),
    el(
      "div",
      { class: "pair" },
      written(data),
      el("div", {}, attributes(data.facts), audit(data.audit)),
    ),
  );
}
