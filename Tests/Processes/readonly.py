"""Reads replicas that cannot be written: another user's, and one on a medium that is read-only.

Each is tried as its last writer left it: closed, with its write-ahead log beside it, with that log and no index to it,
and while a daemon writes it. Every command that reads must answer as it does for the owner, with edits that are only in
the log so far. Edits and syncs must say that the replica cannot be written, and why, and leave every file as it was.
No command leaves a temporary copy behind.
Somebody who follows the replica must see what its owner does next, and nobody may be told of a lock or a missing file
while the owner's processes come and go. Nor may a read keep the owner from writing.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from checks import Run, Violation, equal, main, require
from daemon import until
from host import Answer, Command, Host, check_named, check_seeking, following
from mounts import mount_read_only, unmount
from sandbox import Sandbox, running

NETWORKS = 12
NOBODY = 65_534
# Who owns a replica in a folder that everybody may put files into.
SOMEBODY = 65_533
FOLLOWED_WITHIN_S = 15.0
NAMES = ("replica.sqlite", "replica.sqlite-wal", "replica.sqlite-shm", "replica.sqlite.lock")
# Which files a writer that is gone has left: it closed the replica, it was killed, or some were copied from a host.
STATES: dict[str, tuple[str, ...]] = {
    "closed": ("replica.sqlite", "replica.sqlite.lock"),
    "copied": ("replica.sqlite",),
    "left": NAMES,
    "left without an index": ("replica.sqlite", "replica.sqlite-wal", "replica.sqlite.lock"),
    "left with an empty log": ("replica.sqlite", "replica.sqlite-wal", "replica.sqlite.lock"),
}
CLOSED = ("closed", "copied", "left with an empty log")
# The words that an error about this must have.
CANNOT_WRITE = re.compile(r"(cannot|could not|may not) be (written|changed)(?! or read)|read-only", re.IGNORECASE)
WHY = re.compile(r"read-?only|permission|not permitted|another user|not writable|is not yours", re.IGNORECASE)


def reads(target: str) -> list[tuple[str, ...]]:
    """Every command that only looks."""
    return [
        ("status",), ("plan",), ("log",), ("why", target),
        ("networks", "list", "--all"), ("networks", "show", target), ("networks", "show", "made-1"),
        ("interfaces", "list"), ("outbox", "list"), ("outbox", "show", "1"), ("conflicts", "list"),
        ("query", "SELECT * FROM networks"), ("query", "SELECT * FROM outbox"), ("query", "--schema"),
        ("push", "--dry-run"), ("pull", "--dry-run"),
    ]


def writes(target: str) -> list[tuple[str, ...]]:
    """Every command that changes something."""
    return [
        ("networks", "create", "new"), ("networks", "rename", target, "new"), ("networks", "delete", target),
        ("outbox", "edit", "1", "new"), ("outbox", "discard", "1"), ("undo", "1"),
        ("pull",), ("push",), ("sync",), ("daemon",),
    ]


class World:
    """A replica in each of its states, its owner, and somebody who may only read."""

    def __init__(self, run: Run, sandbox: Sandbox) -> None:
        self.run, self.sandbox = run, sandbox
        self.owner = Host(run.binary, run.folder / "owner", sandbox.base_url, NETSYNC_LOG_LEVEL="error")
        self.states: dict[str, Path] = {}
        self.target = sorted(sandbox.networks())[0]
        # By state and command: what the owner is told.
        self.expected: dict[tuple[str, tuple[str, ...]], Any] = {}

    def begin(self) -> None:
        self.owner.run("pull")
        for number in (1, 2):
            self.owner.edit("networks", "create", f"made-{number}")
        self.owner.edit("networks", "rename", self.target, "renamed")
        data = self.owner.replica.parent
        for state in CLOSED:
            self.keep(data, state)
        (self.states["left with an empty log"] / "replica.sqlite-wal").touch()
        with following(self.owner):
            self.owner.edit("networks", "create", "made in the log")
            for state in set(STATES) - set(CLOSED):
                self.keep(data, state)
        for state, folder in self.states.items():
            # A copy: to be read by its owner changes the files.
            copy = self.run.folder / "expected" / state
            shutil.copytree(folder, copy)
            self.owner.reads(copy / "replica.sqlite")
            for command in reads(self.target):
                self.expected[state, command] = told(self.owner.run(*command, "--json"))
            names = [row["name"] for row in self.owner.json("outbox", "list")]
            equal(f"edits of the replica {state}", "made in the log" in names, state not in CLOSED)

    def keep(self, data: Path, state: str) -> None:
        folder = self.states[state] = self.run.folder / "states" / state
        folder.mkdir(parents=True)
        for name in STATES[state]:
            if (data / name).exists():
                shutil.copy(data / name, folder / name)


class Reader:
    """Somebody who may read a folder and not write it."""

    name = "of another user"

    def __init__(self, world: World) -> None:
        self.world, self.run = world, world.run
        self.number = 0
        self.host = Host(
            world.run.binary, world.run.folder / type(self).__name__, world.sandbox.base_url, NETSYNC_LOG_LEVEL="error"
        )
        # Where a command keeps what it needs for a while.
        self.aside = world.run.folder / f"{type(self).__name__}-aside"
        self.aside.mkdir()
        self.host.environment["TMPDIR"] = str(self.aside)
        if os.geteuid() == 0:
            self.host.belongs_to(NOBODY)
            os.chown(self.aside, NOBODY, NOBODY)
        # Else it is its owner, who may not write it either as long as its modes say so.

    @property
    def is_possible(self) -> bool:
        """Whether the binary can be run by that user at all."""
        return self.host.start("--version").ended().status == 0

    @contextmanager
    def place(self, files: Path | None = None) -> Iterator[tuple[Path, Path]]:
        """A folder with these files: as its owner sees it, and as one that cannot be written."""
        self.number += 1
        folder = self.run.folder / f"{type(self).__name__}-{self.number}"
        if files:
            shutil.copytree(files, folder)
        else:
            folder.mkdir()
        with self.shown(folder) as seen:
            self.host.reads(seen / "replica.sqlite")
            yield folder, seen
        shutil.rmtree(folder)

    @contextmanager
    def shown(self, folder: Path) -> Iterator[Path]:
        self.publish(folder)
        yield folder
        folder.chmod(0o700)

    @staticmethod
    def publish(folder: Path) -> None:
        """Others may read all of it, and its owner may write it only where that is somebody else."""
        is_mine = os.geteuid() != 0
        for file in folder.iterdir():
            file.chmod(0o444 if is_mine else 0o644)
        folder.chmod(0o555 if is_mine else 0o755)

    def attempt(self, command: tuple[str, ...]) -> Answer:
        answer = self.host.start(*command).ended(within=60)
        require("locked" not in (answer.output + answer.errors).lower(), f"somebody saw a lock: {answer}")
        return answer

    def check_read(self, what: str, command: tuple[str, ...], expected: Any = None) -> None:
        with self.run.case(f"{' '.join(command[:2])}, replica {self.name}, {what}"):
            self.run.count("reads")
            answer = self.attempt((*command, "--json"))
            require(answer.status == 0, f"it can be read, yet {answer}")
            if expected is not None:
                equal("the answer, beside the owner's", told(answer), expected)

    def check_write(self, what: str, command: tuple[str, ...]) -> None:
        with self.run.case(f"{' '.join(command[:2])}, replica {self.name}, {what}"):
            self.run.count("writes")
            answer = self.attempt(command)
            require(answer.status == 1, f"it cannot be written, and exit 1 says so, but {answer}")
            check_named(answer)
            message, why = answer.errors.splitlines()[-4:-2]
            require(CANNOT_WRITE.search(message) is not None, f"an error says that it cannot be written, but {answer}")
            require(WHY.search(why) is not None, f"an error says why it cannot be written, but {answer}")
            require(not answer.edits, f"an edit is told of: {answer}")


class Medium(Reader):
    """The owner, on a file system that can only be read."""

    name = "on a read-only medium"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.host.identity = {}

    @property
    def is_possible(self) -> bool:
        source, folder = self.run.folder / "try", self.run.folder / "try-mounted"
        source.mkdir()
        if not mount_read_only(source, folder):
            return False
        unmount(folder)
        return True

    @contextmanager
    def shown(self, folder: Path) -> Iterator[Path]:
        mounted = folder.with_name(f"{folder.name}-mounted")
        require(mount_read_only(folder, mounted), f"{mounted} was mounted before")
        yield mounted
        unmount(mounted)

    @staticmethod
    def publish(folder: Path) -> None:
        """Its owner may do everything but write it."""


def told(answer: Answer) -> Any:
    """What was answered, without what time and place change."""
    found = answer.json
    schema = found.get("schema", "") if isinstance(found, dict) else ""
    if schema.startswith("netsync.status/"):
        return [found[key] for key in ("outbox", "conflicts", "in_sync")] + [found["replica"]["complete_as_of"]]
    if schema.startswith(("netsync.pull/", "netsync.push/")):
        return {key: value for key, value in found.items() if key not in ("duration_s", "bytes")}
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


# What is tried.


def at_rest(reader: Reader) -> None:
    """Nobody writes it."""
    world = reader.world
    for state, files in world.states.items():
        with reader.place(files) as (folder, _):
            before = contents(folder)
            for command in reads(world.target):
                reader.check_read(state, command, world.expected[state, command])
            for command in writes(world.target):
                reader.check_write(state, command)
            with reader.run.case(f"files of the replica {reader.name}, {state}"):
                equal("what changed", [name for name, now in contents(folder).items() if now != before.get(name)], [])
            with reader.run.case(f"temporary files, replica {reader.name}, {state}"):
                left = sorted(reader.aside.iterdir())
                for folder in left:
                    shutil.rmtree(folder)
                equal("what was left behind", [folder.name for folder in left], [])


def alive(reader: Reader) -> None:
    """A daemon of its owner has it open."""
    world = reader.world
    with reader.place(world.states["closed"]) as (folder, _):
        # Of its own account: what the daemon sends is not what others are to send.
        with running(reader.run.binary, reader.run.folder / f"sandbox-{reader.number}") as sandbox:
            home = folder.with_name(f"{folder.name}-owner")
            owner = Host(reader.run.binary, home, sandbox.base_url, NETSYNC_LOG_LEVEL="error")
            owner.reads(folder / "replica.sqlite")
            folder.chmod(0o755)
            daemon = owner.start("daemon", "--interval", "1h")
            until("the daemon", 20, lambda: (folder / "replica.sqlite-shm").exists())
            number = owner.edit("networks", "create", "made while it runs")
            reader.publish(folder)
            for command in reads(world.target):
                if "--dry-run" not in command:
                    reader.check_read("a daemon writes it", command)
            with reader.run.case(f"the newest edit, replica {reader.name}, a daemon writes it"):
                edits = [row["edit"] for row in told(reader.attempt(("outbox", "list", "--json")))]
                require(number in edits, f"edit {number} was queued, and the outbox has {edits}")
            for command in writes(world.target):
                reader.check_write("a daemon writes it", command)
            follow(reader, owner, "a daemon writes it")
            folder.chmod(0o755)
            daemon.process.terminate()
            equal("how the daemon ends", daemon.ended(within=30).status, 0)


def follow(reader: Reader, owner: Host, what: str) -> None:
    """Who follows it sees the next edit of its owner."""
    for command in (("log", "--follow"), ("status", "--watch")):
        with reader.run.case(f"{' '.join(command)}, replica {reader.name}, {what}"):
            reader.run.count("reads")
            watching = reader.host.start(*command, "--json")
            try:
                begun = watching.files[0]
                if command[0] == "status":
                    until("its first answer", FOLLOWED_WITHIN_S, lambda: begun.stat().st_size > 0 or is_over(watching))
                else:
                    threading.Event().wait(1)
                size = begun.stat().st_size
                owner.edit("networks", "create", f"made for {command[0]}")
                until("word of an edit", FOLLOWED_WITHIN_S, lambda: begun.stat().st_size > size or is_over(watching))
                require(watching.process.poll() is None, "it goes on until it is stopped")
            finally:
                watching.kill()
                answer = watching.ended()
                require(answer.status == -9, f"it goes on until it is stopped, but {answer}")


def is_over(command: Command) -> bool:
    return command.process.poll() is not None


def coming_and_going(reader: Reader) -> None:
    """Its owner's edits open and close it, one after the other."""
    world = reader.world
    with reader.place(world.states["closed"]) as (folder, _):
        owner = Host(reader.run.binary, folder.with_name(f"{folder.name}-owner"), "http://127.0.0.1:9/v2")
        owner.reads(folder / "replica.sqlite")
        follow(reader, owner, "nobody else has it open")
        stop, queued = threading.Event(), [0]
        broken: list[Violation] = []

        def edit() -> None:
            try:
                while not stop.is_set():
                    queued.append(owner.edit("networks", "create", f"made-{len(queued)}-again"))
            except Violation as reason:
                broken.append(reason)

        thread = threading.Thread(target=edit, daemon=True)
        thread.start()
        for _ in range(reader.run.options.reads):
            with reader.run.case(f"outbox list, replica {reader.name}, its owner edits it"):
                reader.run.count("reads while its owner edits")
                before = queued[-1]
                answer = reader.attempt(("outbox", "list", "--json"))
                require(answer.status == 0, f"it can be read, yet {answer}")
                newest = max(row["edit"] for row in answer.json)
                require(newest >= before, f"edit {before} was queued before, and the newest is {newest}")
        stop.set()
        thread.join()
        if broken:
            raise broken[0]


def shared_folder(reader: Reader) -> None:
    """Everybody may put files into its folder: a read leaves nothing there that keeps its owner from writing it."""
    world = reader.world
    for state in CLOSED:
        with reader.place(world.states[state]) as (folder, _):
            for file in folder.iterdir():
                os.chown(file, SOMEBODY, SOMEBODY)
            os.chown(folder, SOMEBODY, SOMEBODY)
            folder.chmod(0o1777)
            owner = Host(world.run.binary, folder.with_name(f"{folder.name}-owner"), world.sandbox.base_url)
            owner.reads(folder / "replica.sqlite")
            owner.belongs_to(SOMEBODY)
            command = ("outbox", "list")
            reader.check_read(f"{state}, in a folder for everybody", command, world.expected[state, command])
            with world.run.case(f"create, replica read by another user, {state}, in a folder for everybody"):
                owner.edit("networks", "create", "made by its owner")


def show(run: Run) -> None:
    check_seeking()
    # Somebody else is to find what is in there.
    run.folder.chmod(0o711)
    for what in ("reads", "writes", "reads while its owner edits"):
        run.count(what, 0)
    parts: list[Callable[[Reader], None]] = [at_rest]
    if os.geteuid() == 0:
        # Without a second user nobody can write what is read.
        parts += [alive, coming_and_going]
    with running(run.binary, run.folder, "--networks", str(NETWORKS), "--seed", str(run.options.seed)) as sandbox:
        world = World(run, sandbox)
        world.begin()
        for kind in (Reader, Medium):
            reader = kind(world)
            if not reader.is_possible:
                run.count(f"replicas {reader.name}: none can be had here", 0)
                continue
            for part in parts:
                part(reader)
            if kind is Reader and os.geteuid() == 0:
                shared_folder(reader)


if __name__ == "__main__":
    main("readonly", __doc__, {"reads": (60, "reads while the owner edits, in each place")}, show)
