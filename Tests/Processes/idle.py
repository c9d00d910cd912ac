"""Watches daemons that have nothing to do: what they take of a processor, and whether their memory grows.

One only syncs. The other serves the page too, and Prometheus asks it for its metrics every few seconds.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from checks import Run, main, require
from daemon import Daemon, daemon, until
from host import Host, check_seeking
from sandbox import running

NETWORKS = 1_000
LARGEST_SHARE = 0.005
# A page of the allocator here or there is no growth; a leak of one glance, of which there are two a second, would be.
LARGEST_GROWTH_KIB = 512
SCRAPE_EVERY_S = 5.0
# The first pull is over, and its connections are closed.
CALM_AFTER_S = 12.0


def processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_kib(pid: int) -> int:
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    require(found is not None, "the daemon has no memory")
    assert found is not None
    return int(found[1])


def watch(run: Run, it: Daemon, what: str, scrape: bool) -> None:
    until("the first pull", 120, lambda: it.status()["in_sync"])
    time.sleep(CALM_AFTER_S)
    if scrape:
        it.get("/metrics")
    pid = it.process.pid
    spent, started, memory = processor_s(pid), time.monotonic(), [resident_kib(pid)]
    due = started + SCRAPE_EVERY_S
    while time.monotonic() < started + run.options.seconds:
        time.sleep(0.5)
        if scrape and time.monotonic() >= due:
            due += SCRAPE_EVERY_S
            it.get("/metrics")
        memory.append(resident_kib(pid))
    share = (processor_s(pid) - spent) / (time.monotonic() - started)
    quarter = len(memory) // 4
    growth = max(memory[-quarter:]) - max(memory[:quarter])
    print(f"  {what}: {share:.2%} of a processor, {memory[-1] / 1024:.1f} MiB, grown by {growth} KiB in {run.options.seconds} s")
    require(share < LARGEST_SHARE, f"{what}, it takes {share:.2%} of a processor")
    require(growth <= LARGEST_GROWTH_KIB, f"{what}, its memory grew by {growth} KiB: {memory}")
    run.count("daemons watched")


def show(run: Run) -> None:
    check_seeking()
    with running(run.binary, run.folder / "sandbox", "--networks", str(NETWORKS)) as sandbox:
        for name, what, arguments in (
            ("alone", "alone", ()),
            ("scraped", "with a page that is scraped", ("--listen", "127.0.0.1:0")),
        ):
            # As people run it: an event for every request would be work of its own.
            host = Host(run.binary, run.folder / name, sandbox.base_url, NETSYNC_LOG_LEVEL="info")
            with daemon(host, *arguments) as it:
                watch(run, it, what, scrape=bool(arguments))


if __name__ == "__main__":
    main("idle", __doc__, {"seconds": (20, "how long each daemon is watched")}, show)
