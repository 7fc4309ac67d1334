// SPDX-License-Identifier: Apache-2.0
// What must hold of every page, whatever it shows.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Collects what a browser complains of; asked for at the end.
export function watch(page) {
  const complaints = [];
  const say = (what) => complaints.push(`${page.url()}: ${what}`);
  page.on(
    "console",
    (message) => ["error", "warning"].includes(message.type()) && say(`console: ${message.text()}`),
  );
  page.on("pageerror", (error) => say(`error: ${error.message}`));
  page.on("requestfailed", (request) =>
    say(`request failed: ${request.url()} ${request.failure().errorText}`),
  );
  page.on(
    "response",
    (response) => response.status() >= 400 && say(`${response.status()} for ${response.url()}`),
  );
  page.on("dialog", (dialog) => {
    if (dialog.type() === "alert") say(`a name was run as a script: ${dialog.message()}`);
    dialog.accept();
  });
  return complaints;
}

export async function opened(page, address) {
  await page.goto(address);
  await page.waitForSelector("main:not([aria-busy])");
  await page.waitForFunction(() =>
    [...document.querySelectorAll("canvas")].every((canvas) => Chart.getChart(canvas)),
  );
}

export async function problemsOf(page) {
  const problems = await page.evaluate(() => {
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth)
      found.push(`overflows by ${root.scrollWidth - root.clientWidth} pixels`);
    for (const canvas of document.querySelectorAll("canvas")) {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      if (!data.some((byte) => byte !== 0))
        found.push(`an empty chart: ${canvas.getAttribute("aria-label")}`);
    }
    if (document.querySelector("script:not([src]), style, [onclick], [onerror]"))
      found.push("something is inline");
    if (document.querySelector("main img[src='x']")) found.push("a name became markup");
    return found;
  });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document));
  for (const each of violations) {
    if (!["serious", "critical"].includes(each.impact)) continue;
    problems.push(
      `${each.id}: ${each.help}: ${each.nodes
        .slice(0, 3)
        .map((node) => node.html.slice(0, 200))
        .join(" | ")}`,
    );
  }
  return problems;
}

// The figures of each chart, by its label.
export const charts = (page) =>
  page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll("canvas")].map((canvas) => [
        canvas.getAttribute("aria-label"),
        Chart.getChart(canvas).data.datasets.map((each) => ({
          label: each.label,
          data: [...each.data].map((point) => (typeof point === "object" ? { ...point } : point)),
        })),
      ]),
    ),
  );
