// SPDX-License-Identifier: Apache-2.0
import { get, post } from "/api.js";
import { el, message, show } from "/dom.js";
import { setPlace } from "/format.js";

const PAGES = [
  { path: "/", title: "Overview", script: "/page_overview.js" },
  { path: "/accounts", title: "Accounts", script: "/page_accounts.js" },
  { path: "/model", title: "Model", script: "/page_model.js" },
  { path: "/tasks", title: "Tasks", script: "/page_tasks.js" },
  { path: "/approvals", title: "Approvals", script: "/page_approvals.js" },
  { path: "/audit", title: "Audit", script: "/page_audit.js" },
  { path: "/settings", title: "Settings", script: "/page_settings.js" },
  { path: "/account", title: "Account", script: "/page_account.js", under: "/accounts" },
];

function showNavigation(current, about, session) {
  const links = PAGES.filter((page) => !page.under).map((page) => {
    const waiting = page.path === "/approvals" && about.approvals > 0 ? about.approvals : null;
    const isCurrent = page.path === (current.under || current.path);
    return el(
      "a",
      { href: page.path, "aria-current": isCurrent && "page" },
      page.title,
      waiting && el("span", { class: "badge", text: waiting }),
    );
  });
  show(document.getElementById("nav"), links);
  // It may be out of sight on a narrow page.
  document
    .querySelector("nav [aria-current]")
    .scrollIntoView({ block: "nearest", inline: "center" });
  const leave = async () => {
    await post("/api/v1/session/end");
    location.replace("/login");
  };
  show(
    document.getElementById("who"),
    el("span", { class: "quiet", text: session.role === "operate" ? "may act" : "may look" }),
    el("button", { class: "plain", type: "button", onclick: leave, text: "Log out" }),
  );
}

async function start() {
  const main = document.getElementById("main");
  const page = PAGES.find((each) => each.path === location.pathname) || PAGES[0];
  try {
    const [about, session, script] = await Promise.all([
      get("about"),
      get("session"),
      import(page.script),
    ]);
    setPlace(about);
    document.title = `${page.title} · ${about.instance}`;
    showNavigation(page, about, session);
    show(main);
    await script.open(main, { about, session, mayAct: session.role === "operate" });
  } catch (error) {
    show(main, el("h1", { text: page.title }), message("bad", `${error.message}.`));
  }
  main.removeAttribute("aria-busy");
}

start();
