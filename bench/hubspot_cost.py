# SPDX-License-Identifier: Apache-2.0
"""What bench/api_cost needs to know of HubSpot: data, settings, and the least number of calls."""
import math
import random
import subprocess

PAGE, HISTORY_PAGE, LINKS, SEARCH_PAGE, WRITE_BATCH = 100, 50, 1_000, 200, 100
SETTINGS = """time_zone: UTC
currency: EUR
connections:
  crm:
    plugin: hubspot
    host: {host}
    token: {{file: secret}}
    write: fields
    api_budget: 50%
    attributes:
      seats: {{field: seats, kind: number}}
      plan: {{field: plan, order: [Basic, Pro, Enterprise]}}
    activities:
      - {{object: usages, at: day, kind: quota_usage, value: share}}
target: {{kind: won_opportunity, types: [existingbusiness], kinds: [upsell], horizon: 90d}}
"""
# Object: the stream that names its records, how many a request gives, how many kinds of links each
# has. History comes with the values, in pages half as long.
OBJECTS = {
    "companies": ("accounts", HISTORY_PAGE, 0), "contacts": ("contacts", PAGE, 0),
    "products": ("products", PAGE, 0), "deals": ("orders", HISTORY_PAGE, 1),
    "line_items": ("order_lines", PAGE, 1), "tickets": ("cases", PAGE, 2),
    "calls": ("calls", PAGE, 2), "emails": ("emails", PAGE, 2), "meetings": ("meetings", PAGE, 2),
    "notes": ("notes", PAGE, 2), "tasks": ("tasks", PAGE, 2),
    "communications": ("communications", PAGE, 2), "usages": ("usages_quota_usage", PAGE, 1)}
DEAL_DAYS = ("2026-10-30", "2026-11-02")
# Kinds of generated activities that become records of an account.
ENGAGED = ("call", "meeting", "email_reply", "case_opened", "case_closed", "case_escalated")


def make_data(options, folder):
    subprocess.run([options.bin / "upselld-sandbox", "generate", "--accounts",
                    str(options.accounts), "--months", "6", "--seed", "7", "--out", "data"],
                   cwd=folder, check=True, stdout=subprocess.DEVNULL)
    keep_activities([folder / "data/activities.csv", folder / "data/quota.csv"],
                    options.activities)


def keep_activities(paths, count):
    """So many rows of both files together, by chance, of the kinds that the account keeps."""
    lines = [path.read_text().splitlines(keepends=True) for path in paths]
    kind = lines[0][0].split(",").index("kind")
    places = [(0, row) for row in range(1, len(lines[0]))
              if lines[0][row].split(",")[kind] in ENGAGED]
    places += [(1, row) for row in range(1, len(lines[1]))]
    kept = random.Random(7).sample(places, min(count, len(places)))
    for file, path in enumerate(paths):
        rows = sorted(row for owner, row in kept if owner == file)
        path.write_text("".join(lines[file][row] for row in [0, *rows]))


def secret_of(facts):
    return facts["token"]


def furnish(sandbox):
    # It measures its windows in real time, and in a rehearsal nobody waits.
    sandbox.control("limits", {"burst_max": 1_000_000, "search_max": 1_000_000})


def prepare(options, _sandbox, folder, measured):
    measured([options.bin / "upselld", "--config", "upselld.yaml", "--quiet", "--json", "prepare",
              "crm"], folder)


def searches(calls):
    return sum(count for kind, count in calls.items() if kind.endswith("/search"))


def changed(_read, echoed, bought):
    """What moved in the account since the last sync: our own writes, and deals that people made."""
    return {"accounts": echoed, "orders": bought * len(DEAL_DAYS)}


def minimum(rows, written, whole):
    """`rows`: records by stream. A ticket is up to three of ours: two on average."""
    calls = 2  # the account and its owners
    for stream, page, links in OBJECTS.values():
        count = rows.get(stream, 0)
        if stream == "cases":
            count = math.ceil(count / 2)
        if whole:
            calls += max(1, math.ceil(count / page))
        else:
            calls += max(1, math.ceil(count / SEARCH_PAGE)) + math.ceil(count / page)
        calls += links * math.ceil(count / LINKS)
    # Looked at before, and written: the answer says what stands there.
    return calls + 2 * math.ceil(written / WRITE_BATCH)


def change_some(sandbox, accounts):
    """1 % of the companies buy for ten times what any bought before."""
    ids = [row["id"] for row in sandbox.control("state?object=companies")["companies"]]
    for company in random.Random(8).sample(ids, accounts // 100):
        for day in DEAL_DAYS:
            sandbox.control("edit", {
                "object": "deals", "associate": {"object": "companies", "id": company},
                "properties": {"dealname": "Deal", "pipeline": "default", "dealstage": "closedwon",
                               "dealtype": "newbusiness", "amount": "90000",
                               "closedate": day + "T00:00:00Z"}})
