// SPDX-License-Identifier: Apache-2.0
// A service over a made-up history, some of whose accounts have names that want to be markup.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const HOSTILE = [
  "<script>alert(1)</script>",
  `"><img src=x onerror=alert(2)>`,
  "'; alert(3); //",
  "\u202Eevil\u202C \u200Fright to left\u200F",
  "${alert(4)} {{7*7}} <!-- &lt;b&gt;",
  // Longer than 4,096 bytes no text of a record may be.
  "x".repeat(4000),
];

const quoted = (text) => `"${text.replaceAll('"', '""')}"`;

// Gives the first accounts these names. The made-up names hold no quotes and no commas.
function rename(file) {
  const [head, ...rows] = readFileSync(file, "utf8").split("\n");
  const place = head.split(",").indexOf("name");
  HOSTILE.forEach((name, i) => {
    const cells = rows[i].split(",");
    cells[place] = quoted(name);
    rows[i] = cells.join(",");
  });
  writeFileSync(file, [head, ...rows].join("\n"));
}

function edit(file, from, to) {
  const text = readFileSync(file, "utf8");
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(file, text.replace(from, to));
}

export async function startService(programs, source) {
  const folder = join(process.cwd(), "demo");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const upselld = (...more) =>
    execFileSync(join(programs, "upselld"), ["--config", "demo.yaml", "--quiet", ...more], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
  execFileSync(
    join(programs, "upselld-sandbox"),
    "generate --accounts 400 --months 24 --seed 7 --out data".split(" "),
    { cwd: folder },
  );
  rename(join(folder, "data/accounts.csv"));
  for (const name of ["demo.yaml", "demo-playbook.yaml"]) {
    cpSync(join(source, "config/examples", name), join(folder, name));
  }
  // No sync begins by itself while people look.
  edit(
    join(folder, "demo.yaml"),
    "publish: automatic",
    "publish: automatic, sync: monthly on the 1st at 05:00",
  );
  writeFileSync(
    join(folder, "demo.yaml"),
    `${readFileSync(join(folder, "demo.yaml"), "utf8")}\nweb: {listen: "127.0.0.1:0"}\n`,
  );
  edit(
    join(folder, "demo-playbook.yaml"),
    "label: Offer upgrade",
    "label: Offer upgrade\n    approve: yes",
  );
  for (const day of ["2026-10-19", "2026-10-28", "2026-11-02"]) upselld("--as-of", day, "sync");
  const service = spawn(join(programs, "upselld"), ["--config", "demo.yaml", "run"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  await new Promise((ready, failed) => {
    service.stderr.setEncoding("utf8");
    service.stderr.on("data", (text) => {
      log += text;
      if (log.includes("event=web_server ")) ready();
    });
    service.on("exit", () => failed(new Error(`the service ended:\n${log}`)));
  });
  const link = (...more) => JSON.parse(upselld("--json", "dashboard", ...more)).link;
  const command = (...more) => JSON.parse(upselld("--json", ...more));
  return { link, command, end: () => service.kill("SIGTERM"), log: () => log };
}
