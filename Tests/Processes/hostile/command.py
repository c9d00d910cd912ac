"""A command that is carried out and measured.

The kernel counts the memory of whoever starts a process as that process's own. So what starts one here is a process
that is small, and was made before anything large was.
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path


@dataclass(frozen=True)
class Command:
    arguments: tuple[str, ...]
    environment: dict[str, str]
    # Where its streams go.
    output: Path
    errors: Path
    # Of the processor, and three times as long by the clock: other work of a busy host costs a command time that is not its own.
    within_s: float


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it cost."""

    status: int
    # It did not end within its time.
    is_late: bool
    seconds: float
    peak_mb: float


def carry_out(command: Command) -> Ended:
    started = time.monotonic()
    with command.output.open("wb") as output, command.errors.open("wb") as errors:
        process = subprocess.Popen(
            command.arguments, env=command.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=errors
        )
    ending = os.pidfd_open(process.pid)
    try:
        ended, _, _ = select.select([ending], [], [], 3 * command.within_s)
    finally:
        if not select.select([ending], [], [], 0)[0]:
            process.kill()
        os.close(ending)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    is_late = not ended or usage.ru_utime + usage.ru_stime > command.within_s
    return Ended(process.returncode, is_late, time.monotonic() - started, usage.ru_maxrss / 1024)


@contextmanager
def starters(count: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes that start commands. To be made before any thread, and before anything large."""
    with ProcessPoolExecutor(count, mp_context=get_context("fork")) as pool:
        # All of them are there once the first was asked for.
        pool.submit(os.getpid).result()
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)
