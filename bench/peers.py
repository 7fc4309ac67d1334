# SPDX-License-Identifier: Apache-2.0
"""The same features by others: by DuckDB and by pandas, as ../shared/bench has them, with XGBoost
behind both. They are run from there, none of them is part of this repository."""
import csv
import json
import math
import os
import shutil
import subprocess

from measured import measured

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "..", "shared", "bench")
KINDS = ("call", "demo", "email_open", "email_reply", "login", "meeting", "pricing_view", "ticket")
WINDOWS = (30, 90, 365)
DATES = [f"2023-{month:02d}-01" for month in range(3, 9)]
SCORED = "2023-10-01"
# A float holds 24 bits; sums and means are added up in another order.
RELATIVE = 2e-7
# By the peer's name: ours. The peers tell fractions of days since, we tell whole local days, so
# that a score does not change in the course of a day; both are held to be the same when ours is
# theirs rounded up.
DAYS_SINCE = {"last_activity": "days_since_activity", "last_order": "days_since_order"}
FEATURES = {
    **{f"{kind}_{days}": f"{kind}_count_{days}d" for days in WINDOWS for kind in KINDS},
    **{f"any_{days}": f"activity_count_{days}d" for days in WINDOWS},
    **{f"minutes_{days}": f"activity_sum_{days}d" for days in WINDOWS},
    "active_days_90": "activity_days_90d",
    **{f"orders_{days}": f"order_count_{days}d" for days in WINDOWS},
    "value_90": "order_amount_sum_90d",
    "value_365": "order_amount_sum_365d",
    "amount_median": "order_amount_median",
    "amount_mean": "order_amount_mean",
    **DAYS_SINCE,
}
# Rows of one date as the pandas peer has them, in its own words.
PANDAS_ROWS = """
import sys
sys.path.insert(0, sys.argv[1])
import peer_scale
accounts, orders, activities = peer_scale.load(sys.argv[2])
for date in [peer_scale.SCORE, *peer_scale.TRAIN]:
    rows = peer_scale.features(len(accounts), orders, activities, date)
    rows.insert(0, "account_id", accounts)
    rows.to_csv(f"{sys.argv[3]}/{date}.csv", index=False)
"""


def settings():
    """Our names of the features, as the settings take them."""
    return f"features: {{learn: [{', '.join(FEATURES.values())}]}}\n"


class Peer:
    """One of them, where it can be had; else `missing` says what it wants."""
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}

    def __init__(self, options):
        self.python = options.peer_python
        self.missing = self.find(options)

    def python_missing(self):
        asked = subprocess.run([self.python, "-c", "import numpy, pandas, sklearn, xgboost"],
                               check=False, stderr=subprocess.DEVNULL, env=self.env)
        if asked.returncode == 0:
            return None
        return f"{self.python} lacks one of: apt-get install python3-xgboost python3-sklearn " \
               "python3-pandas"

    def run(self, *command):
        printed, cost = measured(list(command), env=self.env)
        return json.loads(printed), cost

    def of_peers(self, name):
        return os.path.join(FOLDER, name)


class Pandas(Peer):
    name = "pandas"
    day_slack = 4e-5  # it keeps days as floats

    def find(self, _options):
        return self.python_missing()

    def race(self, data, _work):
        told, cost = self.run(self.python, self.of_peers("peer_scale.py"), "pandas", data)
        return told["stages"], [cost], told

    def rows(self, data, work):
        subprocess.run([self.python, "-c", PANDAS_ROWS, FOLDER, data, work], check=True,
                       env=self.env)
        for number, date in enumerate([SCORED, *DATES], -1):
            for row in read_csv(os.path.join(work, date + ".csv")):
                yield (row["account_id"], number), row


class DuckDB(Peer):
    """Its script looks for the package beside itself: it is copied to where that is."""
    name = "DuckDB"
    day_slack = 0.0

    def find(self, options):
        self.folder = os.path.join(options.data, "duckdb")
        if not shutil.which("node"):
            return "there is no node"
        if not os.path.isdir(os.path.join(self.folder, "node_modules", "@duckdb", "node-api")):
            return f"run: npm install --no-save --prefix {self.folder} @duckdb/node-api"
        return self.python_missing()

    def compute(self, data, work):
        script = os.path.join(self.folder, "peer_scale_duckdb.mjs")
        shutil.copyfile(self.of_peers("peer_scale_duckdb.mjs"), script)
        return self.run("node", script, data, work)

    def race(self, data, work):
        told, cost = self.compute(data, work)
        model, model_cost = self.run(self.python, self.of_peers("peer_scale.py"), "model", work)
        return {**told["stages"], **model["stages"]}, [cost, model_cost], model

    def rows(self, data, work):
        self.compute(data, work)
        for row in read_csv(os.path.join(work, "score.csv")):
            yield (row["account_id"], -1), row
        seen = {}  # dates follow each other without being named
        for row in read_csv(os.path.join(work, "train.csv")):
            account = row["account_id"]
            seen[account] = seen.get(account, -1) + 1
            yield (account, seen[account]), row


def read_csv(path):
    with open(path, newline="") as file:
        yield from csv.DictReader(file)


def number(text):
    return math.nan if text in ("", "NULL") else float(text)


def apart(ours, theirs, slack):
    """How far two numbers are from each other, in parts of theirs; 0: both are missing."""
    if math.isnan(ours) or math.isnan(theirs):
        return 0.0 if math.isnan(ours) and math.isnan(theirs) else math.inf
    if slack is not None:
        same = ours == round(ours) and ours - 1 - slack < theirs <= ours + slack
        return 0.0 if same else math.inf
    return abs(ours - theirs) / max(1.0, abs(theirs))


def compare(peer, data, work, ours):
    """Every cell of every row: how many, how many differ, the largest difference and examples."""
    cells, largest, different = 0, 0.0, []
    rest = set(ours)
    for key, row in peer.rows(data, work):
        if key not in rest:
            different.append(f"{key}: a row that we lack or have once")
            continue
        rest.remove(key)
        own = ours[key]
        for theirs, name in FEATURES.items():
            slack = peer.day_slack if theirs in DAYS_SINCE else None
            gap = apart(number(own[name]), number(row[theirs]), slack)
            cells += 1
            if gap > RELATIVE:
                different.append(f"{key} {name}: {own[name]}, {peer.name}'s {row[theirs]}")
            else:
                largest = max(largest, gap)
        if int(own["label"]) != int(float(row["label"])):
            different.append(f"{key} label: {own['label']}, {peer.name}'s {row['label']}")
    different += [f"{key}: a row that only we have" for key in sorted(rest)]
    return {"cells": cells, "different": len(different), "largest_difference": largest,
            "examples": different[:5]}


def read_ours(work):
    """By account and number of the training date; -1: the date that is scored."""
    rows = {(row["account_id"], -1): row for row in read_csv(os.path.join(work, "score.csv"))}
    rows.update({(row["account_id"], int(row["date"])): row
                 for row in read_csv(os.path.join(work, "train.csv"))})
    return rows
