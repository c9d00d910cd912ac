"""Makes the disk fail under netsync: full, read-only or broken, at each call in turn, once and from then on.

A library that is preloaded into the command counts what it asks of the replica's files and lets the chosen call fail.
Whatever fails, and whenever: the command ends by itself, says so in four lines, and has not told of an edit that is not
there. The file is sound, nothing that waited is lost, and once the fault is over the same command does its work.

Where a file system may be mounted, the same is done on one that is really full. There, too, everything is read and
`status` says that the disk is full; an edit is queued, in the room that is kept for edits, and a pull or a push leaves
that room alone. One limit is known and counted: SQLite wants 32 KiB for the index of its log before it reads, so a
replica that everybody had closed cannot be opened where there is less ("that found no room for an index").

A violation names its case; `--only` with that name and the same seed makes it again.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
import struct
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from checks import Run, Violation, equal, main, require
from host import OUTCOMES, Answer, Host, check_named, check_seeking, following
from mounts import mount_in_memory, unmount
from sandbox import Sandbox, documents, running

NETWORKS = 12
SETTINGS = {"NETSYNC_PUSH_SETTLE": "200ms", "NETSYNC_LOG_LEVEL": "error"}
ENDS_WITHIN_S = 60
# What the library counts, in its order.
KINDS = "owstrum"
# Which calls fail together, and how.
FAULTS = {
    "write: no room": ("w", errno.ENOSPC), "write: broken": ("w", errno.EIO),
    "sync: no room": ("s", errno.ENOSPC), "sync: broken": ("s", errno.EIO),
    "truncate: broken": ("t", errno.EIO), "unlink: broken": ("u", errno.EIO), "read: broken": ("r", errno.EIO),
    "map: no memory": ("m", errno.ENOMEM),
    "open: no room": ("o", errno.ENOSPC), "open: broken": ("o", errno.EIO), "open: not allowed": ("o", errno.EACCES),
    "disk full": ("ow", errno.ENOSPC), "disk broken": ("owstru", errno.EIO), "disk read-only": ("owtu", errno.EROFS),
}
# By name: the command, and where it may be run.
COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "create": (("networks", "create"), ("none", "closed", "left")),
    "rename": (("networks", "rename"), ("closed", "left")),
    "pull": (("pull",), ("none", "closed", "left")),
    "push": (("push", "--timeout", "30s"), ("closed", "left")),
    "list": (("networks", "list", "--all", "--json"), ("closed", "left")),
    "outbox": (("outbox", "list", "--json"), ("closed", "left")),
    "query": (("query", "SELECT * FROM networks", "--json"), ("closed", "left")),
    "status": (("status", "--json"), ("closed", "left")),
}
EDITS = ("create", "rename")
CYCLES = ("pull", "push")
READS = ("list", "outbox", "query", "status")
# Rooms that are left on a file system that is nearly full.
ROOMS_KIB = range(0, 129, 4)
FILE_SYSTEM_KIB = 4_096
# What SQLite needs before it reads a replica that nobody has open, and how netsync says that it is not there.
INDEX_KIB = 32
NO_ROOM_FOR_INDEX = "disk I/O error"


@dataclass(frozen=True)
class Case:
    """A fault at one moment of one command."""

    state: str
    command: str
    fault: str
    at: int
    for_ever: bool

    def __str__(self) -> str:
        when = f"from call {self.at} on" if self.for_ever else f"at call {self.at}"
        return f"{self.command}, replica {self.state}, {self.fault} {when}"


class World:
    """A sandbox, a replica in each of its states, and one to try a fault on."""

    def __init__(self, run: Run, sandbox: Sandbox, library: Path) -> None:
        self.run, self.sandbox, self.library = run, sandbox, library
        self.host = Host(run.binary, run.folder / "host", sandbox.base_url, **SETTINGS)
        self.calls = run.folder / "calls"
        self.begun_with = {network_id: row["name"] for network_id, row in sandbox.networks().items()}
        self.target = sorted(self.begun_with)[0]
        self.states: dict[str, Path] = {}
        self.expected: dict[tuple[str, str], Any] = {}
        # Those of the replica that is copied, closed or left.
        self.queued: dict[str, set[int]] = {"none": set()}
        self.numbers = 0

    # The states that a command may find the replica in.

    def begin(self) -> None:
        (self.run.folder / "none").mkdir()
        self.states["none"] = self.run.folder / "none"
        self.host.run("pull")
        queued = [self.host.edit("networks", "create", f"made-{number}") for number in (1, 2)]
        queued.append(self.host.edit("networks", "rename", self.target, "renamed"))
        self.keep("closed", queued)
        # Somebody who only looks keeps the write-ahead log from being folded into the file; then all are killed.
        with following(self.host):
            queued.append(self.host.edit("networks", "create", "made-3"))
            self.keep("left", queued)
        require((self.states["left"] / "replica.sqlite-wal").stat().st_size > 0, "edits wait in a log that was left")
        for state in ("closed", "left"):
            for name in READS:
                self.restore(state)
                self.expected[state, name] = self.answered(name, self.host.run(*COMMANDS[name][0]))

    def keep(self, state: str, queued: list[int]) -> None:
        self.states[state] = self.run.folder / state
        shutil.copytree(self.host.replica.parent, self.states[state])
        self.queued[state] = set(queued)

    def restore(self, state: str) -> None:
        """The replica as it was before, and the API too."""
        data = self.host.replica.parent
        shutil.rmtree(data, ignore_errors=True)
        if state != "none":
            shutil.copytree(self.states[state], data)

    def restore_server(self) -> None:
        for network_id, row in self.sandbox.networks().items():
            if network_id not in self.begun_with:
                self.sandbox.delete(network_id)
            elif row["name"] != self.begun_with[network_id]:
                self.sandbox.rename(network_id, self.begun_with[network_id])

    # A command, with a fault or without.

    def arguments(self, command: str) -> tuple[str, ...]:
        """An edit is another one each time."""
        self.numbers += 1
        words = COMMANDS[command][0]
        if command == "create":
            return (*words, f"new-{self.numbers}")
        return (*words, self.target, f"new-{self.numbers}") if command == "rename" else words

    def faulty(self, case: Case, arguments: tuple[str, ...]) -> tuple[Answer, dict[str, int]]:
        """Runs it with the fault; gives what it said and how many calls of each kind it made."""
        kinds, number = FAULTS[case.fault]
        self.calls.write_bytes(bytes(64))
        before = dict(self.host.environment)
        self.host.environment |= {
            "LD_PRELOAD": str(self.library),
            "FAULT_BELOW": str(self.host.replica.parent), "FAULT_COUNTS": str(self.calls),
            "FAULT_KINDS": kinds, "FAULT_ERRNO": str(number),
            "FAULT_AT": str(case.at), "FAULT_EVER": str(int(case.for_ever)),
        }
        try:
            answer = self.host.start(*arguments).ended(within=ENDS_WITHIN_S)
        finally:
            self.host.environment = before
        counts = struct.unpack("=8Q", self.calls.read_bytes())
        return answer, dict(zip([*KINDS, "failed"], counts))

    def groups(self) -> Iterator[list[Case]]:
        """For each way of failing, a case for every call. The commands are run in peace first, to count these."""
        for command, (_, states) in COMMANDS.items():
            for state in states:
                self.restore(state)
                self.restore_server()
                peace = Case(state, command, "disk broken", 0, False)
                answer, counts = self.faulty(peace, self.arguments(command))
                require(answer.status == 0, f"without a fault, {answer}")
                self.run.count("calls that can fail", sum(counts[kind] for kind in KINDS))
                for fault, (kinds, _) in FAULTS.items():
                    calls = sum(counts[kind] for kind in kinds)
                    for for_ever in (True,) if fault.startswith("disk") else (False, True):
                        yield [Case(state, command, fault, at, for_ever) for at in range(1, calls + 1)]

    # What must hold.

    def attempt(self, case: Case) -> None:
        self.restore(case.state)
        if case.command in CYCLES:
            self.restore_server()
        answer, counts = self.faulty(case, self.arguments(case.command))
        if counts["failed"] == 0:
            # It made fewer calls than the time before: several threads take turns.
            self.run.count("that met no fault")
        # SQLite takes a page that cannot be read for a damaged one.
        exits = (0, 1, 10) if "r" in FAULTS[case.fault][0] else (0, 1)
        self.check(case.state, case.command, answer, counts["failed"], exits)

    def check(
        self, state: str, command: str, answer: Answer, failed: int, exits: tuple[int, ...] = (0, 1), **status: bool
    ) -> None:
        """`status` is what differs in it as long as the fault lasts."""
        self.run.count("ended with an error", answer.status != 0)
        require(answer.status in exits, f"expected exit {exits}, but {answer}")
        require(answer.status == 0 or failed > 0, f"nothing failed, yet {answer}")
        queued = self.queued[state] | set(answer.edits)
        if answer.status:
            check_named(answer)
            require(not answer.edits, f"an edit was told of, yet {answer}")
        else:
            self.check_done(state, command, answer, **status)
        # A copy: to look at it must not mend it.
        aside = self.run.folder / "aside"
        shutil.rmtree(aside, ignore_errors=True)
        if self.host.replica.parent.exists():
            shutil.copytree(self.host.replica.parent, aside)
        self.check_file(aside / "replica.sqlite", queued, answer)
        self.check_after(state, command, queued)

    def check_done(self, state: str, command: str, answer: Answer, **status: bool) -> None:
        """What says that it is done has done it, fault or no fault."""
        if command in EDITS:
            require(len(answer.edits) == 1, f"an edit tells its number, but {answer}")
        elif (state, command) in self.expected:
            expected = self.expected[state, command]
            if command == "status":
                expected = expected | status
            equal(f"the answer of {command}", self.answered(command, answer), expected)

    @staticmethod
    def answered(command: str, answer: Answer) -> Any:
        """Without what time and place change."""
        found = answer.json
        if command == "status":
            for key in ("age_s", "path"):
                del found["replica"][key]
        return found

    def check_file(self, replica: Path, queued: set[int], answer: Answer) -> None:
        if not replica.exists() or replica.stat().st_size == 0 and not replica.with_name("replica.sqlite-wal").exists():
            require(not queued, f"edits {sorted(queued)} are gone with the file after {answer}")
            return
        with closing(sqlite3.connect(replica)) as database:
            try:
                found = database.execute("PRAGMA integrity_check").fetchall()
                require(found == [("ok",)], f"the file is damaged, {found!r}, after {answer}")
                if database.execute("PRAGMA user_version").fetchone() == (0,):
                    require(not queued, f"edits {sorted(queued)} are gone, for there is no schema after {answer}")
                    return
                marks = ", ".join("?" * len(OUTCOMES))
                accounted = {edit for (edit,) in database.execute(
                    "SELECT edit FROM operation UNION SELECT edit FROM dead_letter UNION "
                    f"SELECT edit FROM journal WHERE edit IS NOT NULL AND kind IN ({marks})", OUTCOMES
                )}
            except sqlite3.DatabaseError as error:
                raise Violation(f"the file cannot be read, {error}, after {answer}") from None
        require(queued <= accounted, f"edits {sorted(queued - accounted)} are lost after {answer}")
        if "was undone" in answer.errors and not answer.edits:
            more = accounted - queued
            require(not more, f"edit {sorted(more)} is there, though it is said to be undone: {answer}")

    def check_after(self, state: str, command: str, queued: set[int]) -> None:
        """The fault is over: the command does what it is for, and nothing was lost on the way."""
        answer = self.host.run(*self.arguments(command), exits=(0, 1, 5, 6, 7, 8, 9, 10))
        require(answer.status == 0, f"the fault is over, yet {answer}")
        require(not queued.intersection(answer.edits), f"the number of an edit is given again: {answer}")
        self.check_file(self.host.replica, queued | set(answer.edits), answer)
        self.check_done(state, command, answer)
        if command in CYCLES:
            self.check_server(state, command)

    def check_server(self, state: str, command: str) -> None:
        """After a push each network was made once and renamed; after a pull both sides agree where nothing waits."""
        there = self.sandbox.networks()
        if command == "push":
            made = sorted(row["name"] for network_id, row in there.items() if network_id not in self.begun_with)
            equal("networks that were made at the API", made, self.made(state))
            equal("the name that was changed", there[self.target]["name"], "renamed")
        here = {row["id"]: row for row in self.host.json("networks", "list", "--all") if row["state"] == "synced"}
        here.pop(self.target, None), there.pop(self.target)
        equal("the replica, beside the server", documents(here), documents(there))

    def made(self, state: str) -> list[str]:
        return ["made-1", "made-2", "made-3"] if state == "left" else ["made-1", "made-2"]


# A file system that is full.


def fill(world: World, mounted: Path) -> None:
    """Leaves so much room for the replica, and no more, and lets every command meet that."""
    host = world.host
    world.host = Host(world.run.binary, mounted / "host", world.sandbox.base_url, **SETTINGS)
    # What the command says goes elsewhere.
    world.host.streams = host.streams
    for command, (_, states) in COMMANDS.items():
        for state in states:
            for room in world.run.chance.sample(ROOMS_KIB, len(ROOMS_KIB) if not world.run.options.cases else 3):
                title = f"{command}, replica {state}, on a file system with room for {room} KiB"
                if world.run.options.only in title:
                    with world.run.case(title):
                        meet_full(world, mounted / "filler", state, command, room)


def meet_full(world: World, filler: Path, state: str, command: str, room_kib: int) -> None:
    filler.unlink(missing_ok=True)
    world.restore(state)
    world.restore_server()
    reserve = world.host.replica.with_name("replica.sqlite.reserve")
    # What is made anew has none.
    reserved = size_of(reserve)
    require(state == "none" or reserved > 0, "room is kept for edits")
    fill_up(filler, room_kib)
    answer = world.host.start(*world.arguments(command)).ended(within=ENDS_WITHIN_S)
    filler.unlink()
    world.run.count("commands on a full file system")
    if state == "closed" and room_kib < INDEX_KIB and answer.status == 1 and NO_ROOM_FOR_INDEX in answer.errors:
        world.run.count("that found no room for an index")
    elif state != "none":
        require(answer.status == 0 or command in CYCLES, f"this takes no more room than there is, yet {answer}")
        require(answer.status == 0 or "the disk is full" in answer.errors, f"the disk is full, yet {answer}")
        if command not in EDITS:
            equal("room that is kept for edits", size_of(reserve), reserved)
    world.check(state, command, answer, 1, disk_full=True)


def size_of(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def fill_up(filler: Path, room_kib: int) -> None:
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4_096)):
                pass
        except OSError as error:
            require(error.errno == errno.ENOSPC, f"{filler}: {error}")
        file.truncate(max(0, file.tell() - room_kib * 1_024))


def library(folder: Path) -> Path:
    """Builds what is preloaded."""
    made = folder / "fault.so"
    source = Path(__file__).with_name("fault.c")
    compiler = shutil.which("cc") or shutil.which("clang")
    require(compiler is not None, "a C compiler is needed, and there is neither cc nor clang")
    flags = ("-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror")
    subprocess.run([str(compiler), *flags, "-o", made, source, "-ldl"], check=True)
    return made


def chosen(groups: list[list[Case]], run: Run) -> list[Case]:
    """So many, from one group after the other: few calls are syncs, and these matter as much as the many writes."""
    groups = [[case for case in group if run.options.only in str(case)] for group in groups]
    number = run.options.cases or sum(map(len, groups))
    shuffled = [run.chance.sample(group, len(group)) for group in run.chance.sample(groups, len(groups))]
    in_turn = (case for turn in zip_longest(*shuffled) for case in turn if case is not None)
    return list(islice(in_turn, number))


def show(run: Run) -> None:
    check_seeking()
    for what in ("calls that can fail", "faults there are", "commands met a fault", "ended with an error"):
        run.count(what, 0)
    with running(run.binary, run.folder, "--networks", str(NETWORKS), "--seed", str(run.options.seed)) as sandbox:
        world = World(run, sandbox, library(run.folder))
        world.begin()
        groups = list(world.groups())
        run.count("faults there are", sum(map(len, groups)))
        for case in chosen(groups, run):
            with run.case(str(case)):
                run.count("commands met a fault")
                world.attempt(case)
        mounted = run.folder / "mounted"
        if mount_in_memory(mounted, FILE_SYSTEM_KIB):
            fill(world, mounted)
            unmount(mounted)


if __name__ == "__main__":
    main(
        "disk", __doc__, {"cases": (250, "faults, of all that there are; 0: all of them")}, show,
        words={"only": "carry out the cases alone whose title has this in it"},
    )
