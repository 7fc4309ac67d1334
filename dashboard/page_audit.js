// SPDX-License-Identifier: Apache-2.0
import { download, get } from "/api.js";
import { el, message, section, show, table } from "/dom.js";
import { count, time, words } from "/format.js";

const COUNT = 50;
const KINDS = [
  "run",
  "model_trained",
  "model_published",
  "model_rolled_back",
  "decided",
  "meant",
  "done",
  "rejected",
  "withdrawn",
  "superseded",
  "held",
  "paused",
  "config_changed",
  "exported",
  "forgotten",
  "answered",
  "dropped",
  "released",
  "retried",
  "kept",
  "model_declined",
];

async function showEntry(place, sequence) {
  try {
    const entry = await get("audit/entry", { sequence });
    const { payload, ...head } = entry;
    show(
      place,
      section(
        `Entry ${count(entry.sequence)}`,
        el("p", {
          class: "quiet",
          text: `${words(entry.kind)}, ${time(entry.at)}, run ${entry.run}`,
        }),
        entry.is_forgotten
          ? el("p", {
              class: "empty",
              text: "The header stays, the payload is gone: its account was forgotten, or it is older than is kept.",
            })
          : el("pre", { class: "body", tabindex: "0", text: JSON.stringify(payload, null, 2) }),
        el(
          "details",
          {},
          el("summary", { text: "Header" }),
          el("pre", { class: "body", tabindex: "0", text: JSON.stringify(head, null, 2) }),
        ),
      ),
    );
    place.scrollIntoView({ block: "nearest" });
  } catch (error) {
    show(place, message("bad", `${error.message}.`));
  }
}

export async function open(main, context) {
  const query = Object.fromEntries(new URLSearchParams(location.search));
  const { sequence, ...rest } = query;
  let filter = rest;
  const list = el("div", { "aria-live": "polite" });
  const entry = el("div");
  const said = el("div");
  const load = async () => {
    try {
      const page = await get("audit", { ...filter, count: COUNT });
      const last = page.rows.length > 0 ? page.rows[page.rows.length - 1].sequence : 0;
      show(
        list,
        el(
          "p",
          { class: "quiet" },
          `${count(page.entries)} entries; head `,
          el("span", { class: "code break", text: page.head }),
        ),
        table(
          "Audit entries, newest first",
          [
            {
              label: "Entry",
              header: true,
              number: true,
              value: (row) =>
                el("button", {
                  class: "plain",
                  type: "button",
                  onclick: () => showEntry(entry, row.sequence),
                  text: count(row.sequence),
                }),
            },
            { label: "Time", value: (row) => time(row.at) },
            { label: "Kind", value: (row) => words(row.kind) },
            {
              label: "Account",
              value: (row) =>
                row.account
                  ? el("a", {
                      href: `/account?id=${encodeURIComponent(row.account)}`,
                      text: row.account,
                    })
                  : "–",
            },
            {
              label: "Run",
              class: "wide",
              value: (row) => el("span", { class: "code", text: row.run }),
            },
          ],
          page.rows,
          "No entry is like that.",
        ),
        el(
          "p",
          { class: "pager" },
          filter.before &&
            el("button", { type: "button", onclick: () => again({ before: "" }), text: "Newest" }),
          page.more &&
            el("button", { type: "button", onclick: () => again({ before: last }), text: "Older" }),
        ),
      );
    } catch (error) {
      show(list, message("bad", `${error.message}.`));
    }
  };
  const again = (changes) => {
    filter = { ...filter, ...changes };
    return load();
  };
  const verify = async (event) => {
    event.target.disabled = true;
    show(said, message("good", "Reading the whole chain …"));
    try {
      const verdict = await get("audit/verify");
      const good = `Valid: ${count(verdict.entries)} entries, none changed, added or missing. Note the head elsewhere: ${verdict.head}`;
      const bad = verdict.first_bad
        ? `Not valid from entry ${count(verdict.first_bad.sequence)} on: ${verdict.first_bad.reason}`
        : "Not valid.";
      show(said, message(verdict.valid ? "good" : "bad", verdict.valid ? good : bad));
    } catch (error) {
      show(said, message("bad", `${error.message}.`));
    }
    event.target.disabled = false;
  };
  const save = async () => {
    try {
      await download("/api/v1/audit/export", {}, "audit.jsonl");
      show(
        said,
        message(
          "good",
          "Downloaded, and written down: the newest 20,000 entries. All of them: upselld audit export.",
        ),
      );
      await load();
    } catch (error) {
      show(said, message("bad", `${error.message}.`));
    }
  };
  const kinds = ["", ...KINDS].map((kind) =>
    el("option", {
      value: kind,
      selected: kind === (filter.kind || ""),
      text: kind ? words(kind) : "all",
    }),
  );
  const form = el(
    "form",
    {
      class: "filters",
      role: "search",
      onsubmit: (event) => {
        event.preventDefault();
        const form = new FormData(event.target);
        again({
          before: "",
          kind: form.get("kind"),
          account: form.get("account"),
          run: form.get("run"),
        });
      },
    },
    el("label", {}, el("span", { text: "Kind" }), el("select", { name: "kind" }, kinds)),
    el(
      "label",
      { class: "grow" },
      el("span", { text: "Account" }),
      el("input", { name: "account", value: filter.account || "", maxlength: 200 }),
    ),
    el(
      "label",
      { class: "grow" },
      el("span", { text: "Run" }),
      el("input", { name: "run", value: filter.run || "", maxlength: 60 }),
    ),
    el("button", { type: "submit", text: "Search" }),
    el("button", { type: "button", onclick: verify, text: "Verify" }),
    context.mayAct && el("button", { type: "button", onclick: save, text: "Download" }),
  );
  show(main, el("h1", { text: "Audit" }), form, said, entry, list);
  await load();
  if (sequence) await showEntry(entry, sequence);
}
