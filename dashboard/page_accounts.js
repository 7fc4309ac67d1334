// SPDX-License-Identifier: Apache-2.0
import { download, get } from "/api.js";
import { el, message, show, sparkline, table } from "/dom.js";
import { count, score, signed, words } from "/format.js";

const COUNT = 50;
const SEGMENTS = ["active", "cooling", "at_risk", "dormant", "no_purchase"];
const BANDS = ["high", "medium", "low"];

const asked = (search) => Object.fromEntries(new URLSearchParams(search));

export const accountLink = (row) =>
  `/account?id=${encodeURIComponent(`${row.connection}:${row.account}`)}`;

function choice(name, label, values, current, changed) {
  const options = values.map(([value, text]) =>
    el("option", { value, selected: value === (current || ""), text }),
  );
  return el(
    "label",
    {},
    el("span", { text: label }),
    el("select", { name, onchange: changed }, options),
  );
}

function columns(query, sort) {
  const sorter = (label, order) => {
    const isIt = (query.sort || "rank") === order;
    const reversed = query.reversed === "yes";
    const rises = reversed === (order === "rank");
    // The best band first, at the first press.
    const press = () => sort(order, isIt ? !reversed : order === "band");
    return {
      head: el(
        "button",
        { class: "sort", type: "button", onclick: press },
        label,
        isIt && el("span", { "aria-hidden": "true", text: rises ? " ▴" : " ▾" }),
      ),
      sorted: isIt ? (rises ? "ascending" : "descending") : null,
    };
  };
  return [
    {
      label: "Account",
      header: true,
      class: "wide",
      value: (row) => [
        el("a", { href: accountLink(row), text: row.name }),
        el("span", { class: "under", text: [row.account, row.owner].filter(Boolean).join(" · ") }),
      ],
    },
    {
      label: "Likelihood",
      number: true,
      ...sorter("Likelihood", "rank"),
      value: (row) =>
        row.score === null
          ? el("span", { class: "quiet", text: "by rule" })
          : [
              score(row.score),
              row.change && el("span", { class: "under", text: signed(Number(row.change)) }),
            ],
    },
    { label: "Trend", value: (row) => sparkline(row.trend) },
    {
      label: "Band",
      ...sorter("Band", "band"),
      value: (row) =>
        row.band
          ? el("span", { class: `band ${row.band}`, text: row.band })
          : el("span", { class: "quiet", text: "none" }),
    },
    { label: "Segment", ...sorter("Segment", "segment"), value: (row) => words(row.segment) },
    {
      label: "Next action",
      ...sorter("Next action", "action"),
      value: (row) => [
        row.action_label || words(row.action) || el("span", { class: "quiet", text: "none" }),
        row.held && el("span", { class: "under", text: `held: ${words(row.held)}` }),
      ],
    },
    {
      label: "Why now",
      class: "wide",
      value: (row) => row.top_reason || el("span", { class: "quiet", text: row.status }),
    },
  ];
}

export async function open(main, context) {
  let query = asked(location.search);
  const list = el("div", { "aria-live": "polite" });
  const said = el("div");
  const again = async (changes) => {
    query = { ...query, offset: 0, ...changes };
    const kept = Object.entries(query).filter(
      ([, value]) => value !== "" && value !== 0 && value !== "0",
    );
    history.replaceState(
      null,
      "",
      kept.length > 0 ? `/accounts?${new URLSearchParams(kept)}` : "/accounts",
    );
    await load();
  };
  const sort = (order, reversed) => again({ sort: order, reversed: reversed ? "yes" : "" });
  const turn = (by) => again({ offset: Math.max(0, Number(query.offset || 0) + by) });
  const load = async () => {
    try {
      const page = await get("accounts", { ...query, count: COUNT });
      const last = page.offset + page.rows.length;
      const empty =
        page.found === 0 && Object.values(query).every((value) => !value)
          ? "No account was decided about yet. The first sync does that."
          : "No account is like that.";
      show(
        list,
        el("p", {
          class: "quiet",
          text:
            page.found === 0
              ? ""
              : `${count(page.offset + 1)} to ${count(last)} of ${count(page.found)} accounts`,
        }),
        table("Accounts", columns(query, sort), page.rows, empty),
        el(
          "p",
          { class: "pager" },
          page.offset > 0 &&
            el("button", { type: "button", onclick: () => turn(-COUNT), text: "Back" }),
          last < page.found &&
            el("button", { type: "button", onclick: () => turn(COUNT), text: "On" }),
        ),
      );
    } catch (error) {
      show(list, message("bad", `${error.message}.`));
    }
  };
  const pick = (event) => again({ [event.target.name]: event.target.value });
  const named = (values) => [["", "all"], ...values.map((value) => [value, words(value)])];
  const save = async () => {
    try {
      await download("/api/v1/accounts/export", query, "accounts.csv");
      show(said, message("good", "Exported, and written down in the audit."));
    } catch (error) {
      show(said, message("bad", `${error.message}.`));
    }
  };
  const form = el(
    "form",
    {
      class: "filters",
      role: "search",
      onsubmit: (event) => {
        event.preventDefault();
        again({ search: new FormData(event.target).get("search") });
      },
    },
    el(
      "label",
      { class: "grow" },
      el("span", { text: "Name or id" }),
      el("input", { type: "search", name: "search", value: query.search || "", maxlength: 200 }),
    ),
    choice("band", "Band", named(BANDS), query.band, pick),
    choice("segment", "Segment", named(SEGMENTS), query.segment, pick),
    choice(
      "held",
      "Task",
      [
        ["", "all"],
        ["any", "held back"],
      ],
      query.held,
      pick,
    ),
    el("button", { type: "submit", text: "Search" }),
    context.mayAct && el("button", { type: "button", onclick: save, text: "Export CSV" }),
  );
  show(main, el("h1", { text: "Accounts" }), form, said, list);
  await load();
}
