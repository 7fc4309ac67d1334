# SPDX-License-Identifier: Apache-2.0
"""What the demos against CRMs of the sandbox share: upselld in a folder, in the time of its clock."""
import csv
import gzip
import json
import os
import shutil
import subprocess
import sys

from rehearsal import BIN, ROOT

UPSELLD = BIN / "upselld"
SANDBOX = BIN / "upselld-sandbox"
LOADED = "2026-11-02T05:00:00Z"
MONDAY, TUESDAY, NOON = "2026-11-02T06:30:00Z", "2026-11-03T06:30:00Z", "2026-11-03T11:00:00Z"
ACCOUNTS, MONTHS, SEED = 1500, 30, 7


def chapter(text):
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n{bold}== {text}{plain}", flush=True)


class Demo:
    def __init__(self, folder, settings):
        self.folder = folder
        self.name = settings
        self.environment = {**os.environ, "UPSELLD_CLOCK": str(folder / "clock")}

    def clock(self, text):
        (self.folder / "clock").write_text(text + "\n")

    def settings(self, old, new):
        path = self.folder / self.name
        text = path.read_text()
        if old not in text:
            sys.exit(f"demo: {self.name} has no {old}")
        path.write_text(text.replace(old, new))

    def run(self, *words, given="", lines=None, last=None, quiet=False, good=(0, 3)):
        """Shows a command as a person types it, and runs it. Exit 3: done, but held or rejected."""
        if not quiet:
            print(f"$ upselld --config {self.name} " + " ".join(words), flush=True)
        done = subprocess.run(
            [UPSELLD, "--config", self.name, "--quiet", *words], cwd=self.folder,
            env=self.environment, input=given, text=True, stdout=subprocess.PIPE, check=False)
        shown = done.stdout.splitlines()
        if not quiet:
            print("\n".join(shown[-last:] if last else shown[:lines]))
            if (last or lines) and len(shown) > (last or lines):
                print(f"... {len(shown) - (last or lines)} lines more")
        if done.returncode not in good:
            sys.exit(done.returncode)
        return done.stdout

    def answer(self, *words):
        return json.loads(self.run("--json", *words, quiet=True))


def rows_of(demo, name):
    with open(demo.folder / "data" / name, newline="") as file:
        yield from csv.DictReader(file)


def quiet_accounts(demo, taken):
    """Two accounts that are not among these and have nothing that holds a task."""
    busy = {row["account"] for row in rows_of(demo, "orders.csv") if row["status"] == "open"}
    for row in rows_of(demo, "accounts.csv"):
        if row["parent"]:
            busy |= {row["id"], row["parent"]}  # a task of one holds those of its family
    busy = {row["name"] for row in rows_of(demo, "accounts.csv") if row["id"] in busy}
    free = []
    for row in demo.answer("accounts", "--top", "100000")["accounts"]:
        account = row["account"]
        if account in taken:
            continue
        told = demo.answer("explain", account)
        # Active ones may have bought too recently to be asked again.
        is_quiet = told.get("held") in ("low_band", "no_rule") and told.get("segment") != "active"
        if is_quiet and told["name"] not in busy:
            free.append(account)
        if len(free) == 2:
            return free
    sys.exit("demo: no two accounts are free for a task")


def visit_prices(folder, customer, day="2026-11-02"):
    path = folder / "data/web_visits.csv.gz"
    with gzip.open(path, "rt", newline="") as file:
        rows = list(csv.reader(file))
    place = {name: i for i, name in enumerate(rows[0])}
    for hour in ("08", "11", "15"):
        row = [""] * len(rows[0])
        row[place["customer_no"]] = customer
        row[place["seen_at"]] = f"{day}T{hour}:00:00Z"
        row[place["event"]] = "pricing_visit"
        rows.append(row)
    with gzip.open(path, "wt", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def begin(folder, settings, playbook, title):
    """A new folder with settings, rules and a history: the demo in it."""
    folder = folder.absolute()
    if folder.exists() and not (folder / settings).exists():
        sys.exit(f"scripts/demo: {folder} exists and is no former demo; name another folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in (settings, playbook):
        shutil.copy(ROOT / "config/examples" / name, folder)
    demo = Demo(folder, settings)
    demo.clock(LOADED)
    chapter(f"{title}, made up: {MONTHS} months of {ACCOUNTS} accounts")
    subprocess.run([SANDBOX, "generate", "--accounts", str(ACCOUNTS), "--months", str(MONTHS),
                    "--seed", str(SEED), "--out", folder / "data"], check=True,
                   stdout=subprocess.DEVNULL)
    return demo
