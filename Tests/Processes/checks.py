"""What a script is made of: promises that hold or end it, counts for its last line, bounds on time and processes."""

from __future__ import annotations

import argparse
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LIVING: set[subprocess.Popen[bytes]] = set()


class Violation(Exception):
    """A promise was broken; the message says which, and what was found."""


class OutOfTime(Exception):
    """The script took longer than it may."""


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Violation(otherwise)


def equal(what: str, found: object, expected: object) -> None:
    if found == expected:
        return
    if isinstance(found, set) and isinstance(expected, set):
        too_many, missing = sorted(found - expected, key=str), sorted(expected - found, key=str)
        raise Violation(f"{what}: too many {too_many!r}, missing {missing!r}")
    raise Violation(f"{what}: found {found!r}, expected {expected!r}")


class Run:
    """One run of a script: its binary, its sizes, its chance, a folder that a violation leaves behind, its counts."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options = options
        self.binary: str = options.binary
        self.lock = threading.Lock()
        self.chance = random.Random(options.seed)
        self.folder = folder
        # In the order in which they were first counted.
        self.counts: Counter[str] = Counter()
        # What was broken, where the run is to go on all the same.
        self.violations: list[str] = []

    def count(self, what: str, number: int = 1) -> None:
        with self.lock:
            self.counts[what] += number

    @contextmanager
    def case(self, what: str) -> Iterator[None]:
        """One of many cases that stand for themselves: with `--keep-going` the next one follows a violation."""
        try:
            yield
        except Violation as reason:
            reason = Violation(f"{what}: {reason}")
            if not self.options.keep_going:
                raise reason from None
            self.violations.append(str(reason))

    def say_violations(self) -> None:
        """Those that differ in the command and in numbers only are said once, cut short. A file has all of them."""
        alike: dict[str, list[str]] = {}
        for text in self.violations:
            kind = re.sub(r"netsync [^{]*? exited", "netsync exited", text.partition(": ")[2])
            alike.setdefault(re.sub(r"[0-9a-f]*\d[0-9a-f]*", "#", kind), []).append(text)
        for texts in sorted(alike.values(), key=len, reverse=True):
            print(f"VIOLATED {len(texts)} times, first: {' '.join(texts[0].split())[:500]}", flush=True)
        if self.violations:
            (self.folder / "violations.txt").write_text("\n\n".join(self.violations))

    @property
    def summary(self) -> str:
        return ", ".join(f"{number} {what}" for what, number in self.counts.items())


def main(
    name: str,
    purpose: str,
    sizes: dict[str, tuple[int, str]],
    show: Callable[[Run], None],
    programs: dict[str, str] | None = None,
    flags: dict[str, str] | None = None,
    words: dict[str, str] | None = None,
) -> None:
    """Runs a script. Its exit status is 0 where every promise held, and 1 at the first that did not.

    `sizes` are options that take a whole number: the default, short enough for every change, and what it counts. `programs`
    are other files that it runs, and what they are. `flags` are options that take nothing, `words` those that take a text,
    which is empty by default.
    """
    parser = argparse.ArgumentParser(prog=f"{name}.py", description=purpose)
    parser.add_argument("binary", help="the built netsync")
    for program, meaning in (programs or {}).items():
        parser.add_argument(program, help=meaning)
    for size, (default, meaning) in sizes.items():
        parser.add_argument(f"--{size}", type=int, default=default, metavar="N", help=f"{meaning} ({default})")
    for flag, meaning in (flags or {}).items():
        parser.add_argument(f"--{flag}", action="store_true", help=meaning)
    for word, meaning in (words or {}).items():
        parser.add_argument(f"--{word}", default="", metavar="TEXT", help=meaning)
    parser.add_argument("--seed", type=int, default=None, help="what choices are drawn from (the clock)")
    parser.add_argument("--keep-going", action="store_true", help="show all violations, where there are cases")
    parser.add_argument("--within", type=int, default=600, metavar="S", help="seconds that all of it may take (600)")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = time.time_ns() % 1_000_000
    signal.signal(signal.SIGALRM, out_of_time)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.alarm(options.within)
    sys.exit(status_of(name, show, options))


def status_of(name: str, show: Callable[[Run], None], options: argparse.Namespace) -> int:
    folder = Path(tempfile.mkdtemp(prefix=f"netsync-{name}-"))
    run = Run(options, folder)
    started = time.monotonic()
    try:
        show(run)
        require(not run.violations, f"{len(run.violations)} cases do not hold")
    except (Violation, OutOfTime) as reason:
        run.say_violations()
        print(f"VIOLATED: {reason}\n  the files are in {folder}", flush=True)
        print(f"{name}: FAILED with --seed {options.seed} after {run.summary or 'nothing'}", flush=True)
        return 1
    finally:
        end_everything()
    shutil.rmtree(folder)
    print(f"{name}: held; {run.summary}; {time.monotonic() - started:.1f} s, --seed {options.seed}", flush=True)
    return 0


def out_of_time(*_: object) -> None:
    raise OutOfTime("the script did not end within its time (--within)")


def end_everything() -> None:
    """Ends what this script started and nothing else: each by its own process id."""
    signal.alarm(0)
    for process in list(LIVING):
        process.kill()
        process.wait()
        LIVING.discard(process)
