// SPDX-License-Identifier: Apache-2.0
import { get, post } from "/api.js";
import { el, message, show } from "/dom.js";
import { time, words } from "/format.js";
import { accountLink } from "/page_accounts.js";

export async function open(main, context) {
  const list = el("div", { class: "cards", "aria-live": "polite" });
  const said = el("div");
  const load = async () => {
    const page = await get("approvals");
    if (page.rows.length === 0) {
      show(list, el("p", { class: "empty", text: "Nothing waits for approval." }));
      return;
    }
    show(
      list,
      page.rows.map((row) =>
        el(
          "article",
          { class: "card" },
          el("h2", {}, el("a", { href: accountLink(row), text: row.name })),
          el("p", {}, el("strong", { text: row.subject })),
          el("p", {
            class: "quiet",
            text: `${words(row.action)}: ${row.type} for ${row.owner || "nobody yet"}, asked ${time(row.asked_at)}`,
          }),
          el("pre", { class: "body", tabindex: "0", text: row.body }),
          context.mayAct &&
            el(
              "p",
              { class: "pager" },
              el("button", {
                type: "button",
                onclick: () => answer(row, "yes"),
                text: "Make the task",
              }),
              el("button", { type: "button", onclick: () => answer(row, "no"), text: "Do not" }),
            ),
        ),
      ),
    );
  };
  const answer = async (row, word) => {
    try {
      await post("/api/v1/approvals/answer", { key: row.key, answer: word });
      show(
        said,
        message(
          "good",
          word === "yes"
            ? "It is made with the next tasks, unless something else holds it by then."
            : "No task is made.",
        ),
      );
      await load();
    } catch (error) {
      show(said, message("bad", `${error.message}.`));
    }
  };
  show(
    main,
    el("h1", { text: "Approvals" }),
    !context.mayAct &&
      el("p", { class: "quiet", text: "To answer, log in with: upselld dashboard --operate" }),
    said,
    list,
  );
  await load();
}
