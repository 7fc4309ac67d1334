// SPDX-License-Identifier: Apache-2.0
// Elements made by code. Texts only ever become text: nothing that a CRM says is read as markup.

export function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") made.textContent = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  add(made, children);
  return made;
}

export function add(parent, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export function show(parent, ...children) {
  parent.replaceChildren();
  add(parent, children);
}

const SVG = "http://www.w3.org/2000/svg";

// The way of a score over its changes, as wide as a word.
export function sparkline(points) {
  const scores = points.map(([, score]) => score).filter((score) => score !== null);
  if (scores.length < 2) return el("span", { class: "quiet", text: "–" });
  const least = Math.min(...scores);
  const most = Math.max(...scores);
  const span = most - least || 1;
  const place = (score, i) =>
    `${((i * 76) / (scores.length - 1) + 2).toFixed(1)},${(20 - ((score - least) * 16) / span).toFixed(1)}`;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 80 22");
  svg.setAttribute("class", "spark");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `from ${scores[0]} to ${scores[scores.length - 1]} %`);
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("points", scores.map(place).join(" "));
  svg.append(line);
  return svg;
}

// Roles are said, for a narrow page lays rows out as cards, and would take them away.
// columns: [{label, value(row) -> node or text, number, header}]; `header` makes the row's heading.
export function table(caption, columns, rows, empty) {
  if (rows.length === 0) return el("p", { class: "empty", text: empty || "Nothing." });
  const head = el(
    "tr",
    { role: "row" },
    columns.map((column) =>
      el(
        "th",
        {
          role: "columnheader",
          scope: "col",
          class: column.number && "number",
          "aria-sort": column.sorted,
        },
        column.head || column.label,
      ),
    ),
  );
  const body = rows.map((row) =>
    el(
      "tr",
      { role: "row" },
      columns.map((column) =>
        el(
          column.header ? "th" : "td",
          {
            role: column.header ? "rowheader" : "cell",
            scope: column.header && "row",
            class: [column.number && "number", column.class].filter(Boolean).join(" ") || null,
            "data-label": column.label,
          },
          column.value(row),
        ),
      ),
    ),
  );
  return el(
    "table",
    // Two columns fit a narrow page as they are.
    { role: "table", class: columns.length > 2 && "rows" },
    el("caption", { class: "hidden", text: caption }),
    el("thead", { role: "rowgroup" }, head),
    el("tbody", { role: "rowgroup" }, body),
  );
}

export function section(title, ...children) {
  return el("section", {}, el("h2", { text: title }), ...children);
}

export function message(kind, text) {
  return el("p", { class: `message ${kind}`, role: kind === "bad" ? "alert" : "status", text });
}
