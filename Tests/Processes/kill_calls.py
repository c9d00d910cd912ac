"""Lets a netsync die at a chosen system call; `kill_at_call.c`, compiled when it is needed, counts them from within."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from checks import Violation

# As the enumerations of the C source.
KINDS = ("write", "fsync", "send", "receive")
MANNERS = ("before", "within", "after")
# What of a call that is done or not done, or that only brings bytes in, differs from outside.
MANNERS_OF = {"write": MANNERS, "fsync": ("before", "after"), "send": MANNERS, "receive": ("after",)}
# How often each kind is drawn, where a command has it.
WEIGHTS = {"write": 6, "fsync": 1, "send": 2, "receive": 2}
PLAN = struct.Struct(f"={len(KINDS)}q3q64s512s")
COMPILERS = ("cc", "clang", "gcc")


@dataclass(frozen=True)
class Aim:
    """The call to die at: the `position`-th of its kind, counted from 1, on files whose names end as `only` says."""

    kind: str
    position: int
    manner: str
    only: str = ""

    def __str__(self) -> str:
        files = f" on …{self.only}" if self.only else ""
        return f"{self.manner} {self.kind} {self.position}{files}"


class Plan:
    """What one process is to do, and what it has done up to its end."""

    def __init__(self, library: Path, path: Path, aim: Aim | None, only: str = "") -> None:
        self.path = path
        self.environment = {"LD_PRELOAD": str(library), "KILL_AT_CALL": str(path)}
        kind, position, manner = 0, 0, 0
        if aim is not None:
            kind, position, manner = KINDS.index(aim.kind), aim.position, MANNERS.index(aim.manner)
            only = aim.only
        path.write_bytes(PLAN.pack(*[0] * len(KINDS), kind, position, manner, only.encode(), b""))

    def read(self) -> tuple[Counter[str], str]:
        """How many calls of each kind there were, and at which call on what it died: empty where it did not."""
        *numbers, _, place = PLAN.unpack(self.path.read_bytes())
        self.path.unlink()
        return Counter(dict(zip(KINDS, numbers))), place.rstrip(b"\0").decode()


class Calls:
    """The compiled counter, which any number of processes can be started with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.library = folder / "kill_at_call.so"
        self.number = 0
        compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
        if compiler is None:
            raise Violation(f"there is no C compiler here, be it {', '.join(COMPILERS)}")
        source = Path(__file__).with_name("kill_at_call.c")
        options = ("-std=c11", "-Wall", "-Werror", "-O1", "-shared", "-fPIC", "-o", str(self.library))
        made = subprocess.run([compiler, *options, str(source)], text=True, capture_output=True)
        if made.returncode != 0:
            raise Violation(f"the counter of system calls does not compile: {made.stderr}")

    def plan(self, aim: Aim | None, only: str = "") -> Plan:
        self.number += 1
        return Plan(self.library, self.folder / f"plan-{self.number}", aim, only)


class Positions:
    """Every call of a command: of each kind in an order drawn by chance, and when all have been had, all over again."""

    def __init__(self, name: str, counts: Counter[str], chance: random.Random, only: str = "") -> None:
        self.name, self.chance, self.only = name, chance, only
        self.counts = Counter({kind: counts[kind] for kind in KINDS if counts[kind]})
        if not self.counts:
            raise Violation(f"{name} makes no system call that was counted")
        self.left: dict[str, list[int]] = {kind: [] for kind in self.counts}
        self.met: set[tuple[str, int]] = set()

    def next(self) -> Aim:
        # There are ten writes to each call of another kind.
        kinds = list(self.counts)
        kind = self.chance.choices(kinds, [WEIGHTS[kind] for kind in kinds])[0]
        if not self.left[kind]:
            self.left[kind] = self.chance.sample(range(1, self.counts[kind] + 1), self.counts[kind])
        return Aim(kind, self.left[kind].pop(), self.chance.choice(MANNERS_OF[kind]), self.only)

    def hit(self, aim: Aim) -> None:
        self.met.add((aim.kind, aim.position))
