// SPDX-License-Identifier: Apache-2.0
// dashboard.mjs FOLDER_OF_PROGRAMS SOURCE: clicks through every page, wide and narrow, light and
// dark, and says what is wrong. Pictures of what it saw stay in ./pictures.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { charts, opened, problemsOf, watch } from "./pages.mjs";
import { HOSTILE, startService } from "./service.mjs";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const near = (a, b) => Math.abs(a - b) < 1e-9;

const [programs, source] = process.argv.slice(2);
mkdirSync("pictures", { recursive: true });
const service = await startService(programs, source);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGUMENTS });
let failed = 0;
let passed = 0;

async function check(name, body) {
  try {
    await body();
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}\n  ${error.message.replaceAll("\n", "\n  ")}`);
  }
}

async function loggedIn(...more) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const link = service.link(...more);
  await page.goto(link);
  await page.waitForSelector(".sentences");
  return { page, link, base: new URL(link).origin, complaints: watch(page) };
}

const asOperator = await loggedIn("--operate");
const { page, base, complaints } = asOperator;
const api = async (path) => (await page.request.get(`${base}/api/v1/${path}`)).json();
const accounts = await api("accounts?count=200");
const first = accounts.rows[0];
const hostile = (
  await Promise.all(
    HOSTILE.map((name) => api(`accounts?search=${encodeURIComponent(name.slice(0, 200))}`)),
  )
).map((found) => found.rows[0]);
const accountPath = (row) =>
  `/account?id=${encodeURIComponent(`${row.connection}:${row.account}`)}`;
const pages = {
  overview: "/",
  accounts: "/accounts",
  account: accountPath(first),
  model: "/model",
  tasks: "/tasks",
  approvals: "/approvals",
  audit: "/audit",
  settings: "/settings",
};

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 380]) {
    for (const [name, path] of Object.entries(pages)) {
      await check(`${name}, ${width} wide, ${colorScheme}`, async () => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await opened(page, base + path);
        await page.screenshot({
          path: `pictures/${name}-${width}-${colorScheme}.png`,
          fullPage: true,
        });
        assert.deepEqual(await problemsOf(page), []);
      });
    }
  }
}
await page.emulateMedia({ colorScheme: "light" });

for (const [i, row] of hostile.entries()) {
  await check(`a hostile name: ${HOSTILE[i].slice(0, 40)}`, async () => {
    assert.ok(row, "the account is not found by its name");
    for (const width of [1280, 380]) {
      await page.setViewportSize({ width, height: 900 });
      await opened(page, base + accountPath(row));
      assert.equal(await page.textContent("main h1"), row.name);
      assert.equal(row.name, HOSTILE[i]);
      assert.deepEqual(await problemsOf(page), []);
      await opened(page, `${base}/accounts?search=${encodeURIComponent(HOSTILE[i].slice(0, 200))}`);
      assert.deepEqual(await problemsOf(page), []);
    }
    await page.screenshot({ path: `pictures/hostile-${i}-380.png` });
    await page.setViewportSize({ width: 1280, height: 900 });
  });
}

await check("charts show what the API says", async () => {
  const overview = await api("overview");
  await opened(page, base);
  let drawn = await charts(page);
  const bins = overview.connections.find((each) => each.model).model.reliability;
  const told = drawn["Told and happened, with 95 % intervals"][0].data;
  assert.equal(told.length, bins.length);
  bins.forEach((bin, i) =>
    assert.ok(near(told[i].x, bin.predicted * 100) && near(told[i].y, bin.happened * 100)),
  );
  const runs = overview.runs.filter((run) => run.fields !== undefined).reverse();
  assert.deepEqual(
    drawn["Written, by run"][0].data,
    runs.map((run) => run.fields),
  );
  assert.deepEqual(
    drawn["Written, by run"][1].data,
    runs.map((run) => run.tasks),
  );

  const account = await api(
    `account?id=${encodeURIComponent(`${first.connection}:${first.account}`)}`,
  );
  await opened(page, base + accountPath(first));
  drawn = await charts(page);
  const likelihood = drawn["Orders, and the likelihood that was told"][0].data;
  assert.deepEqual(
    likelihood.slice(0, account.scores.length).map((point) => point.y),
    account.scores.map(([, score]) => score),
  );
  const weekly = drawn["Activity, by week"].reduce(
    (all, each) => all + each.data.reduce((a, b) => a + b, 0),
    0,
  );
  const weeks = [...new Set(account.timeline.activity.map((row) => row.week))].sort().slice(-53);
  assert.equal(
    weekly,
    account.timeline.activity
      .filter((row) => weeks.includes(row.week))
      .reduce((all, row) => all + row.count, 0),
  );

  const model = await api("model");
  await opened(page, `${base}/model`);
  drawn = await charts(page);
  const curve = drawn["Precision and recall"][0].data;
  model.report.test.precision_recall.forEach((point, i) =>
    assert.ok(near(curve[i].x, point.recall * 100) && near(curve[i].y, point.precision * 100)),
  );
  assert.deepEqual(
    drawn["Lift by tenth of the accounts, against simple rules"][0].data,
    model.report.test.deciles,
  );
  assert.deepEqual(
    drawn["What came of contacting the first accounts"][0].data,
    model.report.value.curve.map((point) => point.gain_expected),
  );
});

await check("what changed a likelihood adds up to the change", async () => {
  const changes = await Promise.all(
    accounts.rows
      .slice(0, 20)
      .map((row) => api(`account?id=${encodeURIComponent(`${row.connection}:${row.account}`)}`)),
  );
  const both = changes
    .map((each) => each.change)
    .filter((change) => change && change.from.points !== null && change.to.points !== null);
  assert.ok(both.length > 5);
  for (const { from, to, parts } of both) {
    assert.ok(
      Math.abs(parts.reduce((all, part) => all + part.points, 0) - (to.points - from.points)) <
        1e-6,
    );
  }
});

await check("accounts are searched, filtered, sorted and exported", async () => {
  await opened(page, `${base}/accounts`);
  await page.selectOption("select[name=band]", "high");
  await page.waitForFunction(
    (n) => document.querySelectorAll("tbody tr").length === n,
    Math.min(50, (await api("accounts?band=high")).found),
  );
  await page.click("button.sort:has-text('Segment')");
  await page.waitForSelector("th[aria-sort]:has-text('Segment')");
  assert.ok(page.url().includes("band=high") && page.url().includes("sort=segment"));
  const file = await Promise.all([page.waitForEvent("download"), page.click("text=Export CSV")]);
  assert.equal(file[0].suggestedFilename(), "accounts.csv");
  await page.waitForSelector(".message.good");
  const newest = service.command("audit", "list", "--top", "1").entries[0];
  assert.equal(newest.kind, "exported");
  await opened(page, `${base}/accounts`);
  await page.fill("input[name=search]", `${first.connection}:${first.account}`);
  await page.press("input[name=search]", "Enter");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  await page.click("tbody a");
  await page.waitForSelector(".facts");
  assert.equal(await page.textContent("main h1"), first.name);
});

await check("writing is paused and goes on", async () => {
  await opened(page, base);
  await page.click("text=Pause writing");
  await page.waitForSelector("text=Resume writing");
  assert.equal(service.command("status").paused.length, 1);
  await page.click("text=Resume writing");
  await page.waitForSelector("text=Pause writing");
  assert.equal(service.command("status").paused.length, 0);
});

await check("an approval is answered", async () => {
  const waiting = (await api("approvals")).found;
  assert.ok(waiting > 0, "nothing waits");
  await opened(page, `${base}/approvals`);
  await page.click("text=Make the task >> nth=0");
  await page.waitForSelector(".message.good");
  assert.equal((await api("approvals")).found, waiting - 1);
  assert.equal((await api("audit?kind=answered")).rows[0].kind, "answered");
});

await check("the audit is searched, shown and verified", async () => {
  await opened(page, `${base}/audit`);
  await page.selectOption("select[name=kind]", "decided");
  await page.click("text=Search");
  await page.waitForFunction(() =>
    [...document.querySelectorAll("tbody tr td:nth-child(3)")].every(
      (cell) => cell.textContent === "decided",
    ),
  );
  await page.click("tbody button >> nth=0");
  await page.waitForSelector("pre.body");
  await page.click("text=Verify");
  await page.waitForSelector("text=/^Valid: /");
});

await check(
  "the keyboard reaches everything, and the first stop skips the navigation",
  async () => {
    await opened(page, `${base}/accounts`);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to content");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    await page.focus("button.sort:has-text('Band')");
    await page.keyboard.press("Enter");
    await page.waitForSelector("th[aria-sort]:has-text('Band')");
  },
);

await check("settings show their source, and all of them on request", async () => {
  await opened(page, `${base}/settings`);
  const few = await page.locator("tbody tr").count();
  await page.check("input[type=checkbox]");
  assert.ok((await page.locator("tbody tr").count()) > few + 20);
});

await check("a link logs in once, and who only looks sees no buttons to act", async () => {
  const viewer = await loggedIn();
  await opened(viewer.page, base);
  assert.equal(await viewer.page.locator("text=Pause writing").count(), 0);
  await viewer.page.click("text=Log out");
  await viewer.page.waitForURL("**/login");
  await viewer.page.goto("about:blank");
  await viewer.page.goto(viewer.link);
  await viewer.page.waitForSelector("text=This link was used");
  await viewer.page.context().close();
});

await check("no page complained", async () => assert.deepEqual(complaints, []));

await browser.close();
service.end();
console.log(`${passed} passed, ${failed} failed; pictures in ${process.cwd()}/pictures`);
process.exit(failed === 0 ? 0 : 1);
