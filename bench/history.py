# SPDX-License-Identifier: Apache-2.0
"""Made-up histories for the benchmarks beside this file: generate, run upselld, compare with truth."""
import csv
import json
import math
import os
import shutil
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
END = "2026-11-01"


def program(name, given=None):
    return given or os.path.join(ROOT, "build", "bin", name)


class History:
    """A folder with a generated CRM and the demo's settings. Removed at the end."""

    def __init__(self, options, accounts, months, seed, world, observer=False):
        self.folder = tempfile.mkdtemp(prefix="upselld-bench-")
        self.program = program("upselld", options.program)
        self.size = ["--accounts", str(accounts), "--months", str(months), "--seed", str(seed)]
        self.generate(world, *["--observer"] * observer)
        for name in ("demo.yaml", "demo-playbook.yaml"):
            shutil.copy(os.path.join(ROOT, "config", "examples", name), self.folder)

    def generate(self, world, *more):
        """The same accounts in this world; files that are there are replaced."""
        generator = os.path.join(os.path.dirname(self.program), "upselld-sandbox")
        subprocess.run([generator, "generate", *self.size, "--world", world, "--out",
                        self.path("data"), *more], check=True, stdout=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def edit(self, old, new):
        text = open(self.path("demo.yaml")).read()
        if old not in text:
            raise SystemExit(f"the demo's settings have no {old!r}")
        with open(self.path("demo.yaml"), "w") as f:
            f.write(text.replace(old, new))

    def asked(self, *arguments, as_of=END):
        return subprocess.run([self.program, "--config", self.path("demo.yaml"), "--as-of", as_of,
                               "--quiet", "--json", *arguments], capture_output=True, text=True)

    def run(self, *arguments, as_of=END):
        done = self.asked(*arguments, as_of=as_of)
        if not done.stdout.strip().startswith("{"):
            raise SystemExit(f"upselld {' '.join(arguments)}: {done.stderr.strip()}")
        answer = json.loads(done.stdout)
        if "error" in answer:
            raise SystemExit(f"upselld {' '.join(arguments)}: {answer['error']['message']}")
        return answer

    def rows(self, *names):
        with open(self.path(*names), newline="") as f:
            return list(csv.DictReader(f))

    def truth(self):
        return {(r["account"], r["date"]): float(r["probability"])
                for r in self.rows("data", "truth", "true_probabilities.csv")}

    def best(self):
        """What the files allow to know at best; only where the observer was asked for."""
        return {(r["account"], r["date"]): float(r["probability"])
                for r in self.rows("data", "truth", "best_forecasts.csv")}

    def predictions(self, name):
        return [(r["account"], r["snapshot"], float(r["probability"])) for r in self.rows(name)]


def clipped(p):
    return min(max(p, 1e-9), 1 - 1e-9)


def divergence(true, told):
    """KL(true || told) of one yes or no."""
    p, q = clipped(true), clipped(told)
    return p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))


def share_unexplained(pairs):
    """Mean KL(true || told) in per cent of mean KL(true || the mean truth)."""
    base = sum(t for t, _ in pairs) / len(pairs)
    told = sum(divergence(t, p) for t, p in pairs)
    return 100 * told / sum(divergence(t, base) for t, _ in pairs)


def level_between(pairs):
    """The shift in log-odds that makes the mean of what was told the mean of the truth."""
    goal = sum(t for t, _ in pairs) / len(pairs)
    margins = [math.log(clipped(p) / (1 - clipped(p))) for _, p in pairs]
    low, high = -5.0, 5.0
    for _ in range(60):
        shift = (low + high) / 2
        mean = sum(1 / (1 + math.exp(-m - shift)) for m in margins) / len(margins)
        low, high = (shift, high) if mean < goal else (low, shift)
    return low


def moved(pairs):
    """The same with every forecast moved by level_between."""
    shift = level_between(pairs)
    return [(t, 1 / (1 + math.exp(-math.log(clipped(p) / (1 - clipped(p))) - shift)))
            for t, p in pairs]
