// SPDX-License-Identifier: Apache-2.0
import { get } from "/api.js";
import { el, section, show, table } from "/dom.js";

export async function open(main) {
  const page = await get("settings");
  const list = el("div");
  const draw = (all) => {
    const rows = page.rows.filter(
      (row) => all || (row.from !== "default" && row.from !== "not set"),
    );
    show(
      list,
      table(
        "Settings",
        [
          {
            label: "Option",
            header: true,
            class: "wide",
            value: (row) => [
              el("span", { class: "code", text: row.name }),
              el("span", { class: "under full", text: row.help }),
            ],
          },
          {
            label: "Value",
            class: "wide",
            value: (row) =>
              row.value === null
                ? el("span", { class: "quiet", text: "–" })
                : el("span", { class: "code", text: row.value }),
          },
          { label: "From", value: (row) => row.from },
        ],
        rows,
      ),
    );
  };
  show(
    main,
    el("h1", { text: "Settings" }),
    el(
      "p",
      { class: "quiet" },
      "What the service goes by now. Read from ",
      el("span", { class: "code break", text: page.file }),
      "; data in ",
      el("span", { class: "code break", text: page.state }),
      ".",
    ),
    el(
      "div",
      { class: "filters" },
      el(
        "label",
        { class: "check" },
        el("input", { type: "checkbox", onchange: (event) => draw(event.target.checked) }),
        el("span", { text: "with defaults" }),
      ),
    ),
    list,
    section(
      "Playbook",
      page.playbook
        ? [
            el("p", { class: "quiet code", text: page.playbook_file }),
            el("pre", { class: "body", tabindex: "0", text: page.playbook }),
          ]
        : el("p", { class: "empty", text: "None: the built-in rules hold." }),
    ),
  );
  draw(false);
}
