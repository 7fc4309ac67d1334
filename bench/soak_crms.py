# SPDX-License-Identifier: Apache-2.0
"""The CRMs of bench/soak: a Salesforce org and a HubSpot account of the sandbox, and their days."""
import csv
import http.client
import json
import random
import subprocess
import time
import urllib.parse
import urllib.request

from rehearsal import start, stop

HISTORY_MONTHS = 14
# Of each CRM and day.
VISITS, ORDERS = 24, 3
MANY = 100_000_000
LIMITS = {"salesforce": {"requests_max": MANY},
          # It measures its windows in real time, and in a rehearsal nobody waits.
          "hubspot": {"burst_max": MANY, "search_max": MANY, "daily_max": MANY}}


def thin_out(path, most, keeps):
    """Leaves evenly spread rows of a CSV file, and all that `keeps` wants."""
    with open(path, newline="") as file:
        head, *rows = csv.reader(file)
    place = {name: i for i, name in enumerate(head)}
    free = [i for i, row in enumerate(rows) if not keeps(row, place)]
    stride = max(1.0, len(free) / max(1, most - (len(rows) - len(free))))
    chosen = {free[int(i * stride)] for i in range(int(len(free) / stride))}
    left = [row for i, row in enumerate(rows) if i in chosen or keeps(row, place)]
    with open(path, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *left])
    return len(left)


def make_data(program, folder, options, end, seed):
    """A history that ends on a day, with so many activities; the number of those it has."""
    subprocess.run([program, "generate", "--accounts", str(options.accounts), "--months",
                    str(HISTORY_MONTHS), "--seed", str(seed), "--end", end, "--out", folder],
                   check=True, stdout=subprocess.DEVNULL)
    half = options.activities // 2
    # A case's rows belong together.
    return (thin_out(folder / "activities.csv", half, lambda row, at: row[at["thread"]] != "")
            + thin_out(folder / "quota.csv", half, lambda row, at: False))


class Crm:
    """One CRM of the sandbox that follows the clock, and what happens in it day by day."""

    def __init__(self, kind, program, folder, seed):
        self.kind = kind
        self.chance = random.Random(seed)
        self.process = start([program, "serve", "--crm", kind, "--data", folder / f"{kind}-data",
                              "--clock-file", "clock", "--out", kind], cwd=folder,
                             stdout=subprocess.DEVNULL)
        facts = folder / kind / "sandbox.json"
        while not facts.exists():
            if self.process.poll() is not None:
                raise RuntimeError(f"the sandbox of {kind} did not start")
            time.sleep(0.1)
        self.facts = json.loads(facts.read_text())
        self.host = self.facts.get("instance_url") or self.facts["base_url"]
        address = urllib.parse.urlsplit(self.facts["control_url"])
        self.path = address.path
        self.connection = http.client.HTTPConnection(address.netloc)
        self.control("limits", LIMITS[kind])
        table = "Account" if kind == "salesforce" else "companies"
        rows = self.control(f"state?object={table}")[table]
        self.accounts = [row.get("Id") or row["id"] for row in rows]

    def control(self, name, body=None):
        self.connection.request("GET" if body is None else "POST", f"{self.path}/{name}",
                                None if body is None else json.dumps(body))
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{self.kind}: {name}: {answer.status} {text.decode()}")
        return json.loads(text)

    def secret(self):
        return self.facts["client_secret"] if self.kind == "salesforce" else self.facts["token"]

    def admin_session(self):
        """Salesforce: who may make fields."""
        form = urllib.parse.urlencode({"grant_type": "client_credentials",
                                       "client_id": self.facts["admin_client_id"],
                                       "client_secret": self.facts["client_secret"]}).encode()
        with urllib.request.urlopen(self.host + "/services/oauth2/token", data=form) as answer:
            return json.load(answer)["access_token"]

    def day(self, date):
        """What people do on a day; `date` as 2026-11-02."""
        self.connection.close()  # it may have been idle for too long; it is opened by itself
        for _ in range(VISITS):
            self.event(self.chance.choice(self.accounts), date, round(self.chance.random(), 2))
        for _ in range(ORDERS):
            self.order(self.chance.choice(self.accounts), date, self.chance.randint(500, 20_000))

    def new_account(self, number):
        name = f"Late Heron Sample {number:06}"
        edit = ({"object": "Account", "fields": {"Name": name}} if self.kind == "salesforce" else
                {"object": "companies", "properties": {"name": name}})
        self.accounts.append(self.control("edit", edit)["id"])

    def event(self, account, date, share):
        self.control("edit", {"object": "Usage__c", "fields": {
            "Account__c": account, "Day__c": date, "Share__c": share}}
            if self.kind == "salesforce" else {
                "object": "usages", "properties": {"name": date, "day": date, "share": str(share)},
                "associate": {"object": "companies", "id": account}})

    def order(self, account, date, amount):
        upgrade = self.chance.random() < 0.5
        self.control("edit", {"object": "Opportunity", "fields": {
            "AccountId": account, "Name": "Deal", "StageName": "Closed Won", "CloseDate": date,
            "Type": "Existing Customer - Upgrade" if upgrade else "New Customer",
            "Amount": amount, "IsClosed": True, "IsWon": True}}
            if self.kind == "salesforce" else {
                "object": "deals", "associate": {"object": "companies", "id": account},
                "properties": {"dealname": "Deal", "pipeline": "default", "dealstage": "closedwon",
                               "dealtype": "existingbusiness" if upgrade else "newbusiness",
                               "amount": str(amount), "closedate": date + "T00:00:00Z"}})

    def tasks(self):
        """The keys of our tasks, deleted ones too."""
        self.connection.close()
        if self.kind == "salesforce":
            return [row["upselld_Key__c"] for row in self.control("state?object=Task")["Task"]
                    if "upselld_Key__c" in row]
        return [row["properties"]["upselld_key"]
                for row in self.control("state?object=tasks")["tasks"]
                if "upselld_key" in row.get("properties", {})]

    def stop(self):
        stop(self.process)
