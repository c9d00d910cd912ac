"""Lets a daemon keep a replica in step with the sandbox, and watches it as systemd and Prometheus would.

A change there is seen here within the interval, an edit that another process makes here is sent at once, an API that is
away is waited for, a key file that cannot be used changes nothing, and SIGTERM ends it soon. While one answer does not
come there is no sign of life.
"""

from __future__ import annotations

import http.client
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from checks import Run, equal, main, require
from host import KEY, Command, Host, check_seeking
from sandbox import Sandbox, Wire, documents, running

INTERVAL_S = 2
# What a pull takes at most, in a debug build on a host that is busy.
SLACK_S = 3.0
PUSHED_WITHIN_S = 2.0
# The daemon's own backoff has grown meanwhile.
BACK_WITHIN_S = 60.0
ENDS_WITHIN_S = 5.0
WATCHDOG_S = 2.0


class NotifySocket:
    """What systemd listens on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.lines: list[str] = []
        # The kernel keeps ten datagrams; what comes while nobody listens is lost, as it would be at systemd.
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        while True:
            self.lines += self.socket.recv(65_536).decode().split("\n")

    def heard(self, start: str) -> int:
        """How many lines began so, up to now."""
        return sum(line.startswith(start) for line in self.lines)


def until(what: str, seconds: float, holds: Callable[[], bool]) -> float:
    """Looks again and again; gives how long it took."""
    started = time.monotonic()
    while True:
        took = time.monotonic() - started
        if holds():
            return took
        require(took < seconds, f"{what} did not come within {seconds} s")
        time.sleep(0.05)


class Daemon:
    """A `netsync daemon` and what it said to systemd."""

    def __init__(self, host: Host, *arguments: str, **settings: str) -> None:
        self.host = host
        self.systemd = NotifySocket(host.home / f"notify-{time.monotonic_ns()}")
        host.environment |= {
            "NOTIFY_SOCKET": str(self.systemd.path), "WATCHDOG_USEC": str(int(WATCHDOG_S * 1e6)), **settings
        }
        self.command: Command = host.start("daemon", *arguments)
        for variable in ("NOTIFY_SOCKET", "WATCHDOG_USEC"):
            del host.environment[variable]
        until("READY=1", 20, lambda: self.systemd.heard("READY=1") > 0)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        return self.command.process

    @property
    def errors(self) -> str:
        return self.command.files[1].read_text()

    def status(self) -> Any:
        return self.host.json("status")

    @cached_property
    def address(self) -> str:
        """Where its page is."""
        listen: str = self.status()["daemon"]["listen"]
        return listen.removeprefix("http://").rstrip("/")

    def get(self, path: str, within: float = 10) -> tuple[int, str]:
        """Asks the page for something."""
        connection = http.client.HTTPConnection(self.address, timeout=within)
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def end(self, number: signal.Signals = signal.SIGTERM, within: float = ENDS_WITHIN_S) -> None:
        started = time.monotonic()
        self.process.send_signal(number)
        answer = self.command.ended(within=within)
        equal(f"how it ends on {number.name} ({answer.errors.strip()})", answer.status, 0)
        until("word of the end", within, lambda: self.systemd.heard("STOPPING=1") == 1)
        require(time.monotonic() - started < within, f"it took more than {within} s to end")
        equal("the daemon that status shows after its end", self.status()["daemon"], None)


@contextmanager
def daemon(host: Host, *arguments: str, **settings: str) -> Iterator[Daemon]:
    running = Daemon(host, *arguments, **settings)
    yield running
    running.end()


def in_step(run: Run, folder: Path) -> None:
    """Changes on both sides, and an API that goes away and comes back."""
    seed = str(run.chance.randrange(1, 1 << 32))
    options = ("--networks", "10", "--seed", seed)
    with running(run.binary, folder / "sandbox", *options) as sandbox:
        host = Host(run.binary, folder / "host", sandbox.base_url)
        with daemon(host, "--interval", f"{INTERVAL_S}s", "--listen", "127.0.0.1:0") as it:
            until("the first pull", 20, lambda: it.status()["in_sync"])
            equal("who the daemon is", it.status()["daemon"]["pid"], it.process.pid)
            network_id = sorted(host.listed())[0]

            sandbox.stop()
            host.edit("networks", "rename", network_id, "edited while it was away")
            until("word of it", BACK_WITHIN_S, lambda: not it.status()["in_sync"])
            with running(run.binary, folder / "sandbox", *options, port=sandbox.port) as sandbox:
                took = until(
                    "the edit", BACK_WITHIN_S,
                    lambda: sandbox.networks()[network_id]["name"] == "edited while it was away",
                )
                print(f"  the API was back: sent after {took:.1f} s")
                follow(run, it, sandbox, network_id)
                watched(run, it, sandbox)


def follow(run: Run, it: Daemon, sandbox: Sandbox, network_id: str) -> None:
    """What changes there is seen here, what is edited here is sent."""
    host = it.host
    slowest_pull = slowest_push = 0.0
    for number in range(run.options.changes):
        made = sandbox.create(f"made there {number}")
        slowest_pull = max(slowest_pull, until("a change there", INTERVAL_S + SLACK_S, lambda: made in host.listed()))
        host.edit("networks", "rename", network_id, f"renamed here {number}")
        sent = lambda: sandbox.networks()[network_id]["name"] == f"renamed here {number}"  # noqa: E731
        slowest_push = max(slowest_push, until("an edit made here", PUSHED_WITHIN_S, sent))
        run.count("changes on each side")
    print(f"  seen within {slowest_pull:.1f} s, sent within {slowest_push:.1f} s")
    until("peace", INTERVAL_S + SLACK_S, lambda: it.status()["in_sync"])
    equal("the replica, beside the server", documents(host.listed("--all")), documents(sandbox.networks()))


def watched(run: Run, it: Daemon, sandbox: Sandbox) -> None:
    """Metrics that Prometheus takes and that name nobody, health, and signs of life."""
    status, text = it.get("/metrics")
    equal("the status of /metrics", status, 200)
    for wanted in ('netsync_cycles_total{kind="pull",outcome="ok"}', "netsync_networks ", "netsync_in_sync 1"):
        require(wanted in text, f"/metrics lacks {wanted}: {text}")
    landed = f'netsync_edits_landed_total{{action="rename"}} {run.options.changes + 1}\n'
    require(landed in text, f"/metrics lacks {landed!r}: {text}")
    for network_id, row in sandbox.networks().items():
        require(network_id not in text and f'"{row["name"]}"' not in text, f"/metrics names {network_id}")
    check_metrics(run, text)
    check_metrics(run, it.host.run("status", "-o", "prometheus").output)
    equal("the status of /health", it.get("/health")[0], 200)
    require(it.systemd.heard("STATUS=") > 0, "systemd was never told how things stand")
    before = it.systemd.heard("WATCHDOG=1")
    until("signs of life", 3 * WATCHDOG_S, lambda: it.systemd.heard("WATCHDOG=1") >= before + 2)


def check_metrics(run: Run, text: str) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        print("  promtool is not here: the format of the metrics is not checked")
        return
    found = subprocess.run([promtool, "check", "metrics"], input=text, text=True, capture_output=True)
    require(found.returncode == 0 and not found.stderr, f"promtool says: {found.stdout}{found.stderr}")
    run.count("times promtool was content")


def reload(run: Run, folder: Path) -> None:
    """SIGHUP reads the key again; one that cannot be used changes nothing."""
    key_file = folder / "key"
    with running(run.binary, folder / "sandbox", "--networks", "3") as sandbox:
        host = Host(run.binary, folder / "host", sandbox.base_url)
        key_file.write_text(KEY)
        key_file.chmod(0o600)
        with daemon(host, "--interval", "1h", "--api-key-file", str(key_file)) as it:
            until("the first pull", 20, lambda: it.status()["in_sync"])
            key_file.chmod(0o644)
            it.process.send_signal(signal.SIGHUP)
            until("the end of a reload", 10, lambda: it.systemd.heard("READY=1") == 2)
            equal("reloads", (it.systemd.heard("RELOADING=1"), it.systemd.heard("MONOTONIC_USEC=")), (1, 1))
            require("others can read it" in it.errors, f"nobody was told of the key file: {it.errors}")
            host.run("networks", "create", "with the old key")
            until("an edit with the old key", 10, lambda: it.status()["in_sync"])

            key_file.chmod(0o600)
            key_file.write_text("another-key\n")
            it.process.send_signal(signal.SIGHUP)
            until("the end of a reload", 10, lambda: it.systemd.heard("READY=1") == 3)
            host.run("networks", "create", "with the wrong key")
            until("the wrong key", 20, lambda: not it.status()["in_sync"])

            key_file.write_text(KEY)
            it.process.send_signal(signal.SIGHUP)
            until("an edit with the right key", BACK_WITHIN_S, lambda: it.status()["in_sync"])
            equal("networks there", len(sandbox.networks()), 5)
        host.check_secrets()


def one_at_a_time(run: Run, folder: Path) -> None:
    """A second daemon is refused; a killed one is none; Ctrl-C ends it too."""
    with running(run.binary, folder / "sandbox", "--networks", "3") as sandbox:
        host = Host(run.binary, folder / "host", sandbox.base_url)
        with daemon(host, "--interval", "1h") as it:
            host.run("daemon", exits=(9,))
            until("the first pull", 20, lambda: it.status()["in_sync"])
        killed = Daemon(host, "--interval", "1h")
        killed.command.kill()
        killed.command.ended()
        equal("the daemon that status shows after a kill", killed.status()["daemon"], None)
        Daemon(host, "--interval", "1h").end(signal.SIGINT)
        host.check_integrity()
        host.check_secrets()


def unanswered(run: Run, folder: Path) -> None:
    """The end does not wait for an API that does not answer; the edit that was on its way is kept."""
    with running(run.binary, folder / "sandbox", "--networks", "3", "--latency", "6s") as sandbox:
        host = Host(run.binary, folder / "host", sandbox.base_url)
        edit = host.edit("networks", "create", "on its way")
        with daemon(host):
            until("the create", 60, lambda: host.json("outbox", "list")[0]["state"] == "sending")
            # By then its request has left.
            time.sleep(0.5)
        equal("edits in the outbox", [row["edit"] for row in host.json("outbox", "list")], [edit])
        host.check_integrity()


def impatient(run: Run, folder: Path) -> None:
    """The second signal does not wait for an answer."""
    with running(run.binary, folder / "sandbox", "--networks", "3", "--latency", "8s") as sandbox:
        wire = Wire(sandbox.port)
        host = Host(run.binary, folder / "host", wire.base_url)
        it = Daemon(host)
        # Before its first request there is nothing to wait for, and the first signal alone ends it.
        until("its first request", 5, lambda: wire.sent > 0)
        it.process.send_signal(signal.SIGTERM)
        until("word of the end", 5, lambda: it.systemd.heard("STOPPING=1") == 1)
        it.process.send_signal(signal.SIGTERM)
        equal("how the second signal ends it", it.command.ended(within=2).status, 143)
        host.check_integrity()


def stuck(run: Run, folder: Path) -> None:
    """The signs of life are the engine's own: while it waits for one answer there are none, whatever else is alive."""
    with running(run.binary, folder / "sandbox", "--networks", "3", "--latency", "6s") as sandbox:
        host = Host(run.binary, folder / "host", sandbox.base_url)
        it = Daemon(host, "--listen", "127.0.0.1:0")
        until("the first answer", 10, lambda: it.systemd.heard("WATCHDOG=1") > 0)
        heard = it.systemd.heard("WATCHDOG=1")
        # Longer than systemd would wait, shorter than the next answer takes.
        time.sleep(2 * WATCHDOG_S)
        equal("the status of the page meanwhile", it.get("/")[0], 200)
        equal("signs of life while one answer is waited for", it.systemd.heard("WATCHDOG=1"), heard)
        it.command.kill()
        it.command.ended()


def show(run: Run) -> None:
    check_seeking()
    for scene in (in_step, reload, one_at_a_time, impatient, unanswered, stuck):
        folder = run.folder / scene.__name__
        folder.mkdir()
        scene(run, folder)
        run.count("scenes")


if __name__ == "__main__":
    main("daemon", __doc__, {"changes": (3, "changes on each side")}, show)
