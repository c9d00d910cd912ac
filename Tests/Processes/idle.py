"""Watches daemons that have nothing to do: they take next to no processor, grow by nothing, and send nothing.

Three of them wait for their next pull of 1,000 networks: one as it is, one that serves a page nobody asks for, and one
whose metrics are scraped. All are watched at once, each behind a forwarder that counts what it sends.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from checks import Run, equal, main, require
from daemon import WATCHDOG_S, Daemon, daemon, until
from host import Host
from sandbox import Sandbox, Wire, running

NETWORKS = 1_000
# A quiet pull is followed by the next after 5 minutes, less a tenth at most.
NOTHING_DUE_S = 270
# The deadlines of the first pull's requests are over by then: each stays set for its 10 s, whenever the answer came.
REST_S = 12.0
SAMPLE_S = 1.0
SCRAPE_EVERY_S = 5


@dataclass(frozen=True)
class Bounds:
    """What a daemon may take while it waits."""

    # Of one processor. Half a percent of 20 s are ten of the kernel's clock ticks.
    share: float
    # How far the most memory in the last quarter of the window may lie above the most in the first. A page that is touched
    # late for the first time is no leak; 1.5 KiB lost at each of the two looks in a second are too much in two minutes.
    growth_kib: int


IDLE = Bounds(share=0.005, growth_kib=256)
SCRAPED = Bounds(share=0.02, growth_kib=1_024)


@dataclass
class Watched:
    """A daemon and what was seen of it."""

    name: str
    daemon: Daemon
    wire: Wire
    bounds: Bounds
    is_scraped: bool = False
    sent: int = 0
    processor_s: float = 0.0
    signs_before: int = 0
    signs_of_life: int = 0
    memory_kib: list[int] = field(default_factory=list)

    @property
    def pid(self) -> int:
        return self.daemon.process.pid

    def begin(self) -> None:
        self.signs_before = self.daemon.systemd.heard("WATCHDOG=1")
        self.sent, self.processor_s = self.wire.sent, processor_s(self.pid)

    def check(self, seconds: float) -> None:
        share = (processor_s(self.pid) - self.processor_s) / seconds
        quarter = max(1, len(self.memory_kib) // 4)
        first, last = max(self.memory_kib[:quarter]), max(self.memory_kib[-quarter:])
        print(
            f"  {self.name}: {share:.2%} of a processor in {seconds:.0f} s; at most {first / 1024:.1f} MiB in the first"
            f" quarter, {last / 1024:.1f} MiB in the last ({last - first:+} KiB); {self.wire.sent - self.sent} bytes sent,"
            f" {self.signs_of_life} signs of life"
        )
        equal(f"{self.name}: bytes sent while nothing is due", self.wire.sent - self.sent, 0)
        require(self.signs_of_life >= seconds / WATCHDOG_S, f"{self.name}: only {self.signs_of_life} signs of life")
        require(share < self.bounds.share, f"{self.name}: it takes {share:.2%} of a processor")
        require(last - first <= self.bounds.growth_kib, f"{self.name}: it grew by {last - first} KiB: {self.memory_kib}")


def processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def waiting(run: Run, sandbox: Sandbox, scenes: ExitStack, name: str, bounds: Bounds, *arguments: str) -> Watched:
    """Starts a daemon whose first pull has ended and found nothing new: another one has filled the replica."""
    wire = Wire(sandbox.port)
    host = Host(run.binary, run.folder / name, wire.base_url, NETSYNC_LOG_LEVEL="info")
    host.run("pull")
    it = scenes.enter_context(daemon(host, *arguments))
    pulled = "SELECT count(*) FROM syncs WHERE complete = 1"
    until(f"{name}: the first pull", 60, lambda: host.rows(pulled) == [(2,)])
    equal(f"{name}: networks", len(host.listed()), NETWORKS)
    return Watched(name, it, wire, bounds)


def watch(all_of_them: list[Watched], seconds: int) -> None:
    """Looks at all of them once in a second, as systemd does, and scrapes those that are to be scraped."""
    time.sleep(REST_S)
    for each in all_of_them:
        each.begin()
    started = time.monotonic()
    for second in range(seconds):
        for each in all_of_them:
            each.memory_kib.append(memory_kib(each.pid))
            each.signs_of_life = each.daemon.systemd.heard("WATCHDOG=1") - each.signs_before
            if each.is_scraped and second % SCRAPE_EVERY_S == 0:
                equal("the status of /metrics", each.daemon.get("/metrics")[0], 200)
        time.sleep(max(0.0, started + (second + 1) * SAMPLE_S - time.monotonic()))
    took = time.monotonic() - started
    for each in all_of_them:
        each.check(took)


def show(run: Run) -> None:
    seconds = run.options.seconds
    require(4 <= seconds <= NOTHING_DUE_S - 60, f"a pull would be due within {seconds} s")
    with running(run.binary, run.folder / "sandbox", "--networks", str(NETWORKS)) as sandbox, ExitStack() as scenes:
        page = ("--listen", "127.0.0.1:0")
        all_of_them = [
            waiting(run, sandbox, scenes, "idle", IDLE),
            waiting(run, sandbox, scenes, "with-a-page", IDLE, *page),
            waiting(run, sandbox, scenes, "scraped", SCRAPED, *page),
        ]
        all_of_them[-1].is_scraped = True
        # Asks the command line once where it listens.
        _ = all_of_them[-1].daemon.address
        watch(all_of_them, seconds)
        run.count("daemons", len(all_of_them))
        run.count("seconds watched", seconds)


if __name__ == "__main__":
    main("idle", __doc__, {"seconds": (20, "seconds to watch")}, show)
