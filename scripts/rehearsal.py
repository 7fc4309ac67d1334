# SPDX-License-Identifier: Apache-2.0
"""`upselld run` in a rehearsed time, and its dashboard as a program sees it; for demo and benches.

Nothing that is started here outlives the program that started it, however that ends.
"""
import ctypes
import datetime
import http.client
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("UPSELLD_BIN", ROOT / "build/bin")).absolute()
LIBC = ctypes.CDLL(None)
PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
START_SECONDS, SYNC_SECONDS, ANSWER_SECONDS, STOP_SECONDS = 60, 1800, 60, 60


def start(command, **more):
    """A child of its own session, so that Ctrl-C reaches its parent alone, who ends it in order."""
    return subprocess.Popen(
        command, start_new_session=True,
        preexec_fn=lambda: LIBC.prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM), **more)


def stop(process):
    process.terminate()
    try:
        return process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def end_on_signals():
    """Ctrl-C, SIGTERM and a hangup end the program by an exception: what was started is stopped."""
    def end(number, _frame):
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, end)


class Clock:
    """The file that $UPSELLD_CLOCK names."""

    def __init__(self, path):
        self.path = path
        self.held = path.with_name(path.name + ".held")
        self.environment = {**os.environ, "UPSELLD_CLOCK": str(path)}

    def set(self, at):
        text = at if isinstance(at, str) else at.strftime("%Y-%m-%dT%H:%M:%SZ")
        beside = self.path.with_name(self.path.name + ".next")
        beside.write_text(text + "\n")
        beside.replace(self.path)

    def now(self):
        # It may have a fraction, which says nothing here.
        text = self.path.read_text()[:19] + "+0000"
        return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")

    def step(self, **by):
        self.set(self.now() + datetime.timedelta(**by))

    def hold(self):
        """A service that rests waits from now on for somebody who moves the clock."""
        self.held.touch()

    def let_go(self):
        self.held.unlink()


class Session:
    """A browser that logged in with a link of `upselld dashboard`; without one, a stranger."""

    def __init__(self, address, link=None):
        self.host = urllib.parse.urlsplit(address).netloc
        self.cookie = ""
        if link is not None:
            token = urllib.parse.urlsplit(link).fragment
            status, _text, head = self.exchange("POST", "/api/v1/session", {"token": token})
            if status != 200:
                raise PermissionError(f"login: {status}")
            self.cookie = head["Set-Cookie"].split(";")[0]

    def exchange(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.host, timeout=ANSWER_SECONDS)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {
                "Cookie": self.cookie, "Origin": "http://" + self.host,
                "Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            connection.close()

    def status(self, path):
        return self.exchange("GET", path)[0]

    def text(self, path):
        status, text, _head = self.exchange("GET", path)
        if status != 200:
            raise ValueError(f"{path}: {status} {text}")
        return text

    def json(self, path):
        return json.loads(self.text("/api/v1/" + path))


class Service:
    """`upselld run` over settings in a folder; its log is read line by line and kept in a file."""

    def __init__(self, folder, settings, clock, programs=BIN, more=()):
        self.folder, self.settings, self.clock = folder, settings, clock
        self.program = programs / "upselld"
        self.lines, self.seen, self.ended = [], 0, False
        self.changed = threading.Condition()
        self.process = start([self.program, "--config", settings, "run", *more], cwd=folder,
                             env=clock.environment, stderr=subprocess.PIPE,
                             stdout=subprocess.DEVNULL, text=True, errors="replace")
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        port = self.value(self.next("event=web_server ", START_SECONDS), "port")
        self.address = "http://127.0.0.1:" + port

    def _read(self):
        with open(self.folder / "log", "w") as log:
            for line in self.process.stderr:
                print(line, end="", file=log, flush=True)
                with self.changed:
                    self.lines.append(line.rstrip("\n"))
                    self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def next(self, part, seconds=SYNC_SECONDS):
        """The next line of the log, after the one asked for last, that has `part`."""
        found = []

        def is_over():
            while not found and self.seen < len(self.lines):
                self.seen += 1
                if part in self.lines[self.seen - 1]:
                    found.append(self.lines[self.seen - 1])
            return found or self.ended
        with self.changed:
            self.changed.wait_for(is_over, seconds)
        if not found:
            print("\n".join(self.lines[-20:]), file=sys.stderr)
            raise RuntimeError(f"the service said nothing of {part!r}; its log: {self.folder}/log")
        return found[0]

    @staticmethod
    def value(line, name):
        """Of name=value in a line of the log."""
        value = line.split(f" {name}=", 1)[1]
        return value[1:].split('"', 1)[0] if value.startswith('"') else value.split(" ", 1)[0]

    def link(self, *more):
        done = subprocess.run([self.program, "--config", self.settings, "--quiet", "--json",
                               "dashboard", *more], cwd=self.folder, env=self.clock.environment,
                              stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)["link"]

    def log_in(self, *more):
        return Session(self.address, self.link(*more))

    def metrics(self):
        """Figures by name, with their labels as they are written."""
        figures = {}
        for line in Session(self.address).text("/metrics").splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                figures[name] = float(value)
        return figures

    def wait(self):
        """Until it ends by itself and its log is read; its exit code."""
        self.reader.join()
        return self.process.wait()

    def stop(self):
        return stop(self.process)
