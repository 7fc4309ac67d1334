# SPDX-License-Identifier: Apache-2.0
"""A Salesforce org of the sandbox for the demos, and what people do in it."""
import json
import ssl
import subprocess
import time
import urllib.parse
import urllib.request

from crm_demo import SANDBOX
from rehearsal import start, stop


class Org:
    def __init__(self, folder):
        self.folder = folder
        self.process = start(
            [SANDBOX, "serve", "--crm", "salesforce", "--tls", "--data", "data", "--clock-file",
             "clock", "--out", "org"], cwd=folder, stdout=subprocess.DEVNULL)
        for _ in range(600):
            if (folder / "org/sandbox.json").exists() or self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.facts = json.loads((folder / "org/sandbox.json").read_text())
        self.tls = ssl.create_default_context(cafile=str(folder / "org/authority.pem"))

    def stop(self):
        stop(self.process)

    def control(self, name, body=None):
        request = urllib.request.Request(f"{self.facts['control_url']}/{name}",
                                         data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def admin_session(self):
        form = urllib.parse.urlencode({"grant_type": "client_credentials",
                                       "client_id": self.facts["admin_client_id"],
                                       "client_secret": self.facts["client_secret"]}).encode()
        url = self.facts["instance_url"] + "/services/oauth2/token"
        with urllib.request.urlopen(url, data=form, context=self.tls) as answer:
            return json.load(answer)["access_token"]

    def rep_sees(self):
        """The reps' permission set for the person who looks at the pages below."""
        def one(soql):
            return self.query(soql)[0]["Id"]
        self.post("sobjects/PermissionSetAssignment", {
            "PermissionSetId": one("SELECT Id FROM PermissionSet WHERE Name = 'upselld_Rep'"),
            "AssigneeId": one("SELECT Id FROM User WHERE Username = 'admin@sandbox.example'")})

    def call(self, path, body=None):
        request = urllib.request.Request(
            f"{self.facts['instance_url']}/services/data/v62.0/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "Bearer " + self.admin_session(),
                     "Content-Type": "application/json"})
        with urllib.request.urlopen(request, context=self.tls) as answer:
            return json.load(answer)

    def post(self, path, body):
        return self.call(path, body)

    def query(self, soql):
        return self.call("query?" + urllib.parse.urlencode({"q": soql}))["records"]


def our_tasks(org, more=""):
    return org.query("SELECT Id,WhatId,What.Name,Owner.Name,Subject,Description,ActivityDate,Type,"
                     "Status,upselld_Key__c FROM Task WHERE upselld_Key__c != null" + more
                     if has_type(org) else
                     "SELECT Id,WhatId,What.Name,Owner.Name,Subject,Description,ActivityDate,Status,"
                     "upselld_Key__c FROM Task WHERE upselld_Key__c != null" + more)


def has_type(org):
    return any(each["name"] == "Type" for each in org.call("sobjects/Task/describe")["fields"])


def unreachable(org):
    """Accounts with nobody who may be called and mailed."""
    refusals = ("DoNotCall", "HasOptedOutOfEmail", "IndividualId")
    reached = {row["AccountId"] for row in org.control("state?object=Contact")["Contact"]
               if not any(row.get(name) for name in refusals)}
    return {row["Id"] for row in org.control("state?object=Account")["Account"]} - reached
