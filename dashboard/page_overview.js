// SPDX-License-Identifier: Apache-2.0
// Five sentences, then two charts and the runs.
import { get, post } from "/api.js";
import { axis, chart } from "/charts.js";
import { el, message, section, show, table } from "/dom.js";
import { ago, count, day, one, plural, time, words } from "/format.js";
import { reliabilityChart, reliabilitySentence } from "/reliability.js";

const BUSY_MS = 3000;
const QUIET_MS = 30000;

const accountsOf = (data) => data.connections.filter((each) => each.brings_accounts);

function line(question, state, ...answer) {
  const said = { good: "fine", warn: "look here", bad: "not well", none: "" }[state];
  return el(
    "div",
    { class: `sentence ${state}` },
    el("dt", { text: question }),
    el("dd", {}, said && el("span", { class: "hidden", text: `${said}: ` }), ...answer),
  );
}

const stageOf = ({ stage, steps }) => (stage ? ` (${stage}, ${count(steps)} steps)` : "");

function runs(data) {
  const { service } = data;
  const lines = data.connections.map((each) => {
    const last = each.last;
    const busy =
      service.doing !== "waiting" &&
      (service.connection === "all" || service.connection === each.name);
    if (busy)
      return {
        state: "good",
        text: `${each.name}: ${service.doing} since ${time(service.since, data.now)}${stageOf(service)}.`,
      };
    if (!last) return { state: "warn", text: `${each.name}: no sync has ended yet.` };
    if (last.failed || last.status === "failed") {
      return {
        state: "bad",
        text: `${each.name}: the sync of ${time(last.started_at, data.now)} failed.`,
        why: last.failed,
      };
    }
    const rest = each.pull === "stopped half-way" ? "; read half-way, it goes on next time" : "";
    return {
      state: "good",
      text: `${each.name}: data of ${time(last.as_of, data.now)}, synced ${time(last.finished_at, data.now)}${rest}.`,
    };
  });
  const next = service.sync_is_asked
    ? "A sync was asked for."
    : service.next_at && `Next ${time(service.next_at, data.now)}.`;
  const state =
    ["bad", "warn", "good"].find((each) => lines.some((one) => one.state === each)) || "warn";
  const shown = lines.flatMap((each) => [
    el("span", { text: `${each.text} ` }),
    each.why && el("span", { class: "quiet", text: `${each.why}. ` }),
  ]);
  return line("Does it run?", state, ...shown, next);
}

function needs(data) {
  const { rejected, approvals, held, models } = data.needs;
  const asked = [];
  if (rejected > 0)
    asked.push(
      el("a", { href: "/tasks#refused", text: plural(rejected, "row refused", "rows refused") }),
    );
  if (approvals > 0)
    asked.push(el("a", { href: "/approvals", text: `${plural(approvals, "approval")} waiting` }));
  for (const each of held) asked.push(`${each.connection}: a run was held, look with upselld plan --connection ${each.connection}`);
  for (const each of models) {
    const href = `/model?connection=${encodeURIComponent(each.connection)}&version=${encodeURIComponent(each.version)}`;
    asked.push(el("a", { href, text: `a model of ${each.connection} waits to be published` }));
  }
  for (const each of data.paused) asked.push(`writing to ${each.connection} is paused`);
  if (asked.length === 0) return line("Does anything need me?", "good", "Nothing.");
  const parts = asked.flatMap((each, i) => (i === 0 ? [each] : [", ", each]));
  return line("Does anything need me?", "warn", ...parts, ".");
}

function did(data, context, again) {
  const { fields, tasks, withdrawn, held } = data.day;
  const writes = accountsOf(data).some((each) => each.write !== "nothing");
  const text = writes
    ? `${plural(fields, "account")}, ${plural(tasks, "task")}, ${count(withdrawn)} withdrawn, ${count(held)} held. `
    : `Nothing was written (write: nothing); ${count(held)} held. `;
  const paused = data.paused.length > 0;
  const act = async (path) => {
    try {
      await post(path, {});
      await again();
    } catch (error) {
      document.getElementById("outcome").replaceChildren(message("bad", `${error.message}.`));
    }
  };
  const buttons = context.mayAct && [
    el("button", {
      type: "button",
      onclick: () => act(paused ? "/api/v1/resume" : "/api/v1/pause"),
      text: paused ? "Resume writing" : "Pause writing",
    }),
    " ",
    el("button", {
      type: "button",
      onclick: () => act("/-/sync"),
      text: "Sync now",
      disabled: data.service.doing !== "waiting" || data.service.sync_is_asked,
    }),
  ];
  const why = data.paused.map(
    (each) =>
      `Paused since ${time(each.since, data.now)} by ${each.by}${each.why ? `: ${each.why}` : ""}. `,
  );
  return line(
    "What did it do since yesterday?",
    paused ? "warn" : "none",
    text,
    why,
    buttons || null,
    el("div", { id: "outcome" }),
  );
}

function believe(data) {
  const parts = accountsOf(data).map((each) => {
    const { model } = each;
    const name = accountsOf(data).length > 1 ? `${each.name}: ` : "";
    if (!model.is_learnt) {
      const why = model.has_trained ? "No model is in use" : "Too little data";
      return { state: "warn", text: `${name}${why}: ranked by rule.` };
    }
    const told = reliabilitySentence(model.reliability) || "Too few were told the same to compare.";
    return { state: "good", text: `${name}${told} Model ${ago(model.trained_at, data.now)}. ` };
  });
  const state = parts.some((each) => each.state === "warn") ? "warn" : "good";
  return line(
    "Can I believe it?",
    state,
    parts.map((each) => each.text),
    " ",
    el("a", { href: "/model", text: "How it was judged" }),
  );
}

function worth(data) {
  const { tasks, states, outcomes, since } = data.tasks;
  if (tasks === 0) return line("Is it worth it?", "none", "No task was made yet.");
  const done = (states.done || 0) + (states.closed || 0);
  const named = Object.entries(outcomes).map(([name, n]) => `${words(name)} ${count(n)}`);
  const said = named.length > 0 ? `reps said: ${named.join(", ")}` : "no outcome was set yet";
  return line(
    "Is it worth it?",
    "none",
    `Tasks done ${count(done)} of ${count(tasks)} since ${day(since)}; ${said}. A count, not a test: nobody knows what had happened without them.`,
  );
}

function runsChart(data) {
  const syncs = data.runs
    .filter((run) => run.fields !== undefined)
    .slice(0, 14)
    .reverse();
  return chart(
    "Written, by run",
    (colours) => ({
      type: "bar",
      data: {
        labels: syncs.map((run) => time(run.started_at)),
        datasets: [
          {
            label: "accounts",
            data: syncs.map((run) => run.fields),
            backgroundColor: colours.accent,
          },
          { label: "tasks", data: syncs.map((run) => run.tasks), backgroundColor: colours.second },
          {
            label: "refused",
            data: syncs.map((run) => run.rejected),
            backgroundColor: colours.bad,
          },
        ],
      },
      options: {
        scales: {
          x: { grid: { display: false } },
          y: axis("", { beginAtZero: true, ticks: { precision: 0 } }),
        },
      },
    }),
    null,
  );
}

function runsTable(data) {
  return table(
    "Runs, newest first",
    [
      { label: "Began", header: true, value: (run) => time(run.started_at, data.now) },
      { label: "Kind", value: (run) => run.kind },
      {
        label: "Status",
        value: (run) => el("span", { class: `state ${run.status}`, text: run.status }),
      },
      { label: "Accounts", number: true, value: (run) => count(run.fields) },
      { label: "Tasks", number: true, value: (run) => count(run.tasks) },
      { label: "Withdrawn", number: true, value: (run) => count(run.withdrawn) },
      { label: "Refused", number: true, value: (run) => count(run.rejected) },
      { label: "Held", number: true, value: (run) => count(run.held) },
      { label: "Calls", number: true, value: (run) => count(run.api_calls) },
      {
        label: "Run",
        class: "wide",
        value: (run) =>
          el("a", {
            href: `/audit?run=${encodeURIComponent(run.run)}`,
            class: "code",
            text: run.run,
          }),
      },
    ],
    data.runs.slice(0, 10),
    "No run yet. The first begins when the schedule says, or with Sync now.",
  );
}

function connections(data) {
  return table(
    "Connections",
    [
      { label: "Connection", header: true, value: (each) => each.name },
      { label: "Write", value: (each) => words(each.write) },
      { label: "Accounts", number: true, value: (each) => count(each.last && each.last.accounts) },
      { label: "Scored", number: true, value: (each) => count(each.last && each.last.scored) },
      {
        label: "High",
        number: true,
        value: (each) => count(each.last && each.last.bands && each.last.bands.high),
      },
      {
        label: "Medium",
        number: true,
        value: (each) => count(each.last && each.last.bands && each.last.bands.medium),
      },
      {
        label: "Low",
        number: true,
        value: (each) => count(each.last && each.last.bands && each.last.bands.low),
      },
      {
        label: "Model",
        value: (each) => el("span", { class: "code", text: each.model ? each.model.version : "–" }),
      },
      {
        label: "Calls today",
        number: true,
        value: (each) =>
          `${count(each.budget.used)} of ${count(each.budget.limit)}${each.budget.limit ? ` (${one((100 * each.budget.used) / each.budget.limit)} %)` : ""}`,
      },
    ],
    data.connections,
  );
}

export async function open(main, context) {
  const sentences = el("div");
  const below = el("div");
  show(main, el("h1", { class: "hidden", text: "Overview" }), sentences, below);
  let shown = "";
  const again = async () => {
    const data = await get("overview");
    show(
      sentences,
      el(
        "dl",
        { class: "sentences" },
        runs(data),
        needs(data),
        did(data, context, again),
        believe(data),
        worth(data),
      ),
    );
    const newest = JSON.stringify([data.runs, data.connections]);
    if (newest !== shown) {
      shown = newest;
      const told = accountsOf(data).find((each) => each.model.reliability);
      show(
        below,
        el(
          "div",
          { class: "pair" },
          runsChart(data),
          told && reliabilityChart(told.model.reliability),
        ),
        section("Connections", connections(data)),
        section("Runs", runsTable(data)),
      );
    }
    return data;
  };
  const watch = async () => {
    let wait = QUIET_MS;
    try {
      const data = await again();
      if (data.service.doing !== "waiting" || data.service.sync_is_asked) wait = BUSY_MS;
    } catch {
      // It may be starting anew: looked for again.
    }
    setTimeout(watch, wait);
  };
  await again();
  setTimeout(watch, BUSY_MS);
}
