// SPDX-License-Identifier: Apache-2.0
import { get } from "/api.js";
import { el, section, show, table } from "/dom.js";
import { count, time, title, words } from "/format.js";
import { accountLink } from "/page_accounts.js";

const COUNT = 50;
const STATES = [
  "open",
  "done",
  "closed",
  "withdrawn",
  "deleted",
  "waiting",
  "rejected",
  "not made",
];

function reps(page, pick) {
  const states = STATES.filter((state) => page.states[state]);
  return table(
    "Tasks by rep",
    [
      {
        label: "Rep",
        header: true,
        value: (row) =>
          el("button", {
            class: "plain",
            type: "button",
            onclick: () => pick(row.rep),
            text: row.rep || "nobody",
          }),
      },
      ...states.map((state) => ({
        label: title(state),
        number: true,
        value: (row) => count(row.states[state] || 0),
      })),
    ],
    page.reps,
    "No task was made yet.",
  );
}

function rows(page) {
  return table(
    "Tasks, newest first",
    [
      {
        label: "Account",
        header: true,
        class: "wide",
        value: (row) => [
          el("a", { href: accountLink(row), text: row.name }),
          el("span", { class: "under", text: row.subject }),
        ],
      },
      { label: "Rep", value: (row) => row.owner },
      { label: "Type", value: (row) => row.type },
      { label: "Due", value: (row) => time(row.due) },
      {
        label: "State",
        value: (row) => el("span", { class: `state ${row.state}`, text: row.state }),
      },
      {
        label: "Outcome",
        value: (row) => words(row.outcome) || el("span", { class: "quiet", text: row.why || "–" }),
      },
    ],
    page.rows,
    "No task is like that.",
  );
}

function refused(page) {
  return el(
    "section",
    { id: "refused" },
    el("h2", { text: "Refused by the CRM" }),
    page.rows.length > 0 &&
      el("p", {
        class: "quiet",
        text: "Not tried again until the row or its cause changes, or after: upselld rejected retry",
      }),
    table(
      "Refused rows",
      [
        {
          label: "Account",
          header: true,
          value: (row) => el("a", { href: accountLink(row), text: row.name }),
        },
        { label: "What", value: (row) => words(row.what) },
        { label: "Code", value: (row) => el("span", { class: "code", text: row.code }) },
        { label: "Field", value: (row) => row.field || "–" },
        { label: "Message", class: "wide", value: (row) => row.message },
        { label: "At", value: (row) => time(row.at) },
      ],
      page.rows,
      "Nothing is refused.",
    ),
  );
}

export async function open(main) {
  const query = Object.fromEntries(new URLSearchParams(location.search));
  const list = el("div", { "aria-live": "polite" });
  const byRep = el("div");
  const again = async (changes) => {
    Object.assign(query, { offset: 0 }, changes);
    await load();
  };
  const load = async () => {
    const page = await get("tasks", { ...query, count: COUNT });
    const last = page.offset + page.rows.length;
    show(
      byRep,
      reps(page, (rep) => again({ rep: query.rep === rep ? "" : rep })),
    );
    show(
      list,
      el("p", {
        class: "quiet",
        text: `${count(page.found)} tasks${query.rep ? ` of ${query.rep}` : ""}`,
      }),
      rows(page),
      el(
        "p",
        { class: "pager" },
        page.offset > 0 &&
          el("button", {
            type: "button",
            onclick: () => again({ offset: page.offset - COUNT }),
            text: "Back",
          }),
        last < page.found &&
          el("button", { type: "button", onclick: () => again({ offset: last }), text: "On" }),
      ),
    );
  };
  const options = ["", ...STATES].map((state) =>
    el("option", {
      value: state,
      selected: state === (query.state || ""),
      text: state ? words(state) : "all",
    }),
  );
  show(
    main,
    el("h1", { text: "Tasks" }),
    section("By rep", el("div", { class: "narrow" }, byRep)),
    el(
      "section",
      {},
      el("h2", { text: "All" }),
      el(
        "div",
        { class: "filters" },
        el(
          "label",
          {},
          el("span", { text: "State" }),
          el("select", { onchange: (event) => again({ state: event.target.value }) }, options),
        ),
      ),
      list,
    ),
    refused(await get("rejected")),
  );
  await load();
  if (location.hash === "#refused") document.getElementById("refused").scrollIntoView();
}
